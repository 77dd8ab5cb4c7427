package replay

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

// dStart is the second around which the logs begin.
var dStart = time.Date(2024, 11, 18, 23, 50, 0, 0, time.UTC).Unix()

// dSource is one log: parts of text that a rotation never cuts.
type dSource struct {
	instance, stem string
	zone           int // minutes east
	parts          []string
}

func (s *dSource) file() string { return filepath.Join(s.instance, s.stem+".log") }

// text is what the parts from one to another make.
func (s *dSource) text(from, to int) string { return strings.Join(s.parts[from:to], "") }

// drawDSource draws a log. Its clock goes on by little steps and by those that
// matter to the rules; some records are late, some are from the future, and now
// and then the clock is set back. No time is a day off: whether such a one looks
// forged is told by its neighbours in the same file, so that a rotation between
// them matters.
func drawDSource(t *rapid.T, n int) *dSource {
	s := &dSource{instance: []string{"one", "two", "one"}[n], stem: []string{"smarty_alpha", "smarty_alpha", "smarty_beta"}[n],
		zone: rapid.SampledFrom([]int{0, 180, -330}).Draw(t, "zone")}
	now := dStart + rapid.Int64Range(0, 60).Draw(t, "start")
	length := rapid.SampledFrom([]int{0, 3, 10, 20, 30, 60}).Draw(t, "length")
	for _, m := range rapid.SliceOfN(rapid.IntRange(0, 19), length, length).Draw(t, "moves") {
		sec := now
		switch {
		case m < 9:
			now += rapid.SampledFrom([]int64{0, 0, 0, 1, 1, 2, 5}).Draw(t, "little")
			sec = now
		case m < 14:
			now += rapid.SampledFrom([]int64{9, 10, 11, 20, 30, 59, 60, 61, 300}).Draw(t, "far")
			sec = now
		case m < 17:
			sec = now - rapid.SampledFrom([]int64{1, 2, 3, 4, 10, 30, 60, 61}).Draw(t, "back")
		case m < 18:
			sec = now + rapid.SampledFrom([]int64{120, 121, 130, 900, 80000}).Draw(t, "ahead")
		case m < 19:
			now -= rapid.SampledFrom([]int64{61, 70, 300}).Draw(t, "set back")
			sec = now
		}
		s.parts = append(s.parts, s.part(t, sec))
	}
	return s
}

// part is one record, or what must stay together with it.
func (s *dSource) part(t *rapid.T, sec int64) string {
	record := s.record(t, sec)
	switch rapid.IntRange(0, 11).Draw(t, "kind") {
	case 8: // many that hardly any rule wants
		return record + "\n" + strings.Repeat(s.idle(sec), rapid.IntRange(1, 5).Draw(t, "idle"))
	case 9:
		return record + "\nTraceback (most recent call last):\n  File \"/usr/share/smarty/api.py\", line 31, in get\n    return self.call()\n" +
			rapid.SampledFrom([]string{"KeyError: 'result'", "ConnectionError: timed out", "ValueError: token=abcdef0123456789abcdef"}).Draw(t, "exception") + "\n"
	case 10: // two processes wrote at once
		return record + s.record(t, sec) + "\n"
	case 11: // a client's text that breaks the line, and what looks like a header in it
		return strings.TrimSuffix(record, "'") + "\n" + s.record(t, sec+rapid.SampledFrom([]int64{0, 1, 100, -100}).Draw(t, "forged")) + "\n"
	}
	return record + "\n"
}

// idle is a record of a documented event.
func (s *dSource) idle(sec int64) string {
	return time.Unix(sec, 0).In(time.FixedZone("", s.zone*60)).Format("Mon Jan 02 15:04:05-0700 2006") + " INFO views:17 login[7.Thread-2] LOGIN_SUCCESS ip='192.0.2.7'\n"
}

