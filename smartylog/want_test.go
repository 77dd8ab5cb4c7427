package smartylog_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// reading is a record that was returned, and what was said to follow it.
type reading struct {
	*smartylog.Record
	next  int64
	peeks bool
}

func collect(s *smartylog.Scanner) (all []reading) {
	var rec smartylog.Record
	for s.Next(&rec) == nil {
		sec, ok := s.PeekSec()
		all = append(all, reading{rec.Clone(), sec, ok})
	}
	for s.Flush(&rec) {
		all = append(all, reading{Record: rec.Clone()})
	}
	return all
}

// passedRight compares what a scanner returns that passes over unwanted records
// with all records there are.
func passedRight(t interface{ Errorf(string, ...any) }, data []byte, in io.Reader, wants func(string) bool) (passed int64) {
	s := smartylog.NewScanner(in, 0, smartylog.Options{})
	s.Want(wants, smartylog.Unsure)
	passed = rightlyPassed(t, collect(smartylog.NewScanner(bytes.NewReader(data), 0, smartylog.Options{})), collect(s), wants)
	if lines := int64(bytes.Count(data, []byte("\n"))); s.Lines() != lines {
		t.Errorf("%d ends of lines were read over, not %d", s.Lines(), lines)
	}
	if passed != s.Passed() {
		t.Errorf("%d records were passed over, not %d", passed, s.Passed())
	}
	return passed
}

// rightlyPassed compares the records that were returned with all there are: nobody
// who watches a log's clock may see a difference.
func rightlyPassed(t interface{ Errorf(string, ...any) }, all, returned []reading, wants func(string) bool) (passed int64) {
	var seen, told watch
	i := 0
	for _, r := range returned {
		for n := r.Passed; n > 0 && i < len(all); n-- {
			over := all[i]
			if wants == nil || wants(over.Event) || over.Flags&^smartylog.Suspect != 0 || over.Sec != r.Sec {
				t.Errorf("passed over: %q at second %d, flags %v, before one of %d", over.Raw, over.Sec, over.Flags, r.Sec)
			}
			seen.observe(over)
			i++
		}
		if i >= len(all) {
			t.Errorf("%d records are there, and more were returned or passed over", len(all))
			return 0
		}
		passed += r.Passed
		if seen != told {
			t.Errorf("before record %d the clock is %+v, without what was passed over %+v", i, seen, told)
			return 0
		}
		want := all[i]
		i++
		if got, want := shown(r.Record), shown(want.Record); got != want {
			t.Errorf("record %d:\n%s", i-1, cmp.Diff(want, got))
			return 0
		}
		if r.next != want.next || r.peeks != want.peeks {
			t.Errorf("after record %d comes second %d (%v), want %d (%v)", i-1, r.next, r.peeks, want.next, want.peeks)
		}
		seen.observe(want)
		told.observe(r)
	}
	if i != len(all) {
		t.Errorf("%d of %d records were returned or passed over", i, len(all))
	}
	return passed
}

// watch is what an engine knows of a log's clock (semantics §1.7 and §1.8).
type watch struct {
	begun       bool
	newest      int64
	back, steps int
	ahead       int
	doubted     bool
}

func (w *watch) observe(r reading) {
	if !r.HasTime() {
		return
	}
	if r.peeks && r.Sec > r.next+120 {
		w.ahead++
		return
	}
	w.ahead = 0
	moves := w.begun && (r.Sec > w.newest || w.back > 0 || r.Sec < w.newest-60)
	if w.doubted = moves && r.IsSuspect(); w.doubted {
		return
	}
	switch {
	case !w.begun || r.Sec >= w.newest-60:
		w.back, w.newest = 0, max(w.newest, r.Sec)
	case w.back < 4:
		w.back++
	default:
		w.back, w.newest = 0, r.Sec
		w.steps++
	}
	w.begun = true
}

// shown is all that a record says of itself.
func shown(r *smartylog.Record) string {
	return fmt.Sprintf("%d %d %s %s", r.Pos, r.Offset, r.AppendJSON(nil, true), r.Raw)
}

