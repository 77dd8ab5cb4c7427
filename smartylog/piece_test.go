package smartylog_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// collectPieces reads a log that is framed in pieces of about so many bytes.
func collectPieces(data []byte, o smartylog.Options, wants func(string) bool, size func() int) (out []reading, skipped, lines int64) {
	var before *smartylog.Piece
	at := 0
	for to := 0; to < len(data); {
		to = min(len(data), max(to, at)+size())
		end, lineEnd, ok := smartylog.Cut(data[at:to])
		if !ok {
			continue
		}
		p := &smartylog.Piece{Text: bytes.Clone(data[at : at+lineEnd]), End: end, At: int64(at)}
		p.Frame(o, wants)
		if before != nil {
			p.After(before)
		}
		for i := range p.Frames {
			var rec smartylog.Record
			p.Frames[i].Put(&rec)
			r := reading{Record: &rec}
			r.next, r.peeks = p.Frames[i].PeekSec()
			out = append(out, r)
		}
		skipped, lines = skipped+p.Skipped(), lines+p.Lines()
		before, at = p, at+end
	}
	rest := smartylog.NewScanner(bytes.NewReader(data), 0, o)
	rest.Want(wants, smartylog.Unsure)
	if before != nil {
		rest = before.Rest(bytes.NewReader(data[at:]))
	}
	out = append(out, collect(rest)...)
	return out, skipped + rest.Skipped(), lines + rest.Lines()
}

func samePieces(t interface{ Errorf(string, ...any) }, data []byte, o smartylog.Options, wants func(string) bool, size func() int) {
	s := smartylog.NewScanner(bytes.NewReader(data), 0, o)
	all := collect(s)
	got, skipped, lines := collectPieces(data, o, wants, size)
	rightlyPassed(t, all, got, wants)
	if skipped != s.Skipped() || lines != s.Lines() || lines != int64(bytes.Count(data, []byte("\n"))) {
		t.Errorf("in pieces %d bytes were skipped and %d ends of lines read over, want %d and %d", skipped, lines, s.Skipped(), s.Lines())
	}
}

// A piece of one record, long before what the piece before it ends with: framed alone, it
// may be followed by others of its second that are passed over, but not there.
func TestPiece_GoesOnFarBehind(t *testing.T) {
	const (
		now    = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
		before = "Fri Mar 24 10:20:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
	)
	data := []byte(strings.Repeat(now, 3) + strings.Repeat(before, 8))
	lines := []int{4, 1} // more that are looked at for the first two pieces; each ends before the last of them
	size := func() int {
		n := 8
		if len(lines) > 0 {
			n, lines = lines[0], lines[1:]
		}
		return n * len(now)
	}
	samePieces(t, data, smartylog.Options{}, func(string) bool { return false }, size)
}

func TestPiece_LikeTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := drawLog(t)
		var wants func(string) bool
		if wanted := rapid.SampledFrom(append(drawnEvents(), "")).Draw(t, "wanted"); wanted != "" {
			wants = func(event string) bool { return event == wanted }
		}
		o := smartylog.Options{IgnoreOffset: rapid.IntRange(0, 9).Draw(t, "ignore offsets") == 0}
		sizes := rapid.SliceOfN(rapid.IntRange(100, 20000), 1, 20).Draw(t, "sizes")
		i := 0
		samePieces(t, []byte(log), o, wants, func() int { i++; return sizes[i%len(sizes)] })
	})
}

// What depends on the records before, on either side of a place to cut.
func TestPiece_Seams(t *testing.T) {
	const (
		a    = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_ERROR reason=u'x'\n"
		open = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_ERROR reason=u'x\n"
		day  = "Sat Mar 25 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_ERROR reason=u'x'\n"
		far  = "Mon Mar 27 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_ERROR reason=u'x'\n"
	)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	var autumn strings.Builder
	for _, clock := range []string{"01:50:00", "02:05:00", "02:30:00", "02:50:00", "02:50:00+0200", "02:01:00+0200", "02:20:00+0200", "02:20:00+0100", "02:45:00+0100", "03:05:00"} {
		autumn.WriteString("Sun Oct 29 " + clock + " 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_ERROR reason=u'x'\n")
	}
	short := head + "B a=1\n"
	for name, log := range map[string]string{
		"plain": a + a + a + a, "a value left open": a + open + a + a, "a forged time": a + a + far + a + a, "the last is forged": a + a + far,
		"back by a day": day + day + a + a + day, "the hour that autumn repeats": autumn.String(), "junk first": "x\n\n\x00\x00" + a + a,
		"a torn record": longHead(4096) + short + short + "x" + tornTail + short,
	} {
		t.Run(name, func(t *testing.T) {
			for size := 60; size < len(log); size += 7 {
				samePieces(t, []byte(log), smartylog.Options{Zone: berlin}, nil, func() int { return size })
				samePieces(t, []byte(log), smartylog.Options{Zone: berlin}, func(string) bool { return false }, func() int { return size })
				samePieces(t, []byte(log), smartylog.Options{Zone: berlin, IgnoreOffset: true}, nil, func() int { return size })
			}
		})
	}
}

// What is returned must not depend on what a piece was used for before.
func TestPiece_ForgetsWhatItFramed(t *testing.T) {
	const line = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
	text := strings.Repeat(line, 3) + strings.Replace(line, "api:621", "api:622", 1) + strings.Repeat(line, 5)
	end, lineEnd, _ := smartylog.Cut([]byte(text))
	nobody := func(string) bool { return false }
	p := &smartylog.Piece{Text: []byte(text[:lineEnd]), End: end}
	p.Frame(smartylog.Options{}, nobody)
	cold := len(p.Frames)
	p.Frame(smartylog.Options{}, nobody)
	if len(p.Frames) != cold || cold != 1 || p.Passed() != 7 {
		t.Errorf("at first %d records were returned, then %d, and %d passed over; want 1, 1 and 7", cold, len(p.Frames), p.Passed())
	}
}

// The greatest second of the files before is known only when it is a file's turn.
func TestPiece_FirstOfFile(t *testing.T) {
	const line = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
	const second = 1490340155
	text := strings.Repeat(line, 9)
	end, lineEnd, _ := smartylog.Cut([]byte(text))
	for name, tc := range map[string]struct {
		high   int64
		fits   bool
		passed int64
	}{
		"no file before":    {smartylog.Unsure, true, 7},
		"a minute before":   {second + 60, true, 7},
		"more than that":    {second + 61, false, 0},
		"older ones before": {second - 3600, true, 7},
	} {
		t.Run(name, func(t *testing.T) {
			p := &smartylog.Piece{Text: []byte(text[:lineEnd]), End: end}
			p.Frame(smartylog.Options{}, func(string) bool { return false })
			if fits := p.First(tc.high); fits != tc.fits || p.Passed() != tc.passed || int64(len(p.Frames)) != 8-tc.passed {
				t.Errorf("fits %v, %d passed over, %d returned; want %v, %d and %d", fits, p.Passed(), len(p.Frames), tc.fits, tc.passed, 8-tc.passed)
			}
		})
	}
}
