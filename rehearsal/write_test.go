package rehearsal

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// parsed is the only record of a text.
func parsed(t interface{ Fatalf(string, ...any) }, text string) *smartylog.Record {
	var rec smartylog.Record
	s := smartylog.NewScanner(strings.NewReader(text), 0, smartylog.Options{})
	if err := s.Next(&rec); err != nil && err != io.EOF {
		t.Fatalf("%v", err)
	}
	if rec.Raw == nil && !s.Flush(&rec) {
		t.Fatalf("no record in %q", text)
	}
	out := rec.Clone()
	if s.Next(&rec) == nil || s.Flush(&rec) {
		t.Fatalf("two records in %q", text)
	}
	return out
}

var noon = time.Date(2026, 1, 15, 12, 0, 0, 0, time.FixedZone("", 3*3600))

func TestWritten_ReadsAsItWasMeant(t *testing.T) {
	text := written(noon, "LOGIN_ERROR", []ruletest.Pair{
		{Name: "level", Value: "ERROR"}, {Name: "module", Value: "api"}, {Name: "function", Value: "get"}, {Name: "pid", Value: int64(7)}, {Name: "thread", Value: "Thread-3"},
		{Name: "reason", Value: "it's"}, {Name: "params.abonement", Value: "100123"}, {Name: "params.deep.er", Value: true}, {Name: "params.n", Value: nil},
		{Name: "stream_service", Value: "<StreamService: edge-07>"}, {Name: "execution_time", Value: "datetime.timedelta(0, 12, 500000)"},
		{Name: "args", Value: []any{int64(1), 2.5, "три", 3.0}}, {Name: "line", Value: "a line"},
		{Name: "exception.type", Value: "KeyError"}, {Name: "exception.frame", Value: "api.py:35 get"}, {Name: "exception.message", Value: "'cid'"},
	})
	want := "Thu Jan 15 12:00:00+0300 2026 ERROR api:1 get[7.Thread-3] LOGIN_ERROR reason='it\\'s' params={'abonement': '100123', 'deep': {'er': True}, 'n': None}" +
		" stream_service=<StreamService: edge-07> execution_time=datetime.timedelta(0, 12, 500000) args=[1, 2.5, 'три', 3.0] line='a line'\n" +
		"Traceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/api.py\", line 35, in get\n    pass\nKeyError: 'cid'\n"
	if diff := cmp.Diff(want, text); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	rec := parsed(t, text)
	x, ok := rec.Exception()
	h := rec.Header()
	if rec.Sec != noon.Unix() || rec.Offset != 3*3600 || rec.Event != "LOGIN_ERROR" || rec.Flags != 0 || !ok || x.Type != "KeyError" || x.Frame != "api.py:35 get" || h.Level != "ERROR" || h.PID != 7 {
		t.Errorf("read as %+v, %+v, %+v", rec, h, x)
	}
}

// Whatever a test gives a field, the parser reads the same.
func TestWritten_EveryValueIsReadBack(t *testing.T) {
	value := rapid.OneOf(
		rapid.Map(rapid.String(), func(s string) any { return strings.ToValidUTF8(s, "?") }),
		rapid.Map(rapid.StringMatching(`[a-zA-Z <>'"\\=\[\]{}(),:\n\t#Я-]{0,30}`), func(s string) any { return s }),
		rapid.Map(rapid.Int64(), func(n int64) any { return n }),
		rapid.Map(rapid.Float64Range(-1e12, 1e12), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	)
	rapid.Check(t, func(t *rapid.T) {
		one, list := value.Draw(t, "one"), rapid.SliceOfN(value, 1, 4).Draw(t, "list")
		items := append([]any{}, list...)
		text := written(noon, "LOGIN_ERROR", []ruletest.Pair{{Name: "params.one", Value: one}, {Name: "args", Value: items}, {Name: "last", Value: int64(1)}})
		rec := parsed(t, text)
		c := rec.Decode()
		params, _ := c.Get("params")
		d, _ := params.(smartylog.Dict)
		got, _ := d.Get("one")
		args, _ := c.Get("args")
		last, _ := c.Get("last")
		for _, v := range append(items, one) {
			if s, ok := v.(string); ok && object.MatchString(s) {
				return // it is meant to be an object
			}
		}
		if !cmp.Equal(one, got) || !cmp.Equal(any(items), args) || last != int64(1) {
			t.Fatalf("%q\nis read as %#v, %#v, %#v", text, got, args, last)
		}
	})
}
