package ingest

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// damageable are small files of every form.
func damageable(t testing.TB) map[string]string {
	old, live := lines(0, 5), lines(5, 5)
	members := []entry{{name: "d/x.log.1", text: old}, {name: "d/x.log", text: live}}
	tar := tarOf(t, members...)
	return map[string]string{
		"x.log.gz":   packAs(t, "gz", old, live),
		"x.log.zst":  packAs(t, "zst", old, live),
		"x.log.bz2":  fixture(t, "two.log.bz2"),
		"x.log.xz":   fixture(t, "two.log.xz"),
		"y.log.xz":   fixture(t, "blocks.log.xz"),
		"x.tar":      tar,
		"x.tgz":      packAs(t, "gz", tar),
		"x.tar.zst":  packAs(t, "zst", tar[:1500], tar[1500:]),
		"x.txz":      packAs(t, "xz", tar),
		"x.zip":      zipOf(t, members...),
		"nested.tar": tarOf(t, entry{name: "x.log.1.gz", text: packAs(t, "gz", old)}, entry{name: "x.log.xz", text: packAs(t, "xz", live)}),
	}
}

// unpackAll is the text of packed bytes, as far as it goes.
func unpackAll(name, data string) (string, error) {
	var text strings.Builder
	r, err := decompress(strings.NewReader(data), name, defaultLimits().newBudget(0))
	if err == nil {
		_, err = io.CopyBuffer(struct{ io.Writer }{&text}, struct{ io.Reader }{r}, make([]byte, 4096))
	}
	return text.String(), err
}

// Cut anywhere, a packed file gives the text before the cut and then an error.
// With any byte changed, it gives the text or an error. Neither hangs or panics.
func TestDamaged_TextOfEveryByte(t *testing.T) {
	for name, data := range damageable(t) {
		if strings.Count(name, ".") != 2 || !strings.Contains(name, ".log.") {
			continue // an archive
		}
		t.Run(name, func(t *testing.T) {
			want, err := unpackAll(name, data)
			if err != nil || len(want) < 900 {
				t.Fatalf("%d bytes, %v", len(want), err)
			}
			most := 0
			for cut := range len(data) {
				got, err := unpackAll(name, data[:cut])
				if err == nil && !wholeStreams(name, data, cut) {
					t.Fatalf("cut at %d of %d: %d bytes and no error", cut, len(data), len(got))
				}
				if !strings.HasPrefix(want, got) {
					t.Fatalf("cut at %d: other text:\n%s", cut, got)
				}
				most = max(most, len(got))
			}
			if most < len(want)/2 {
				t.Errorf("at most %d bytes before a cut", most)
			}
			for i := range len(data) {
				bad := []byte(data)
				bad[i] ^= 0x24
				if got, err := unpackAll(name, string(bad)); err == nil && got != want {
					t.Errorf("byte %d changed: other text and no error", i)
				}
			}
		})
	}
}

// wholeStreams tells whether a cut lies between two streams: nothing tells that
// there was a second. Padding of xz counts in fours.
func wholeStreams(name, data string, cut int) bool {
	magic := map[string]string{".gz": "\x1f\x8b\x08", ".zst": "\x28\xb5\x2f\xfd", ".bz2": "BZh", ".xz": xzMagic}[filepath.Ext(name)]
	second := strings.LastIndex(data, magic)
	if cut == second && second > 0 {
		return true
	}
	empty := func(text string) bool { return strings.Trim(text, "\x00") == "" }
	padding := cut < second && empty(data[cut:second]) || cut > second && empty(data[cut:])
	return name == "x.log.xz" && padding && cut%4 == 0
}

// An archive that is cut gives the records before the cut and then an error; one
// with a byte changed its records or an error.
func TestDamaged_Archives(t *testing.T) {
	for name, data := range damageable(t) {
		if strings.Contains(name, ".log.") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			want, err := read(t, nil, write(t, path, data))
			if err != nil || len(want) != 10 {
				t.Fatalf("%d records of the whole file, %v", len(want), err)
			}
			most := 0
			for at := range len(data) {
				if in := (at + 2) % 512; at%(len(data)/50+1) > 0 && in > 3 {
					continue // some of all, and the bytes around the blocks of a tar
				}
				got, err := read(t, nil, write(t, path, data[:at]))
				if len(got) > len(want) || !slices.Equal(want[:len(got)], got) {
					t.Fatalf("cut at %d: %d records that are not the first", at, len(got))
				}
				if err == nil || !strings.Contains(err.Error(), path) {
					t.Fatalf("cut at %d of %d: %d records, error %v; want one that names the file", at, len(data), len(got), err)
				}
				most = max(most, len(got))
				bad := []byte(data)
				bad[at] ^= 0x24
				got, err = read(t, nil, write(t, path, string(bad)))
				if err == nil && !slices.Equal(want, got) && summed(name, data, at) {
					t.Errorf("byte %d changed: other records and no error", at)
				}
			}
			if most < 5 && name != "x.zip" {
				t.Errorf("at most %d records before a cut, want those of the first log", most)
			}
		})
	}
}