func TestScanner_PassesOverUnwantedRecords(t *testing.T) {
	const (
		a = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_ERROR reason=u'x'\n"
		b = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-12] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
		o = "Fri Mar 24 10:21:00+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
		c = "Fri Mar 24 10:22:36+0300 2017 DEBUG api:621 get[83631.Thread-3] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
	)
	glued := strings.TrimSuffix(b, "\n") + b
	for name, tc := range map[string]struct {
		log    string
		passed int64
	}{
		"all but the first and the last":        {b + b + b + b, 2},
		"a wanted one between":                  {b + b + a + b + b, 2},
		"the first and last of each second":     {b + b + b + c + c + c + c, 3},
		"so is a second that is a little older": {b + c + c + c + b + b + b + b, 3},
		"one that is much older is not":         {b + c + c + c + o + o + o + o, 1},
		"a traceback belongs to it":             {b + b + b + "Traceback (most recent call last):\n  File \"/a.py\", line 1, in f\nKeyError: 1\n" + b, 2},
		"a line without a header":               {"orphan\n" + b + b + b + b, 2},
		"glued records are returned":            {b + b + glued + b + b, 2},
	} {
		t.Run(name, func(t *testing.T) {
			wants := func(event string) bool { return event == "LOGIN_ERROR" }
			if got := passedRight(t, []byte(tc.log), strings.NewReader(tc.log), wants); got != tc.passed {
				t.Errorf("passed over %d, want %d", got, tc.passed)
			}
		})
	}
}

// Logs of documented events, with everything that happens to logs between them.
func TestScanner_PassesOverLikeReading(t *testing.T) {
	var passed int64
	rapid.Check(t, func(t *rapid.T) {
		log := drawLog(t)
		wanted := rapid.SampledFrom(drawnEvents()).Draw(t, "wanted")
		passed += passedRight(t, []byte(log), strings.NewReader(log), func(event string) bool { return event == wanted })
	})
	if passed < 100 {
		t.Errorf("passed over %d records in all: it proves too little", passed)
	}
}

func drawnEvents() []string {
	return []string{"LOGIN_ERROR", "LOGIN_SUCCESS", "STREAM_SERVICE_CHECKING_ERROR", "OWN_EVENT"}
}

func drawLog(t *rapid.T) string {
	var log strings.Builder
	at := time.Unix(1490340155, 0).UTC()
	for range rapid.IntRange(1, 150).Draw(t, "records") {
		switch rapid.IntRange(0, 40).Draw(t, "what") {
		case 0:
			log.WriteString("\x00\x00")
		case 1:
			log.WriteString("  File \"/a.py\", line 1, in f\nKeyError: 1\n")
		case 2:
			at = at.Add(-rapid.SampledFrom([]time.Duration{time.Second, 3 * time.Second, 500 * time.Second, 25 * time.Hour}).Draw(t, "back"))
		case 3:
			at = at.Add(25 * time.Hour)
		}
		at = at.Add(rapid.SampledFrom([]time.Duration{0, 0, 0, 0, 0, 1, 2, 5}).Draw(t, "step") * time.Second)
		zone := rapid.SampledFrom([]string{"+0000", "+0000", "+0000", "+0000", "+0000", "+0000", "+0000", ""}).Draw(t, "offset")
		fmt.Fprintf(&log, "%s ERROR check:64 run[%d.%s] %s a=u'%s", at.Format("Mon Jan 02 15:04:05"+zone+" 2006"), rapid.IntRange(1, 3).Draw(t, "process"),
			rapid.SampledFrom([]string{"MainThread", "Thread-2", "a b"}).Draw(t, "thread"), rapid.SampledFrom(drawnEvents()).Draw(t, "event"),
			rapid.SampledFrom([]string{"", "x", "[1.", strings.Repeat("y", 5000)}).Draw(t, "value"))
		log.WriteString(rapid.SampledFrom([]string{"'\n", "'\n", "'\n", "'\n", "'\n", "'\n", "\n", "'", ""}).Draw(t, "end"))
	}
	return log.String()
}