func (s *dSource) record(t *rapid.T, sec int64) string {
	zone := time.FixedZone("", s.zone*60)
	head := time.Unix(sec, 0).In(zone).Format("Mon Jan 02 15:04:05-0700 2006")
	event := rapid.SampledFrom([]string{"DET_A", "DET_A", "DET_A", "DET_B", "DET_B", "DET_C", "det_a"}).Draw(t, "event")
	host := rapid.SampledFrom([]string{"'a'", "'a'", "'b'", "'b'", "u'c'", "'d'", "5", "None", "u'\\u0432\\u0445\\u043e\\u0434'", "'+79161234567'"}).Draw(t, "host")
	n := rapid.SampledFrom([]string{"0", "1", "2", "2", "3", "5", "7", "-3", "0.1", "2.5", "'4'", "'x'", "None", "1e21"}).Draw(t, "n")
	tag := rapid.SampledFrom([]string{"u'x'", "'y'", "'z'", "'x y'", "['p', 'q']", "{u'k': 1}", "True"}).Draw(t, "tag")
	return fmt.Sprintf("%s ERROR check:64 run[%d.MainThread] %s host=%s n=%s tag=%s", head, 1+len(host), event, host, n, tag)
}

// layout is how the text of each source lies in files, and how these are named.
type layout struct {
	files [][]piece // by source, oldest first
	args  int       // 0: the directory, 1: the instances' directories, 2: every file
	order uint64
}

// piece is a generation of a log: its parts up to one, and how it is packed.
type piece struct {
	to     int
	packed string // "", gz, zst
	cuts   []int  // gz: bytes after which the packer flushes or begins a new member, so that so many are read at a time
}

func (l *layout) String() string {
	if l == nil {
		return "in one piece"
	}
	return fmt.Sprintf("%+v", *l)
}

func drawLayout(t *rapid.T, c *dCase) *layout {
	l := &layout{args: rapid.IntRange(0, 2).Draw(t, "named by"), order: rapid.Uint64().Draw(t, "order")}
	for _, s := range c.sources {
		l.files = append(l.files, drawPieces(t, len(s.parts)))
	}
	return l
}

func drawPieces(t *rapid.T, parts int) []piece {
	var pieces []piece
	at := 0
	for range rapid.IntRange(0, 3).Draw(t, "rotations") {
		at = rapid.IntRange(at, parts).Draw(t, "rotated after")
		p := piece{to: at, packed: rapid.SampledFrom([]string{"", "gz", "gz", "zst"}).Draw(t, "packed")}
		if p.packed == "gz" {
			p.cuts = rapid.SliceOfN(rapid.IntRange(1, 900), 0, 8).Draw(t, "read at a time")
		}
		pieces = append(pieces, p)
	}
	return append(pieces, piece{to: parts})
}

// write lays the logs down and returns how they are named.
func (c *dCase) write(t *rapid.T, dir string, l *layout) []string {
	var names []string
	dirs := map[string]bool{}
	for i, s := range c.sources {
		pieces := []piece{{to: len(s.parts)}}
		if l != nil {
			pieces = l.files[i]
		}
		from := 0
		for k, p := range pieces {
			name := filepath.Join(dir, s.file())
			if older := len(pieces) - 1 - k; older > 0 {
				name += fmt.Sprintf(".%d", older)
			}
			data := []byte(s.text(from, p.to))
			if p.packed != "" {
				name, data = name+"."+p.packed, p.pack(t, data)
			}
			from = p.to
			must(t, os.MkdirAll(filepath.Dir(name), 0o755))
			must(t, os.WriteFile(name, data, 0o600))
			names = append(names, name)
			dirs[filepath.Dir(name)] = true
		}
	}
	if l == nil || l.args == 0 {
		return []string{dir}
	}
	if l.args == 1 {
		names = nil
		for d := range dirs {
			names = append(names, d) // in any order, which is the point
		}
	}
	for i := range names {
		j := int(l.order>>(i%32)) % (i + 1)
		names[i], names[j] = names[j], names[i]
	}
	return names
}

// pack packs a text. Flushes and members of gzip are where reading pauses.
func (p piece) pack(t *rapid.T, text []byte) []byte {
	var b bytes.Buffer
	if p.packed == "zst" {
		z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(zstd.MinWindowSize))
		must(t, err)
		_, err = z.Write(text)
		must(t, err)
		must(t, z.Close())
		return b.Bytes()
	}
	z := gzip.NewWriter(&b)
	for i, n := range p.cuts {
		n = min(n, len(text))
		_, err := z.Write(text[:n])
		must(t, err)
		text = text[n:]
		if i%2 == 0 {
			must(t, z.Flush())
			continue
		}
		must(t, z.Close())
		z.Reset(&b)
	}
	_, err := z.Write(text)
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
