package smartylog_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Copies that put suspicion off say the same as clones, whatever was left out
// between them and in whatever order they are asked.
func TestRecord_CopyTo(t *testing.T) {
	lines := bytes.SplitAfter(sampleLog(t), []byte("\n"))
	rapid.Check(t, func(rt *rapid.T) {
		var data []byte
		for range rapid.IntRange(1, 30).Draw(rt, "lines") {
			line := rapid.SampledFrom(lines).Draw(rt, "line")
			data = append(data, line[:rapid.IntRange(len(line)/2, len(line)).Draw(rt, "cut")]...)
			if rapid.Bool().Draw(rt, "ended") {
				data = append(data, '\n')
			}
		}
		s := smartylog.NewScanner(bytes.NewReader(data), 0, smartylog.Options{})
		rec := &smartylog.Record{Log: "sample", File: "sample.log"}
		var want, got []*smartylog.Record
		next := func() bool { return s.Next(rec) == nil || s.Flush(rec) }
		for i := 0; next(); i++ {
			if rapid.IntRange(0, 4).Draw(rt, "left out") == 0 {
				continue
			}
			var before *smartylog.Record
			if len(got) > 0 {
				before = got[len(got)-1]
			}
			c := &smartylog.Record{}
			if rapid.Bool().Draw(rt, "used before") {
				c = smallRecord(t).Clone()
			}
			rec.CopyTo(c, before)
			got = append(got, c)
			want = append(want, rec.Clone())
		}
		for i := range got {
			if rapid.Bool().Draw(rt, "asked first") {
				got[i].IsSuspect()
			}
		}
		if diff := cmp.Diff(jsonLines(want), jsonLines(got)); diff != "" {
			rt.Errorf("copies (-clones +copies):\n%s", diff)
		}
	})
}

// Whether a record ended inside a value is asked of all its lines, also of those
// that may be another record's.
func TestRecord_CopyToAfterLooseLines(t *testing.T) {
	data := head + "A a={'b" + head + "LOGIN_ERROR reason='x' params={u'lang': u'ru', u'key'\nTraceback (most r" + head + "B\n"
	s := smartylog.NewScanner(strings.NewReader(data), 0, smartylog.Options{})
	rec := &smartylog.Record{}
	var want, got []*smartylog.Record
	for s.Next(rec) == nil || s.Flush(rec) {
		c, before := &smartylog.Record{}, (*smartylog.Record)(nil)
		if len(got) > 0 {
			before = got[len(got)-1]
		}
		rec.CopyTo(c, before)
		got, want = append(got, c), append(want, rec.Clone())
	}
	if diff := cmp.Diff(jsonLines(want), jsonLines(got)); diff != "" || len(got) != 3 {
		t.Errorf("%d copies (-clones +copies):\n%s", len(got), diff)
	}
}

func smallRecord(t *testing.T) *smartylog.Record {
	return one(t, head+"LOGIN_ERROR reason='x' params={")
}

func TestRecord_KeysAndLevel(t *testing.T) {
	r := one(t, head+"LOGIN_ERROR 'reason'='x' a=1 a=2 c=[")
	var keys []string
	for k := range r.Keys() {
		keys = append(keys, string(k))
	}
	if diff := cmp.Diff([]string{"reason", "a", "a", "c"}, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if r.Level() != "DEBUG" || string(r.Raw[r.Message():r.Message()+11]) != "LOGIN_ERROR" || !r.Flags.Has(smartylog.Unterminated) {
		t.Errorf("level %q, message at %d, flags %v", r.Level(), r.Message(), r.Flags.Names())
	}
	for _, level := range []string{"\x1b[1mINFO\x1b[0m api:621", "INFO \x1b[1mapi:621\x1b[0m", "INFO api:621\x1b[0m"} {
		r := one(t, "\x1b[0mFri Mar 24 10:22:35+0300 2017 "+level+" \x1b[1mget\x1b[0m[83630.Thread-3] LOGIN_SUCCESS login_type=1\n")
		if r.Level() != "INFO" || r.Header().Level != "INFO" {
			t.Errorf("%q: level %q, of the header %q", level, r.Level(), r.Header().Level)
		}
	}
	if o := one(t, "  File \"a\", line 1"); o.Level() != "" || o.Message() != 0 {
		t.Errorf("an orphan has level %q and a message at %d", o.Level(), o.Message())
	}
}
