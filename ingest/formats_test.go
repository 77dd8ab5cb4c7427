package ingest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// However a log is packed, its records are those of the plain file.
func TestPacked_SameRecordsAsPlain(t *testing.T) {
	text := lines(0, 20) + traceback(20, 20) + lines(21, 10)
	old, live := text[:len(text)/2], text[len(text)/2:]
	dir := t.TempDir()
	write(t, filepath.Join(dir, "plain", "smarty", "x.log.1"), old)
	write(t, filepath.Join(dir, "plain", "smarty", "x.log"), live)
	want, err := read(t, nil, filepath.Join(dir, "plain"))
	if err != nil || len(want) != 31 {
		t.Fatalf("%d records, %v", len(want), err)
	}
	for _, ext := range []string{"", "gz", "zst", "xz"} {
		dot := strings.TrimSuffix("."+ext, ".")
		members := []entry{
			{name: "smarty/", kind: '5'}, {name: "smarty/readme", text: "no log\n"},
			{name: "smarty/x.log", text: live}, {name: "smarty/x.log.1" + dot, text: packAs(t, ext, old)},
		}
		for name, data := range map[string]string{
			"generations/x.log.1" + dot: packAs(t, ext, old[:100], old[100:]),
			"members.tar":               tarOf(t, members...),
			"members.zip":               zipOf(t, members[1:]...),
			"whole.tar" + dot:           packAs(t, ext, tarOf(t, members...)),
			"unnamed":                   packAs(t, ext, tarOf(t, members...)),
		} {
			t.Run(ext+"/"+name, func(t *testing.T) {
				path := write(t, filepath.Join(t.TempDir(), name), data)
				if strings.HasPrefix(name, "generations") {
					path = filepath.Dir(path)
					write(t, filepath.Join(path, "x.log"), live)
				}
				got, err := read(t, nil, path)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(want, got); d != "" {
					t.Errorf("records (-plain +packed):\n%s", d)
				}
			})
		}
	}
}

// Files made by the usual tools, with all that they may put into one file.
func TestPacked_FilesOfTools(t *testing.T) {
	want, err := read(t, nil, write(t, filepath.Join(t.TempDir(), "x.log"), lines(0, 40)))
	if err != nil {
		t.Fatal(err)
	}
	skip := "\x50\x2a\x4d\x18\x03\x00\x00\x00abc" // a frame to be skipped, as pzstd writes first
	for name, data := range map[string]string{
		"bzip2":                     fixture(t, "one.log.bz2"),
		"two streams of bzip2":      fixture(t, "two.log.bz2"),
		"xz without checksum":       fixture(t, "none.log.xz"),
		"xz with CRC32":             fixture(t, "crc32.log.xz"),
		"xz with CRC64":             fixture(t, "crc64.log.xz"),
		"xz with SHA-256":           fixture(t, "sha256.log.xz"),
		"two padded streams":        fixture(t, "two.log.xz"),
		"xz of several blocks":      fixture(t, "blocks.log.xz"),
		"zstd after a frame":        skip + packAs(t, "zst", lines(0, 40)),
		"two frames":                packAs(t, "zst", lines(0, 20), lines(20, 20)) + skip,
		"gzip filled up with zeros": packAs(t, "gz", lines(0, 40)) + strings.Repeat("\x00", 10240),
		"members filled up":         packAs(t, "gz", lines(0, 20), lines(20, 20)) + "\x00",
		"gzip with empty members":   packAs(t, "gz", "", lines(0, 20), "", lines(20, 20), ""),
		"zip by bzip2":              fixture(t, "bzip2.zip"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, nil, "x="+write(t, filepath.Join(t.TempDir(), "packed"), data))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("records (-plain +packed):\n%s", d)
			}
		})
	}
}

