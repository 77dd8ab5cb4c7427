package ingest

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// zeros are a log that shrinks as no log does: a few records, then n zero bytes.
func zeros(n int) string { return lines(0, 3) + strings.Repeat("\x00", n) }

// What unpacks to more than the cap is an error that says so and what to do;
// what came before is kept. Nothing is unpacked beyond it.
func TestBomb_EveryForm(t *testing.T) {
	const bomb = 8 << 20 // eight times the floor of smallLimits
	text := zeros(bomb)
	for name, tc := range map[string]struct {
		data    string
		records int
		where   string
	}{
		"x.log.gz":  {packAs(t, "gz", text), 2, ""},
		"x.log.zst": {packAs(t, "zst", text), 2, ""},
		"x.log.xz":  {packAs(t, "xz", text), 2, ""},
		"x.log.bz2": {fixture(t, "bomb.log.bz2"), 0, ""},
		// of an archive, what is unpacked to list it counts, what is packed inside, and what a hole stands for
		"x.tgz":      {packAs(t, "gz", tarOf(t, entry{name: "x.log", text: text})), 2, "!/x.log"},
		"x.txz":      {packAs(t, "xz", tarOf(t, entry{name: "x.log", text: text})), 2, "!/x.log"},
		"nested.tar": {tarOf(t, entry{name: "x.log.gz", text: packAs(t, "gz", text)}), 2, "!/x.log.gz"},
		"nested.zip": {zipOf(t, entry{name: "x.log.gz", text: packAs(t, "gz", text)}), 2, "!/x.log.gz"},
		"sparse.tar": {sparse(t, bomb), 0, "!/x.log"},
		"other.tgz":  {packAs(t, "gz", tarOf(t, entry{name: "x.log", text: lines(0, 3)}, entry{name: "core", text: text})), 2, "!/x.log"},
		"x.zip":      {zipOf(t, entry{name: "x.log", text: text}), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, filepath.Join(t.TempDir(), name), tc.data)
			got, err := read(t, &finder{limits: smallLimits(), stdin: os.Stdin}, path)
			n := 0
			for _, seq := range numbers(got) {
				if seq >= 0 {
					n++
				}
			}
			if n < tc.records { // the third is open when the bomb begins, and may go with it
				t.Errorf("%d records, want %d or more", n, tc.records)
			}
			if err == nil || !strings.Contains(err.Error(), path+tc.where+": ") ||
				!strings.Contains(err.Error(), "unpack to more than ") || !strings.Contains(err.Error(), "unpack it yourself") {
				t.Errorf("error = %v, want one of the cap on %s%s", err, path, tc.where)
			}
		})
	}
}

// sparse is a tar whose only member is a hole of n bytes, in GNU's old form.
func sparse(t *testing.T, n int) string {
	t.Helper()
	data := []byte(tarOf(t, entry{name: "x.log"}))
	h := data[:512]
	copy(h[257:], "ustar  \x00")
	h[156] = tar.TypeGNUSparse
	copy(h[386:], fmt.Sprintf("%011o\x00%011o\x00", n, 0)) // one piece of nothing at its end
	copy(h[483:], fmt.Sprintf("%011o\x00", n))
	copy(h[148:], "        ")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(data)
}

