package ingest

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zip"
)

// Archives in directories and archives are left alone, and named.
func TestSearch_Nested(t *testing.T) {
	t.Chdir(t.TempDir())
	inner := tarOf(t, entry{name: "x.log", text: line(0, 0)})
	write(t, "logs/x.log", line(1, 1))
	write(t, "logs/old/may.tgz", packAs(t, "gz", inner))
	write(t, "all.tar", tarOf(t, entry{name: "y.log", text: line(2, 2)}, entry{name: "deep/june.tar", text: inner}))
	found, err := Search([]string{"logs", "all.tar"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"logs/old/may.tgz", "all.tar!/deep/june.tar"}, found.Nested); d != "" {
		t.Errorf("nested (-want +got):\n%s", d)
	}
}

// What a glob matches and is no log costs only itself, unless nothing is left.
func TestSearch_GlobBesideDamage(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.log", line(0, 1))
	write(t, "b.zip", "not one")
	write(t, "c.tgz", packAs(t, "gz", tarOf(t, entry{name: "c.log", text: line(1, 2)}))[:30])
	found, err := Search([]string{"*"})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Sources) != 1 || found.Sources[0].Stem != "a" {
		t.Errorf("sources = %v, want a alone", found.Sources)
	}
	var unread []string
	for _, err := range found.Unread {
		unread = append(unread, err.Error())
	}
	want := []string{"open b.zip: not an archive, though its name says so", "open c.tgz: unexpected EOF"}
	if d := cmp.Diff(want, unread); d != "" {
		t.Errorf("unread (-want +got):\n%s", d)
	}
	if _, err := Search([]string{"*.zip", "*.tgz"}); err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("error = %v, want both", err)
	}
	if _, err := Find([]string{"*"}); err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("error of Find = %v, want both", err)
	}
}

func TestFind_LinkToDirectory(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "real/x.log", line(0, 0))
	if err := os.Symlink("real", "link"); err != nil {
		t.Fatal(err)
	}
	found, err := Find([]string{"link"})
	if err != nil || len(found) != 1 || !slices.Equal(found[0].Files, []string{"link/x.log"}) {
		t.Errorf("Find = %v, %v; want link/x.log", found, err)
	}
}

// A generation that cannot be read, and one that breaks off, cost only
// themselves; the error names both.
func TestFiles_GenerationsBesideDamage(t *testing.T) {
	dir := t.TempDir()
	gone := write(t, filepath.Join(dir, "x.log.3"), lines(0, 2))
	half := write(t, filepath.Join(dir, "x.log.2.gz"), pack(t, lines(2, 2000))[:2000])
	write(t, filepath.Join(dir, "x.log.1"), lines(3000, 2))
	write(t, filepath.Join(dir, "x.log"), lines(3002, 2))
	write(t, filepath.Join(dir, "y.log"), lines(4000, 2))
	srcs, err := Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(gone); err != nil {
		t.Fatal(err)
	}
	records, err := readSources(t, srcs)
	if want := "open " + gone + ": no such file or directory\nread " + half + ": unexpected EOF"; err == nil || err.Error() != want {
		t.Errorf("error = %v\nwant    %s", err, want)
	}
	got := numbers(records)
	i := slices.Index(got, 3000)
	if i < 2 {
		t.Fatalf("records %v: want some of the half generation, and those after it", got)
	}
	if !slices.Equal(got[i:], []int{3000, 3001, 3002, 3003, 4001}) || !slices.Contains(got, 4000) {
		t.Errorf("records from %v on: want the whole generations, and those of y", got[i:])
	}
}

// A zip of which one log cannot be read gives the others.
func TestArchive_ZipBesideEncryption(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"a.log", "b.log"} {
		h := &zip.FileHeader{Name: name}
		if name == "a.log" {
			h.Method = 14
			w.RegisterCompressor(14, func(out io.Writer) (io.WriteCloser, error) { return nopCloser{out}, nil })
		}
		m, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(m, lines(0, 3)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := write(t, filepath.Join(t.TempDir(), "l.zip"), b.String())
	got, err := read(t, nil, path)
	want := "open " + path + "!/a.log: is packed by method 14, which is not read: unpack the archive yourself"
	if len(got) != 3 || err == nil || err.Error() != want {
		t.Errorf("%d records, %v; want 3, %s", len(got), err, want)
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Text under the name of a packed file is read; a program that asks is told.
func TestPacked_TextUnderTheNameOfAPackedFile(t *testing.T) {
	for _, ext := range []string{"gz", "zst", "bz2", "xz"} {
		got, err := read(t, nil, write(t, filepath.Join(t.TempDir(), "x.log.1."+ext), lines(0, 30)))
		if err != nil || len(got) != 30 {
			t.Errorf("%s: %d records, %v; want 30", ext, len(got), err)
		}
	}
}

func TestGzip_SomethingBehindZeros(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "x.log.gz"), pack(t, lines(0, 3))+"\x00\x00more")
	got, err := read(t, nil, path)
	if len(got) != 3 || err == nil || err.Error() != "read "+path+": gzip: invalid header" {
		t.Errorf("%d records, %v; want 3 and what follows them", len(got), err)
	}
}

// When a log was last written is told by its newest file with anything in it, or
// by the archive.
func TestSource_Written(t *testing.T) {
	dir := t.TempDir()
	when := time.Date(2024, 11, 18, 10, 0, 0, 0, time.UTC)
	write(t, filepath.Join(dir, "d", "x.log"), "")
	if err := os.Chtimes(write(t, filepath.Join(dir, "d", "x.log.1"), line(0, 0)), when, when); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "empty", "x.log"), "")
	tarred := func(at time.Time) string {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		if err := w.WriteHeader(&tar.Header{Name: "x.log", Size: int64(len(line(0, 0))), ModTime: at, Mode: 0o644}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, line(0, 0)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	write(t, filepath.Join(dir, "a.tar"), tarred(when))
	write(t, filepath.Join(dir, "a.tgz"), packAs(t, "gz", tarred(when)))
	write(t, filepath.Join(dir, "none.tar"), tarred(time.Unix(0, 0)))
	write(t, filepath.Join(dir, "a.zip"), zippedAt(t, zip.FileHeader{Modified: when}))
	write(t, filepath.Join(dir, "dos.zip"), zippedAt(t, zip.FileHeader{})) // no time but that of a wall
	for name, want := range map[string]time.Time{
		"d": when, "empty": {}, "a.tar": when, "a.tgz": when, "none.tar": {}, "a.zip": when, "dos.zip": {},
	} {
		srcs, err := Find([]string{filepath.Join(dir, name)})
		if err != nil {
			t.Fatal(err)
		}
		if got := srcs[0].Written(); !got.Equal(want) {
			t.Errorf("%s: written %v, want %v", name, got, want)
		}
	}
}

func zippedAt(t *testing.T, h zip.FileHeader) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	h.Name = "x.log"
	m, err := w.CreateHeader(&h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(m, line(0, 0)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
