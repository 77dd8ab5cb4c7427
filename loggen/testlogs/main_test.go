package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
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
