package ingest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

func TestSource_TextIsUnpacked(t *testing.T) {
	dir := t.TempDir()
	const text = "Fri Mar 24 10:22:35+0300 2017 INFO a:1 b[1.c] X n=1\n"
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"x.log": []byte(text), "x.log.1.gz": packed.Bytes(), "x.log.2.gz": packed.Bytes()[:packed.Len()-9]} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sources, err := Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range sources[0].Files {
		f, err := sources[0].Text(i)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		broken := strings.HasSuffix(name, ".2.gz")
		if !broken && (err != nil || string(got) != text) {
			t.Errorf("%s holds %q, %v", name, got, err)
		}
		if broken && (!errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), name)) {
			t.Errorf("%s: error = %v, want an unexpected end that names the file", name, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := (Source{Files: []string{filepath.Join(dir, "none.log")}}).Text(0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error = %v, want that there is no such file", err)
	}
}
