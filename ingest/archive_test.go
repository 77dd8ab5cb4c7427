package ingest

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// numbers are those of the records, in the order read.
func numbers(records []string) []int {
	var out []int
	for _, r := range records {
		out = append(out, seqOf([]byte(r)))
	}
	return out
}

func TestArchive_Members(t *testing.T) {
	long := strings.Repeat("directory/", 30) + "x.log"
	for name, tc := range map[string]struct {
		entries []entry
		want    []int
	}{
		"a later member replaces an earlier one": {[]entry{{name: "x.log", text: line(0, 1)}, {name: "./x.log", text: line(0, 2)}}, []int{2}},
		"other files are left alone":             {[]entry{{name: "x.txt", text: line(0, 1)}, {name: "x.log", text: line(0, 2)}, {name: "x.log.d/", kind: tar.TypeDir}}, []int{2}},
		"archives inside too":                    {[]entry{{name: "old.tar", text: tarOf(t, entry{name: "x.log", text: line(0, 1)})}, {name: "x.log", text: line(0, 2)}}, []int{2}},
		"absolute and climbing names":            {[]entry{{name: "/var/x.log.1", text: line(0, 1)}, {name: "../../var/x.log", text: line(1, 2)}}, []int{1, 2}},
		"names longer than a header has room":    {[]entry{{name: long, text: line(0, 1)}}, []int{1}},
		"a hard link is its file":                {[]entry{{name: "x.log.1", text: line(0, 1)}, {name: "x.log", kind: tar.TypeLink, link: "x.log.1"}}, []int{1, 1}},
		"a hard link to what is not there":       {[]entry{{name: "x.log", text: line(0, 1)}, {name: "x.log.1", kind: tar.TypeLink, link: "gone"}}, []int{1}},
		"symbolic links and devices are no logs": {[]entry{{name: "x.log", text: line(0, 1)}, {name: "y.log", kind: tar.TypeSymlink, link: "/etc/passwd"}, {name: "z.log", kind: tar.TypeFifo}}, []int{1}},
		"a packed twin is left out":              {[]entry{{name: "x.log.1.gz", text: pack(t, line(0, 1))}, {name: "x.log.1", text: line(0, 2)}}, []int{2}},
		"an empty log":                           {[]entry{{name: "x.log.1"}, {name: "x.log", text: line(0, 1)}}, []int{1}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			archives := map[string]string{"a.tar": tarOf(t, tc.entries...), "a.tgz": packAs(t, "gz", tarOf(t, tc.entries...))}
			if !slices.ContainsFunc(tc.entries, func(e entry) bool { return e.link != "" || e.kind == tar.TypeFifo }) {
				archives["a.zip"] = zipOf(t, tc.entries...)
			}
			for file, data := range archives {
				got, err := read(t, nil, write(t, filepath.Join(dir, file), data))
				if err != nil || !slices.Equal(numbers(got), tc.want) {
					t.Errorf("%s: %v, %v; want %v", file, numbers(got), err, tc.want)
				}
			}
		})
	}
}

