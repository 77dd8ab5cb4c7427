package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/smarty-alert/smarty-alert/loggen"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// TestWrite_TestdataIsUpToDate fails when the generator has changed and testdata/logs has not been written again.
func TestWrite_TestdataIsUpToDate(t *testing.T) {
	dir, kept := t.TempDir(), filepath.Join("..", "..", "testdata", "logs")
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for _, f := range files {
		got, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		size += len(got)
		want, err := os.ReadFile(filepath.Join(kept, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s: the kept file differs from what is generated (%d and %d bytes); run go run ./loggen/testlogs", f.Name(), len(want), len(got))
		}
	}
	if len(files) != 15 || size > 1_550_000 {
		t.Errorf("%d files with %d bytes, want 14 logs and a README of at most 1.55 MB", len(files), size)
	}
}

// TestTestdata_ReadsWithoutFlags finds all 52 events, and nothing that the parser would doubt.
func TestTestdata_ReadsWithoutFlags(t *testing.T) {
	seen := make(map[string]int)
	for _, stem := range loggen.Logs() {
		f, err := os.Open(filepath.Join("..", "..", "testdata", "logs", stem+".log"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		s := smartylog.NewScanner(f, 0, smartylog.Options{})
		rec := smartylog.Record{Log: stem}
		for s.Next(&rec) == nil || s.Flush(&rec) {
			seen[rec.Event]++
			if rec.Decode(); rec.Flags != 0 && !(stem == "smarty_main" && rec.Flags == smartylog.NoEvent) {
				t.Errorf("%s: flags %v: %s", stem, rec.Flags, rec.Raw)
			}
		}
	}
	if seen[""] != 3 || len(seen) != 53 {
		t.Errorf("%d unhandled errors and %d different events, want 3 and 52", seen[""], len(seen)-1)
	}
}