// summed tells whether a checksum covers byte i: a tar has one for its headers
// alone, a zip for its texts alone, not for their names.
func summed(name, data string, i int) bool {
	switch name {
	case "x.tar":
		return i < 512
	case "x.zip":
		return i < strings.Index(data, "PK\x01\x02")
	}
	return true
}

// What sums are for.
func TestDamaged_ChecksumsAreTold(t *testing.T) {
	for name, tc := range map[string]struct {
		data string
		at   int // from the end
		want string
	}{
		"x.log.gz":      {packAs(t, "gz", lines(0, 20)), 6, "invalid checksum"},
		"x.log.zst":     {packAs(t, "zst", lines(0, 20)), 2, "CRC check failed"},
		"x.log.bz2":     {fixture(t, "one.log.bz2"), 3, "checksum mismatch"},
		"crc64.log.xz":  {fixture(t, "crc64.log.xz"), 12 + 12 - 1, "the index does not fit the data"},
		"sha256.log.xz": {fixture(t, "sha256.log.xz"), 12 + 8 + 5, "wrong checksum"},
		"x.tgz":         {packAs(t, "gz", tarOf(t, entry{name: "x.log", text: lines(0, 20)})), 6, "the archive breaks off here: gzip: invalid checksum"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := []byte(tc.data)
			bad[len(bad)-tc.at] ^= 1
			_, err := read(t, nil, write(t, filepath.Join(t.TempDir(), name), string(bad)))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error = %v, want %q", err, tc.want)
			}
		})
	}
}

// A tar that breaks off gives what it held, then says so; also when another
// tar follows it, which plain tar would ignore.
func TestDamaged_TarEnds(t *testing.T) {
	first := tarOf(t, entry{name: "x.log.1", text: lines(0, 20)}, entry{name: "x.log", text: lines(20, 20)})
	for name, tc := range map[string]struct {
		data    string
		records int
		want    string
	}{
		"no end":          {first[:len(first)-1024], 40, "x.tar!/x.log: the archive breaks off here: unexpected EOF"},
		"in a log":        {first[:1<<12], 29, "x.tar!/x.log: unexpected EOF"},
		"in a header":     {first[:2800], 20, "the archive breaks off here: unexpected EOF"},
		"another follows": {first + first, 40, "something else follows its end"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, ext := range []string{"", "gz"} {
				path := write(t, filepath.Join(t.TempDir(), "x.tar"), packAs(t, ext, tc.data))
				got, err := read(t, nil, path)
				if err == nil || !strings.Contains(err.Error(), tc.want) && ext == "" {
					t.Errorf("error = %v, want %q", err, tc.want)
				}
				if len(got) != tc.records {
					t.Errorf("%d records, want %d (%v)", len(got), tc.records, err)
				}
			}
		})
	}
}

// The container of xz is read by our own code: whatever is cut, glued or
// repeated, it gives a beginning of the text.
func TestXZ_AnySplicing(t *testing.T) {
	parts := []string{packAs(t, "xz", lines(0, 3)), packAs(t, "xz", ""), fixture(t, "none.log.xz"), fixture(t, "blocks.log.xz"), "\x00\x00\x00\x00"}
	texts := []string{lines(0, 3), "", lines(0, 40), lines(0, 40), ""}
	rapid.Check(t, func(rt *rapid.T) {
		var data, want strings.Builder
		for i, n := range rapid.SliceOfN(rapid.IntRange(0, len(parts)-1), 0, 6).Draw(rt, "parts") {
			if i == 0 {
				n %= len(parts) - 1 // padding comes behind a stream
			}
			data.WriteString(parts[n])
			want.WriteString(texts[n])
		}
		x, err := newXZReader(strings.NewReader(data.String()))
		if data.Len() == 0 {
			if err != io.ErrUnexpectedEOF {
				rt.Fatalf("error of nothing = %v", err)
			}
			return
		}
		var got bytes.Buffer
		if err == nil {
			_, err = io.CopyBuffer(struct{ io.Writer }{&got}, x, make([]byte, rapid.IntRange(1, 5000).Draw(rt, "buffer")))
		}
		if err != nil || got.String() != want.String() {
			rt.Fatalf("%d bytes, %v; want %d", got.Len(), err, want.Len())
		}
	})
}
