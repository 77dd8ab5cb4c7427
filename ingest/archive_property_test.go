package ingest

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// A directory packed in any way gives the records of the directory, under the
// names of the same sources.
func TestArchive_AnyTree(t *testing.T) {
	root := t.TempDir()
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		dir := filepath.Join(root, fmt.Sprint(run), "logs")
		entries := drawTree(rt, t)
		for _, e := range entries {
			write(t, filepath.Join(dir, e.name), e.text)
		}
		want, wantErr := read(t, nil, dir)
		for name, data := range map[string]string{
			"logs.tar": tarOf(t, entries...), "logs.tgz": packAs(t, "gz", tarOf(t, entries...)), "logs.zip": zipOf(t, entries...),
			"logs.tar.zst": packAs(t, "zst", tarOf(t, entries...)),
		} {
			// in a directory of its own, where "logs" is free
			path := write(t, filepath.Join(root, fmt.Sprint(run), "packed"+filepath.Ext(name), name), data)
			got, err := read(t, nil, path)
			if d := cmp.Diff(want, got); d != "" || (err == nil) != (wantErr == nil) {
				rt.Fatalf("%s: %v, of the directory %v; records (-directory +archive):\n%s", name, err, wantErr, d)
			}
			if err := os.Remove(path); err != nil {
				rt.Fatal(err)
			}
		}
	})
}

// drawTree draws logs in up to three directories, rotated and packed, among
// other files; in the order of a walk, but for chance.
func drawTree(rt *rapid.T, t *testing.T) []entry {
	var entries []entry
	names := map[string]bool{}
	for i := range rapid.IntRange(0, 12).Draw(rt, "files") {
		name := rapid.SampledFrom([]string{"", "app1/", "app2/", "app1/old/"}).Draw(rt, "directory") +
			rapid.SampledFrom([]string{"a.log", "b.log", "b.txt", ".log"}).Draw(rt, "stem") +
			rapid.SampledFrom([]string{"", ".1", ".2", "-20260202", ".2026-02-01"}).Draw(rt, "generation")
		ext := rapid.SampledFrom([]string{"", "gz", "zst", "xz"}).Draw(rt, "packed")
		text := lines(i*10, rapid.IntRange(0, 5).Draw(rt, "records"))
		if ext != "" {
			name, text = name+"."+ext, packAs(t, ext, text)
		}
		if !names[name] {
			names[name] = true
			entries = append(entries, entry{name: name, text: text})
		}
	}
	return entries
}

// FuzzArchive opens any bytes as an archive or a packed log: no panic, no hang,
// and no more memory or text than the caps allow.
func FuzzArchive(f *testing.F) {
	for _, data := range damageable(f) {
		f.Add([]byte(data))
	}
	names, err := os.ReadDir("testdata/packed")
	if err != nil {
		f.Fatal(err)
	}
	for _, n := range names {
		f.Add([]byte(fixture(f, n.Name())))
	}
	f.Add([]byte(zipOf(f, entry{name: "x.log.gz", text: packAs(f, "gz", lines(0, 9))})))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<20 {
			return
		}
		l := limits{floor: 4 << 20, ratio: 10, members: 100, nameLen: 200}
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		text := fuzzRead(t, &finder{limits: l, stdin: os.Stdin}, path)
		runtime.ReadMemStats(&after)
		// list, peek and read once each, up to a hundred members of a megabyte's block
		if most := 3 * max(l.floor, l.ratio*int64(len(data))); text > most {
			t.Errorf("%d bytes of text of %d", text, len(data))
		}
		if grown := after.HeapInuse; grown > 2*maxWindow*3+before.HeapInuse {
			t.Errorf("%s of memory for %d bytes", size(int64(grown)), len(data))
		}
	})
}

// fuzzRead reads all there is and returns how much text that was.
func fuzzRead(t *testing.T, f *finder, path string) int64 {
	srcs, err := f.find([]string{path})
	if err != nil {
		return 0
	}
	files, err := OpenFiles(srcs, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var rec smartylog.Record
	for err == nil {
		_, err = files.Next(&rec)
	}
	if err != io.EOF && !slices.ContainsFunc(srcs, func(s Source) bool {
		return slices.ContainsFunc(s.Files, func(name string) bool { return strings.Contains(err.Error(), name) })
	}) {
		t.Errorf("error names no file: %v", err)
	}
	var n int64
	for _, s := range files.Stats() {
		n += s.Bytes
	}
	return n
}
