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
		read := func(s *smartylog.Scanner) []string {
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
	if passed < 1000 {
		t.Errorf("%d records were passed over: that proves little", passed)
	}
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
		end := rapid.SampledFrom([]string{"\n", "\n", "\n", "\n", "\n", "\n", "\r\n", "\n" + traceback, "\n" + traceback + traceback, "\n\n", "\n\tand\n Fri\nFri Mar\nx\n", "", "\n\x1b[31m" + stamp, "\n\x00"}).Draw(t, "end")
		return at + call + thread + " " + event + " a=" + value + end
	}), 1, 30).Draw(t, "lines")
	// The same ones again and again: the index is for many.
	return strings.Repeat(strings.Join(lines, ""), rapid.IntRange(1, 12).Draw(t, "times"))
}