func TestArchive_Sources(t *testing.T) {
	logs := func(names ...string) string {
		var entries []entry
		for i, n := range names {
			entries = append(entries, entry{name: n, text: line(i, i)})
		}
		return tarOf(t, entries...)
	}
	for name, tc := range map[string]struct {
		files map[string]string
		args  []string
		want  map[string][]string
	}{
		"generations": {
			map[string]string{"l.tar": logs("x.log", "x.log.2.gz", "x.log.10", "x.log-20260101")}, []string{"l.tar"},
			map[string][]string{"x": {"l.tar!/x.log-20260101", "l.tar!/x.log.10", "l.tar!/x.log.2.gz", "l.tar!/x.log"}},
		},
		"directories inside are instances": {
			map[string]string{"l.tar": logs("app1/a.log", "app2/a.log", "app2/b.log")}, []string{"l.tar"},
			map[string][]string{"app1/a": {"l.tar!/app1/a.log"}, "app2/a": {"l.tar!/app2/a.log"}, "b": {"l.tar!/app2/b.log"}},
		},
		"archives stand for directories": {
			map[string]string{"app1.tar": logs("a.log"), "app2.TAR": logs("a.log")}, []string{"app1.tar", "app2.TAR"},
			map[string][]string{"app1/a": {"app1.tar!/a.log"}, "app2/a": {"app2.TAR!/a.log"}},
		},
		"and need their parents": {
			map[string]string{"app1.tar": logs("log/a.log"), "app2.tar": logs("log/a.log")}, []string{"app1.tar", "app2.tar"},
			map[string][]string{"app1/log/a": {"app1.tar!/log/a.log"}, "app2/log/a": {"app2.tar!/log/a.log"}},
		},
		"beside a directory": {
			map[string]string{"old/app1.tar": logs("a.log.1"), "app/a.log": line(0, 0)}, []string{"old/app1.tar", "app"},
			map[string][]string{"app1/a": {"old/app1.tar!/a.log.1"}, "app/a": {"app/a.log"}},
		},
		"of the same name": {
			map[string]string{"app.tar": logs("a.log"), "app/a.log": line(0, 0)}, []string{"app.tar", "app"},
			map[string][]string{"app.tar/a": {"app.tar!/a.log"}, "app/a": {"app/a.log"}},
		},
		"labels join": {
			map[string]string{"old.tar": logs("a.log.1"), "a.log": line(0, 0)}, []string{"app:main=old.tar", "app:main=a.log"},
			map[string][]string{"app/main": {"old.tar!/a.log.1", "a.log"}},
		},
		"a label and the same archive again": {
			map[string]string{"l.tar": logs("a.log", "b.log")}, []string{"main=l.tar", "l.tar", "./l.tar", "*.tar"},
			map[string][]string{"main": {"l.tar!/a.log", "l.tar!/b.log"}},
		},
		"by a glob": {
			map[string]string{"1.tar": logs("a.log"), "2.tar": logs("b.log")}, []string{"*.tar"},
			map[string][]string{"a": {"1.tar!/a.log"}, "b": {"2.tar!/b.log"}},
		},
		"names that a terminal would obey": {
			map[string]string{"l.tar": logs("\x1b[31m\n/a.log", "\xff.log")}, []string{"l.tar"},
			map[string][]string{"a": {`l.tar!/\x1b[31m\n/a.log`}, `\xff`: {`l.tar!/\xff.log`}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for f, text := range tc.files {
				write(t, f, text)
			}
			found, err := Find(tc.args)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string][]string{}
			for _, s := range found {
				got[s.Name()] = s.Files
			}
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("Find(%q) (-want +got):\n%s", tc.args, d)
			}
		})
	}
}

// Holes are read as the zeros they stand for, in each form that tars have.
func TestArchive_SparseFiles(t *testing.T) {
	text := lines(0, 40)
	dir := t.TempDir()
	want, err := read(t, nil, write(t, filepath.Join(dir, "x.log"), text[:1900]+strings.Repeat("\x00", 1<<20-1900)+"\n"+text[1900:]))
	if err != nil || len(want) < 39 {
		t.Fatalf("%d records, %v", len(want), err)
	}
	for _, name := range []string{"sparse-gnu.tar", "sparse-0.1.tar", "sparse-1.0.tar"} {
		for _, ext := range []string{"", "gz"} {
			path := write(t, filepath.Join(dir, "l.tar"), packAs(t, ext, fixture(t, name)))
			got, err := read(t, nil, path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s %s (-plain +tar):\n%s", name, ext, d)
			}
		}
	}
}

// stdin is a file that holds what arrives at standard input.
func stdin(t *testing.T, data string) *finder {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer w.Close()
		w.WriteString(data) // fails when it is not read to its end
	}()
	t.Cleanup(func() { r.Close(); <-done })
	return &finder{limits: defaultLimits(), stdin: r}
}

