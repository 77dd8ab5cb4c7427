package ingest_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// A gzip that breaks off gives every record whose lines are whole, the last one
// too, and then an error that names the file.
func TestFiles_BrokenGzipGivesItsLastWholeRecord(t *testing.T) {
	const line = "Fri Mar 24 10:22:35+0300 2017 INFO base:38 execute[1.MainThread] MANAGEMENT_COMMAND_SUCCESS command='epg_import' execution_time=1.0\n"
	for name, tc := range map[string]struct {
		text string
		want int
	}{
		"after a whole line":     {strings.Repeat(line, 3), 3},
		"in the middle of a one": {strings.Repeat(line, 3) + line[:40], 2},
	} {
		t.Run(name, func(t *testing.T) {
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			if _, err := io.WriteString(w, tc.text); err != nil {
				t.Fatal(err)
			}
			if err := w.Flush(); err != nil { // never closed: the end is missing
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "smarty_management.log.1.gz")
			if err := os.WriteFile(path, packed.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			sources, err := ingest.Find([]string{path})
			if err != nil {
				t.Fatal(err)
			}
			files, err := ingest.OpenFiles(sources, ingest.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer files.Close()
			got := 0
			var rec smartylog.Record
			for {
				if _, err = files.Next(&rec); err != nil {
					break
				}
				got++
			}
			if got != tc.want {
				t.Errorf("%d records, want %d", got, tc.want)
			}
			if errors.Is(err, io.EOF) || !strings.Contains(err.Error(), path) {
				t.Errorf("error = %v, want one that names the file", err)
			}
		})
	}
}
