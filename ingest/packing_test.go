package ingest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// packers compress a text, by file extension.
func packers() map[string]func(io.Writer) (io.WriteCloser, error) {
	return map[string]func(io.Writer) (io.WriteCloser, error){
		"gz":  func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		"zst": func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) },
		"xz":  func(w io.Writer) (io.WriteCloser, error) { return xz.WriterConfig{DictCap: 64 << 10}.NewWriter(w) },
	}
}

// packAs compresses parts as one member, frame or stream each; ext "" leaves
// them as they are.
func packAs(t testing.TB, ext string, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	for _, part := range parts {
		if ext == "" {
			b.WriteString(part)
			continue
		}
		w, err := packers()[ext](&b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// entry is a member of an archive made by a test.
type entry struct {
	name, text string
	kind       byte   // of a tar's member
	link       string // its target
}

func tarOf(t testing.TB, entries ...entry) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: 0o644, Size: int64(len(e.text)), Typeflag: e.kind, Linkname: e.link}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zipOf(t testing.TB, entries ...entry) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		m, err := w.Create(e.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(m, e.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// fixture is a file of testdata/packed.
func fixture(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "packed", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// smallLimits let bombs be small.
func smallLimits() limits { return limits{floor: 1 << 20, ratio: 100, members: 50, nameLen: 100} }

// read is what replay sees of arguments: every record as its source, position
// and text, and the error that ended it.
func read(t testing.TB, f *finder, args ...string) (records []string, err error) {
	t.Helper()
	if f == nil {
		f = &finder{limits: defaultLimits(), stdin: os.Stdin}
	}
	srcs, err := f.find(args)
	if err != nil {
		return nil, err
	}
	return readSources(t, srcs)
}

func readSources(t testing.TB, srcs []Source) (records []string, err error) {
	t.Helper()
	files, err := OpenFiles(srcs, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var rec smartylog.Record
	for {
		if _, err := files.Next(&rec); err != nil {
			if err == io.EOF {
				err = nil
			}
			return records, err
		}
		records = append(records, describe(&rec))
	}
}

// describe is all of a record but the name of its file.
func describe(rec *smartylog.Record) string {
	c := rec.Clone()
	c.File = ""
	return rec.Source() + string(c.AppendJSON(nil, true))
}