func TestArchive_StandardInput(t *testing.T) {
	archive := tarOf(t, entry{name: "app1/x.log.1", text: lines(0, 3)}, entry{name: "app1/x.log", text: lines(3, 3)})
	for name, tc := range map[string]struct {
		data string
		want int
		err  string
	}{
		"text":            {lines(0, 2000), 2000, ""},
		"a short line":    {"x\n", 1, ""},
		"nothing":         {"", 0, ""},
		"gzip":            {pack(t, lines(0, 2000)), 2000, ""},
		"xz":              {packAs(t, "xz", lines(0, 2000)), 2000, ""},
		"half a gzip":     {pack(t, "")[:5], 0, "read -: unexpected EOF"},
		"tar":             {archive, 6, ""},
		"tgz":             {packAs(t, "gz", archive), 6, ""},
		"txz":             {packAs(t, "xz", archive), 6, ""},
		"tar that breaks": {archive[:1700], 3, "read -!/app1/x.log: the archive breaks off here: unexpected EOF"},
		"an empty tar":    {tarOf(t, entry{name: "readme"}), 0, "read -: no *.log files in it"},
		"a long tar":      {tarOf(t, entry{name: "core", text: strings.Repeat("\x00", maxPeek+1)}, entry{name: "x.log", text: line(0, 0)}), 1, ""},
		"zip":             {zipOf(t, entry{name: "x.log"}), 0, "a zip archive cannot be read from a pipe: pass it as a file"},
		"lz4":             {"\x04\x22\x4d\x18xx\n", 0, "lz4 files are not read"},
		"empties":         {strings.Repeat(pack(t, ""), maxPeek/20) + pack(t, line(0, 0)), 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, stdin(t, tc.data), "-", "-")
			if len(got) != tc.want {
				t.Errorf("%d records, want %d (%v)", len(got), tc.want, err)
			}
			if (err == nil) != (tc.err == "") || err != nil && !strings.Contains(err.Error(), tc.err) {
				t.Errorf("error = %v, want %q", err, tc.err)
			}
		})
	}
}

// The progress of reading adds up to what there is to read.
func TestArchive_Progress(t *testing.T) {
	dir := t.TempDir()
	tar := tarOf(t, entry{name: "x.log.1.gz", text: pack(t, lines(0, 50))}, entry{name: "x.log", text: lines(50, 50)}, entry{name: "y.log", text: line(0, 0)})
	for name, data := range map[string]string{
		"l.tar": tar, "l.tgz": packAs(t, "gz", tar), "x.log.xz": packAs(t, "xz", lines(0, 50)),
		"l.zip": zipOf(t, entry{name: "x.log", text: lines(0, 50)}, entry{name: "x.log.1.gz", text: pack(t, lines(0, 50))}),
	} {
		srcs, err := Find([]string{write(t, filepath.Join(dir, name), data)})
		if err != nil {
			t.Fatal(err)
		}
		var want, done int64
		for _, s := range srcs {
			want += s.Bytes()
		}
		files, err := OpenFiles(srcs, ReadOptions{Progress: func(n int64) { done += n }})
		if err != nil {
			t.Fatal(err)
		}
		var rec smartylog.Record
		for err == nil {
			_, err = files.Next(&rec)
		}
		if err := files.Close(); err != nil || done != want || want == 0 {
			t.Errorf("%s: %d of %d bytes told (%v)", name, done, want, err)
		}
	}
}

// Sources of one archive may be read at the same time.
func TestArchive_ReadAtTheSameTime(t *testing.T) {
	var entries []entry
	for i := range 8 {
		entries = append(entries, entry{name: fmt.Sprintf("s%d.log.xz", i), text: packAs(t, "xz", lines(0, 500))})
	}
	for name, data := range map[string]string{"l.tgz": packAs(t, "gz", tarOf(t, entries...)), "l.zip": zipOf(t, entries...)} {
		srcs, err := Find([]string{write(t, filepath.Join(t.TempDir(), name), data)})
		if err != nil || len(srcs) != len(entries) {
			t.Fatalf("%d sources, %v", len(srcs), err)
		}
		var group errgroup.Group
		for _, src := range srcs {
			group.Go(func() error {
				got, err := readSources(t, []Source{src})
				if len(got) != 500 {
					t.Errorf("%s: %d records", src.Name(), len(got))
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// A full disk, or none, is told with what to do about it.
func TestArchive_NoRoomForTemporaryFile(t *testing.T) {
	path := write(t, filepath.Join(t.TempDir(), "l.tgz"), packAs(t, "gz", tarOf(t, entry{name: "x.log", text: line(0, 0)})))
	gone := filepath.Join(t.TempDir(), "gone")
	t.Setenv("TMPDIR", gone)
	_, err := Find([]string{path})
	want := "open " + path + ": keep its logs in a temporary file in " + gone + ": no such file or directory (set TMPDIR to a directory with room, or unpack it yourself)"
	if err == nil || err.Error() != want {
		t.Errorf("error = %v\nwant    %s", err, want)
	}
	full, err := os.Open(path) // cannot be written to, as a full disk cannot
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	a := &archive{spool: full}
	_, _, err = a.keep(bytes.NewReader([]byte("text")))
	if _, ok := errors.AsType[*spoolError](err); !ok {
		t.Errorf("error = %v, want one of the temporary file", err)
	}
}
