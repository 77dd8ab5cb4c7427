package smartylog_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// TestScanner_ManyLinesAsOneByOne: where lines end and headers may begin is found for many
// lines at once when they are there; byte by byte they are not.
func TestScanner_ManyLinesAsOneByOne(t *testing.T) {
	var passed int64
	rapid.Check(t, func(t *rapid.T) {
		log := drawLines(t)
		wanted := rapid.SampledFrom(append(drawnEvents(), "")).Draw(t, "wanted")
		block := rapid.SampledFrom([]int{1 << 20, 1 << 20, 4 << 10, 20 << 10}).Draw(t, "block")
		read := func(s *smartylog.Scanner) []string {
			s.Begin(block)
			if wanted != "" {
				s.Want(func(event string) bool { return event == wanted }, smartylog.Unsure)
			}
			var all []string
			for _, r := range collect(s) {
				all = append(all, fmt.Sprintf("%d %t %d %d %s", r.next, r.peeks, r.Passed, r.PassedBytes, shown(r.Record)))
			}
			passed += s.Passed()
			return append(all, fmt.Sprintf("%d lines, %d skipped, %d passed", s.Lines(), s.Skipped(), s.Passed()))
		}
		many := read(smartylog.NewScanner(strings.NewReader(log), 0, smartylog.Options{}))
		oneByOne := read(smartylog.NewScanner(iotest.OneByteReader(strings.NewReader(log)), 0, smartylog.Options{}))
		if d := cmp.Diff(oneByOne, many); d != "" {
			t.Fatalf("%q\n(-one by one +many):\n%s", log, d)
		}
	})
	if passed < 300 {
		t.Errorf("%d records were passed over: that proves little", passed)
	}
}

// TestPiece_ManyLinesLikeTheWhole: what is known of a block is not known of the next one,
// wherever a piece ends, and whatever the piece was used for before.
func TestPiece_ManyLinesLikeTheWhole(t *testing.T) {
	var before smartylog.Piece
	rapid.Check(t, func(t *rapid.T) {
		log := []byte(drawLines(t))
		wanted := rapid.SampledFrom(append(drawnEvents(), "")).Draw(t, "wanted")
		wants := func(event string) bool { return event == wanted }
		sizes := rapid.SliceOfN(rapid.IntRange(500, 40000), 1, 10).Draw(t, "sizes")
		i := 0
		samePieces(t, log, smartylog.Options{}, wants, func() int { i++; return sizes[i%len(sizes)] })

		end, lineEnd, ok := smartylog.Cut(log)
		if !ok {
			return
		}
		fresh := smartylog.Piece{Text: log[:lineEnd], End: end}
		before.Text, before.End = fresh.Text, fresh.End
		before.Frame(smartylog.Options{}, nil)
		fresh.Frame(smartylog.Options{}, nil)
		if d := cmp.Diff(inPiece(&fresh), inPiece(&before)); d != "" {
			t.Fatalf("%q\n(-in a fresh piece +in one that was used):\n%s", log, d)
		}
	})
}

// inPiece shows what a piece holds.
func inPiece(p *smartylog.Piece) (all []string) {
	for i := range p.Frames {
		var rec smartylog.Record
		p.Frames[i].Put(&rec)
		all = append(all, shown(&rec))
	}
	return append(all, fmt.Sprintf("%d lines, %d skipped", p.Lines(), p.Skipped()))
}

// drawLines draws a log of many lines in the same second, most of them of few calls, with
// tracebacks and with what looks like a header and is none, or is one within a line.
func drawLines(t *rapid.T) string {
	const traceback = "Traceback (most recent call last):\n  File \"/usr/share/smarty/api.py\", line 71, in check\n    sock = connect(address)\nerror: [Errno 111] refused\n"
	const stamp = "Fri Mar 24 10:22:35+0000 2017 "
	second := time.Unix(1490350955, 0).UTC()
	lines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		at := stamp
		if rapid.IntRange(0, 30).Draw(t, "later") == 0 {
			at = second.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "by")) * time.Second).Format("Mon Jan 02 15:04:05-0700 2006 ")
		}
		call := rapid.SampledFrom([]string{"INFO views:89 post", "ERROR api:1338 get", "DEBUG cache:77 set", "ERROR a_module_with_a_name_that_is_quite_long_for_a_module_of_python:64 check"}).Draw(t, "call")
		thread := rapid.SampledFrom([]string{"[8365.uWSGIWorker6Core0]", "[8365.MainThread]", "[None.Thread-15 (worker)]", "[1.a b]", "[83655555.a-thread-with-a-name-of-more-than-32-bytes]"}).Draw(t, "thread")
		event := rapid.SampledFrom(append(drawnEvents(), "no event")).Draw(t, "event")
		value := rapid.SampledFrom([]string{"u'x'", "[1, 2]", "[1.5, 2]", "[8365.MainThread] LOGIN_ERROR", "None", "[None.", "<A: [1.b>", "'" + strings.Repeat("y", 700) + "'", "u'x", "\x00", "'" + strings.Repeat("z", 20000) + "'"}).Draw(t, "value")
		end := rapid.SampledFrom([]string{"\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\n" + traceback, "\n" + traceback + traceback, "\n\n", "\n\tand\n Fri\nFri Mar\nx\n", "", "\n\x1b[31m" + stamp, "\n\x00", "\nFri\x00" + stamp, "\n" + stamp + "INFO\n", "\n" + stamp + "INFO is cut off here\n"}).Draw(t, "end")
		return at + call + thread + " " + event + " a=" + value + end
	}), 1, 30).Draw(t, "lines")
	if rapid.IntRange(0, 4).Draw(t, "with a long one") == 0 {
		lines = append(lines, drawLong(t, stamp+"INFO views:89 post[8365.MainThread] "), lines[0])
	}
	// The same ones again and again: the index is for many.
	return strings.Repeat(strings.Join(lines, ""), rapid.IntRange(1, 12).Draw(t, "times"))
}

// drawLong draws a record near one of the caps on what is kept of one, or a torn one.
func drawLong(t *rapid.T, header string) string {
	const frame = "  File \"/usr/share/smarty/api.py\", line 71, in check\n"
	first := header + "LOGIN_ERROR reason=u'x'\n"
	switch rapid.IntRange(0, 2).Draw(t, "long") {
	case 0:
		return first + strings.Repeat(frame, smartylog.MaxLines-rapid.IntRange(-3, 3).Draw(t, "short of the most lines"))
	case 1:
		line := strings.Repeat("x", 999) + "\n"
		return first + strings.Repeat(line, smartylog.MaxRecord/len(line)) + strings.Repeat("y", rapid.IntRange(0, 300).Draw(t, "and")) + "\n"
	}
	const split = 4096 // see torn
	text := header + "LOGIN_ERROR params={" + strings.Repeat("'k': 1, ", rapid.IntRange(450, 600).Draw(t, "keys")) + "}\n" +
		"Traceback (most recent call last):\n" + strings.Repeat(frame, rapid.IntRange(0, 80).Draw(t, "frames")) + "KeyError: 1\n"
	if len(text) <= split {
		return text
	}
	return text[:split] + strings.Repeat(first, rapid.IntRange(1, 12).Draw(t, "between")) + text[split:]
}