// Many members that are each below the cap do not pass it together.
func TestBomb_MembersShareTheCap(t *testing.T) {
	var entries []entry
	for i := range 8 {
		entries = append(entries, entry{name: fmt.Sprintf("x.log.%d.gz", 8-i), text: packAs(t, "gz", line(i, i)+strings.Repeat("\x00", 400<<10))})
	}
	path := write(t, filepath.Join(t.TempDir(), "l.tar"), tarOf(t, entries...))
	f := &finder{limits: limits{floor: 1 << 20, ratio: 1, members: 50, nameLen: 100}, stdin: os.Stdin}
	srcs, err := f.find([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // reading again costs nothing and allows nothing
		got, err := readSources(t, srcs)
		if err == nil || !strings.Contains(err.Error(), "l.tar!/x.log.6.gz: ") || len(got) != 2 {
			t.Errorf("%d records, %v; want those of two members", len(got), err)
		}
	}
}

// A zip that lies about the size of a member is not read beyond it.
func TestBomb_ZipWithFalseSize(t *testing.T) {
	data := []byte(zipOf(t, entry{name: "x.log", text: zeros(8 << 20)}))
	const uncompressed = 24
	at := bytes.Index(data, []byte("PK\x01\x02")) + uncompressed
	binary.LittleEndian.PutUint32(data[at:], 1000)
	path := write(t, filepath.Join(t.TempDir(), "x.zip"), string(data))
	got, err := read(t, &finder{limits: smallLimits(), stdin: os.Stdin}, path)
	if err == nil || !strings.Contains(err.Error(), "x.zip!/x.log: ") || len(got) != 2 {
		t.Errorf("%d records, error %v; want what the size allows", len(got), err)
	}
}

// A log that shrinks well, but within the ratio, is read to its end.
func TestBomb_GoodRatioIsNone(t *testing.T) {
	text := strings.Repeat(line(0, 0), 30_000) // three times the floor
	got, err := read(t, &finder{limits: smallLimits(), stdin: os.Stdin}, write(t, filepath.Join(t.TempDir(), "x.log.gz"), packAs(t, "gz", text)))
	if err == nil {
		t.Fatalf("%d records: the text shrinks less than the test wants", len(got))
	}
	l := smallLimits()
	l.ratio = 1000
	got, err = read(t, &finder{limits: l}, write(t, filepath.Join(t.TempDir(), "x.log.gz"), packAs(t, "gz", text)))
	if err != nil || len(got) != 30_000 {
		t.Errorf("%d records, %v", len(got), err)
	}
}

// The real cap, on a gigabyte from 100 KiB, in bounded memory and time.
func TestBomb_RealCap(t *testing.T) {
	var b bytes.Buffer
	w, err := packers()["zst"](&b)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, lines(0, 3))
	block := make([]byte, 1<<20)
	for range 1030 {
		w.Write(block)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	text, err := decompress(bytes.NewReader(b.Bytes()), "x.log.zst", defaultLimits().newBudget(int64(b.Len())))
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, text)
	if n > 1<<30 || n < 1<<30-4<<20 || err == nil || !strings.Contains(err.Error(), "unpack to more than 1.0 GiB") {
		t.Errorf("%d bytes, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
		t.Errorf("%s allocated", size(int64(grown)))
	}
}

func TestBomb_Members(t *testing.T) {
	var many []entry
	for i := range 60 {
		many = append(many, entry{name: fmt.Sprintf("d%d/readme", i)})
	}
	many = append(many, entry{name: "x.log", text: line(0, 0)})
	long := []entry{{name: strings.Repeat("d/", 60) + "x.log", text: line(0, 0)}}
	for name, tc := range map[string]struct{ data, want string }{
		"many.tar": {tarOf(t, many...), "it has more than 50 members: unpack it yourself"},
		"many.tgz": {packAs(t, "gz", tarOf(t, many...)), "it has more than 50 members"},
		"many.zip": {zipOf(t, many...), "it has more than 50 members"},
		"long.tar": {tarOf(t, long...), "the name of a member has 125 bytes, 100 are allowed"},
		"long.zip": {zipOf(t, long...), "the name of a member has 125 bytes, 100 are allowed"},
	} {
		_, err := read(t, &finder{limits: smallLimits(), stdin: os.Stdin}, write(t, filepath.Join(t.TempDir(), name), tc.data))
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error = %v, want %q", name, err, tc.want)
		}
	}
}

// A zip whose list of members is larger than its number says is not read to its
// end.
func TestBomb_ZipDirectory(t *testing.T) {
	data := []byte(zipOf(t, entry{name: "x.log", text: line(0, 0)}))
	at := bytes.Index(data, []byte("PK\x01\x02"))
	end := bytes.Index(data, []byte("PK\x05\x06"))
	header, tail := data[at:end], data[end:]
	n := maxDirectory/len(header) + 1000
	bomb := append(bytes.Clone(data[:at]), bytes.Repeat(header, n)...)
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*len(header)))
	path := filepath.Join(t.TempDir(), "x.zip")
	if err := os.WriteFile(path, append(bomb, tail...), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Find([]string{path})
	if err == nil || !strings.Contains(err.Error(), "its list of members has more than 32.0 MiB: unpack it yourself") {
		t.Errorf("error = %v", err)
	}
}
