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

// passedRight compares what a scanner returns that passes over unwanted records
// with all records there are.
func passedRight(t interface{ Errorf(string, ...any) }, data []byte, in io.Reader, wants func(string) bool) (passed int64) {
	all := collect(smartylog.NewScanner(bytes.NewReader(data), 0, smartylog.Options{}))
	s := smartylog.NewScanner(in, 0, smartylog.Options{})
	s.Want(wants)
	high := int64(-1 << 62)
	i := 0
	for _, r := range collect(s) {
		for n := r.Passed; n > 0 && i < len(all); n-- {
			r := all[i]
			if wants(r.Event) || r.Sec != high || r.Flags&^smartylog.Suspect != 0 {
				t.Errorf("passed over: %q at second %d, flags %v; the greatest second before is %d", r.Raw, r.Sec, r.Flags, high)
			}
			i++
		}
		if i >= len(all) {
			t.Errorf("%d records are there, and more were returned or passed over", len(all))
			return 0
		}
		passed += r.Passed
		want := all[i]
		i++
		if got, want := shown(r), shown(want); got != want {
			t.Errorf("record %d:\n%s", i-1, cmp.Diff(want, got))
			return 0
		}
		if r.HasTime() && r.Sec > high && !r.IsSuspect() {
			high = r.Sec
		}
	}
	if i != len(all) || passed != s.Passed() {
		t.Errorf("%d of %d records were returned or passed over, %d and %d passed", i, len(all), passed, s.Passed())
	}
	return passed
}

// shown is all that a record says of itself.
func shown(r *smartylog.Record) string {
	return fmt.Sprintf("%d %d %s %s", r.Pos, r.Offset, r.AppendJSON(nil, true), r.Raw)
}

func collect(s *smartylog.Scanner) (all []*smartylog.Record) {
	var rec smartylog.Record
	for s.Next(&rec) == nil || s.Flush(&rec) {
		all = append(all, rec.Clone())
	}
	return all
}

func TestScanner_PassesOverUnwantedRecords(t *testing.T) {
	const (
		a = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-3] LOGIN_ERROR reason=u'x'\n"
		b = "Fri Mar 24 10:22:35+0300 2017 DEBUG api:621 get[83630.Thread-12] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
		c = "Fri Mar 24 10:22:36+0300 2017 DEBUG api:621 get[83631.Thread-3] LOGIN_SUCCESS ip=u'192.0.2.1'\n"
	)
	glued := strings.TrimSuffix(b, "\n") + b
	for name, tc := range map[string]struct {
		log    string
		passed int64
	}{
		"the first two have taught it the call": {b + b + b + b, 2},
		"a wanted one between":                  {b + b + a + b + b, 2},
		"the first and last of each second":     {b + b + b + c + c + c + c, 3},
		"an older second is never passed over":  {b + c + c + c + b + b + b + b, 1},
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
	events := []string{"LOGIN_ERROR", "LOGIN_SUCCESS", "STREAM_SERVICE_CHECKING_ERROR", "OWN_EVENT"}
	var passed int64
	rapid.Check(t, func(t *rapid.T) {
		var log strings.Builder
		sec := 0
		for range rapid.IntRange(1, 150).Draw(t, "records") {
			switch rapid.IntRange(0, 40).Draw(t, "what") {
			case 0:
				log.WriteString("\x00\x00")
			case 1:
				log.WriteString("  File \"/a.py\", line 1, in f\nKeyError: 1\n")
			case 2:
				sec -= rapid.SampledFrom([]int{1, 3, 500, 90000}).Draw(t, "back")
			case 3:
				sec += 90000
			}
			sec += rapid.SampledFrom([]int{0, 0, 0, 0, 0, 1, 2, 5}).Draw(t, "step")
			at := 1490340155 + sec
			fmt.Fprintf(&log, "%s ERROR check:64 run[%d.%s] %s a=u'%s", time.Unix(int64(at), 0).UTC().Format("Mon Jan 02 15:04:05+0000 2006"), rapid.IntRange(1, 3).Draw(t, "process"),
				rapid.SampledFrom([]string{"MainThread", "Thread-2", "a b"}).Draw(t, "thread"), rapid.SampledFrom(events).Draw(t, "event"),
				rapid.SampledFrom([]string{"", "x", strings.Repeat("y", 5000)}).Draw(t, "value"))
			log.WriteString(rapid.SampledFrom([]string{"'\n", "'\n", "'\n", "'\n", "'\n", "'\n", "\n", "'", ""}).Draw(t, "end"))
		}
		wanted := rapid.SampledFrom(events).Draw(t, "wanted")
		passed += passedRight(t, []byte(log.String()), strings.NewReader(log.String()), func(event string) bool { return event == wanted })
	})
	if passed < 100 {
		t.Errorf("passed over %d records in all: it proves too little", passed)
	}
}
