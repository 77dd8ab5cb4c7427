package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/ulikunitz/xz"
)

// scriptArchive is "archive OUT IN": the file or directory IN packed as the name
// OUT says: .tar .tgz .txz .tar.zst .zip, or .gz .xz .zst for a file.
func scriptArchive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: archive OUT IN")
	}
	out, in := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	var data []byte
	var err error
	switch {
	case strings.HasSuffix(out, ".zip"):
		data, err = zipDirectory(in)
	case strings.Contains(out, ".tar"), strings.HasSuffix(out, ".tgz"), strings.HasSuffix(out, ".txz"):
		data, err = tarDirectory(in)
	default:
		data, err = os.ReadFile(in)
	}
	ts.Check(err)
	data, err = packedFor(out, data)
	ts.Check(err)
	ts.Check(os.MkdirAll(filepath.Dir(out), 0o755))
	ts.Check(os.WriteFile(out, data, 0o644))
}

// packedFor compresses data as the name wants it.
func packedFor(name string, data []byte) ([]byte, error) {
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch filepath.Ext(name) {
	case ".gz", ".tgz":
		w = gzip.NewWriter(&b)
	case ".xz", ".txz":
		w, err = xz.NewWriter(&b)
	case ".zst":
		w, err = zstd.NewWriter(&b)
	default:
		return data, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func tarDirectory(dir string) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

func zipDirectory(dir string) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		m, err := w.Create(path)
		if err != nil {
			return err
		}
		_, err = m.Write(data)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