// What is not read is refused with what to do, before anything is read.
func TestPacked_Refused(t *testing.T) {
	for name, tc := range map[string]struct{ data, want string }{
		"x.log.lz4":      {"\x04\x22\x4d\x18rest", "lz4 files are not read: unpack it yourself (lz4 -dc … | smarty-alert … -)"},
		"old.log":        {"\x02\x21\x4c\x18rest", "lz4 files are not read"},
		"x.log.7z":       {"7z\xbc\xaf\x27\x1crest", "7z files are not read: unpack it yourself (7z x -so … |"},
		"x.log.Z":        {"\x1f\x9d\x90rest", "Z files are not read: unpack it yourself (uncompress -c … |"},
		"x.rar":          {"Rar!\x1a\x07\x01\x00rest", "rar files are not read"},
		"x.log.lzma":     {"\x5d\x00\x00\x80\x00rest", "lzma files are not read: unpack it yourself (xz --format=lzma -dc … |"},
		"x.log.lz":       {"LZIP\x01rest", "lz files are not read"},
		"x.log.lzo":      {"\x89LZO\x00rest", "lzo files are not read"},
		"b.log.lz4":      {"something", "lz4 files are not read"},
		"x.log.xz":       {"some\x00thing", "not a xz file, though its name says so"},
		"x.log.zst":      {"", "unexpected EOF"},
		"wide.log.xz":    {fixture(t, "wide.log.xz"), "needs more than 128 MiB of memory to unpack"},
		"wide.log.zst":   {fixture(t, "wide.log.zst"), "needs more than 128 MiB of memory to unpack"},
		"filter.log.xz":  {fixture(t, "filter.log.xz"), "filters other than LZMA2 are not read"},
		"x.tar.gz":       {packAs(t, "gz", lines(0, 20)), "not an archive, though its name says so"},
		"x.tar":          {lines(0, 20), "not an archive, though its name says so"},
		"x.zip":          {lines(0, 20), "not an archive, though its name says so"},
		"empty.tgz":      {"", "unexpected EOF"},
		"half.tgz":       {packAs(t, "gz", tarOf(t, entry{name: "x.log"}))[:30], "unexpected EOF"},
		"header.tar":     {tarOf(t, entry{name: "x.log"})[:300], "unexpected EOF"},
		"none.tar":       {tarOf(t, entry{name: "readme"}), "no *.log files in it"},
		"nothing.tar":    {tarOf(t), "no *.log files in it"},
		"nothing.tgz":    {packAs(t, "gz", tarOf(t)), "no *.log files in it"},
		"nothing.zip":    {zipOf(t), "no *.log files in it"},
		"cut.zip":        {zipOf(t, entry{name: "x.log"})[:50], "its list of members, at the end, is damaged or missing"},
		"encrypted.zip":  {fixture(t, "encrypted.zip"), "e.log: is encrypted: unpack the archive yourself"},
		"lzma.zip":       {fixture(t, "lzma.zip"), "e.log: is packed by method 14, which is not read"},
		"nested.tar":     {tarOf(t, entry{name: "x.log.1.gz", text: packAs(t, "gz", tarOf(t, entry{name: "y.log"}))}), "holds an archive, not a log"},
		"nested.zip":     {zipOf(t, entry{name: "x.log", text: zipOf(t, entry{name: "y.log"})}), "holds an archive, not a log"},
		"twice.log.gz":   {packAs(t, "gz", packAs(t, "gz", lines(0, 1))), "is packed more than once: unpack it yourself"},
		"twice.log.zst":  {packAs(t, "zst", packAs(t, "xz", lines(0, 1))), "is packed more than once: unpack it yourself"},
		"zip.log.gz":     {packAs(t, "gz", zipOf(t, entry{name: "y.log"})), "holds an archive, not a log"},
		"no_such.tar.gz": {"\x1f\x8b", "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), name), tc.data)
			got, err := read(t, nil, path)
			if len(got) > 0 || err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("%d records, error %v; want one with %q that names the file", len(got), err, tc.want)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("error of several lines: %q", err)
			}
		})
	}
}

// A packed file of tar under a log's name in a directory is not taken apart, but
// told; archives under names of their own are left alone.
func TestPacked_ArchivesInDirectories(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "x.log"), line(0, 0))
	write(t, filepath.Join(dir, "old.tgz"), packAs(t, "gz", tarOf(t, entry{name: "x.log", text: line(1, 1)})))
	got, err := read(t, nil, dir)
	if err != nil || len(got) != 1 {
		t.Errorf("%d records, %v; want the log alone", len(got), err)
	}
	write(t, filepath.Join(dir, "x.log.1.gz"), packAs(t, "gz", tarOf(t, entry{name: "x.log", text: line(1, 1)})))
	if _, err = read(t, nil, dir); err == nil || !strings.Contains(err.Error(), "x.log.1.gz: holds an archive") {
		t.Errorf("error = %v, want one about the hidden archive", err)
	}
}

// The name of a record's file says where it is.
func TestPacked_NamesOfMembers(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("TMPDIR", t.TempDir())
	write(t, "old/logs.tgz", packAs(t, "gz", tarOf(t, entry{name: "./smarty/x.log.1.xz", text: packAs(t, "xz", line(0, 0))})))
	srcs, err := Find([]string{"old/logs.tgz"})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"old/logs.tgz!/smarty/x.log.1.xz"}; !slices.Equal(srcs[0].Files, want) {
		t.Errorf("files = %q, want %q", srcs[0].Files, want)
	}
	files, err := OpenFiles(srcs, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	var rec smartylog.Record
	if _, err := files.Next(&rec); err != nil || rec.File != "logs.tgz!/smarty/x.log.1.xz" {
		t.Errorf("file = %q, %v", rec.File, err)
	}
	if n := srcs[0].Bytes(); n == 0 || n > 300 {
		t.Errorf("%d bytes to read", n)
	}
	if left, _ := os.ReadDir(os.TempDir()); len(left) > 0 {
		t.Errorf("temporary files: %v", left)
	}
}
