package smartylog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// longHead is the first n bytes of a record whose value goes on.
func longHead(n int) string {
	text := head + "OBJECT_CACHED object='"
	return text + strings.Repeat("x", n-len(text))
}

// tornTail is the rest of such a record: keys, and a traceback of its own.
const tornTail = "' timeout=5\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/z.py\", line 9, in z\nKeyError: 'tail'\n"

// seen is what a record says, in one line.
func seen(r *smartylog.Record) string {
	text := r.Event + " " + string(smartylog.AppendValue(nil, r.Decode().Pairs)) + " " + strings.Join(r.Flags.Names(), " ")
	if x, ok := r.Exception(); ok {
		text += " " + x.Type + " " + x.Frame
	}
	if stack := r.Stacktrace(); strings.Contains(stack, "tail") {
		text += " with the tail's stack"
	}
	return text
}

// Python 2.7 writes a long record in pieces at multiples of 4,096 bytes. What
// others write between them are records of their own, and the pieces that follow
// give them neither keys nor tracebacks nor become records.
func TestFormat22_Torn(t *testing.T) {
	short := head + "B a=1\n"
	own := head + "B a=1\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/b.py\", line 1, in b\nValueError: own\n"
	piece := strings.Repeat("y", 4096)
	long := "OBJECT_CACHED " + `{"object":"…"} partial_value unterminated`
	const b = `B {"a":1} glued`
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"one":                      {longHead(4096) + short + "x" + tornTail, []string{long, b}},
		"tail begins a line":       {longHead(4096) + short + tornTail, []string{long, b}},
		"tail is only a traceback": {longHead(4096) + short + "\n" + tornTail[strings.IndexByte(tornTail, '\n')+1:], []string{long, b}},
		"tail reads like pairs":    {longHead(4096) + short + "ip='6.6.6.6' a=2\n", []string{long, b}},
		"tail with an event":       {longHead(4096) + short + "LOGIN_ERROR reason='x'\n", []string{long, b}},
		"later multiple":           {longHead(3*4096) + short + "x" + tornTail, []string{long, b}},
		"own traceback":            {longHead(4096) + own + "x" + tornTail, []string{long, b + " ValueError b.py:1 b"}},
		"two others in a row":      {longHead(4096) + short + short + "x" + tornTail, []string{long, b, `B {"a":1} `}},
		"three others, one with a traceback": {longHead(4096) + short + own + short + "x" + tornTail,
			[]string{long, b, `B {"a":1}  ValueError b.py:1 b`, `B {"a":1} `}},
		"several splits":           {longHead(4096) + short + piece + short + piece + own + "x" + tornTail, []string{long, b, b, b + " ValueError b.py:1 b"}},
		"two others, then a split": {longHead(4096) + short + short + piece + short + "x" + tornTail, []string{long, b, `B {"a":1} `, b}},
		"a split, then two others": {longHead(4096) + short + piece + short + short + "x" + tornTail, []string{long, b, b, `B {"a":1} `}},
		"after it all is as usual": {longHead(4096) + short + "x" + tornTail + own + own, []string{long, b, `B {"a":1}  ValueError b.py:1 b`, `B {"a":1}  ValueError b.py:1 b`}},
		"the rest never comes":     {longHead(4096) + short + strings.Replace(strings.Replace(own, "10:22:35", "10:22:45", 1), "\n", "\nnote\n", 1), []string{long, b, `B {"a":1}  ValueError b.py:1 b`}},
		"torn inside":              {longHead(4096) + longHead(4096) + "x" + tornTail, []string{long, `OBJECT_CACHED {"object":"…"} partial_value unterminated glued`}},
		"torn at both":             {longHead(4096) + longHead(4096) + short + "x" + tornTail, []string{long, `OBJECT_CACHED {"object":"…"} partial_value unterminated glued`, b}},
	} {
		var got []string
		for _, r := range readAll(t, []byte(tc.text), smartylog.Options{}) {
			text := seen(r)
			if from, to := strings.Index(text, `"'xxx`), strings.LastIndex(text, `"}`); from >= 0 {
				text = text[:from] + `"…` + text[to:]
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A piece may end where a line does: then the record that follows begins a line,
// and the rest may be nothing but a traceback.
func TestFormat22_TornAtNewline(t *testing.T) {
	piece := func(event string) string {
		text := head + event + " a='"
		return text + strings.Repeat("x", 4096-len(text)-2) + "'\n"
	}
	trace := func(name string) string {
		return tracebackLine + "\n  File \"/usr/share/microimpuls/smarty/z.py\", line 9, in z\nValueError: " + name + "\n"
	}
	const login, custom, failed, lost = "LOGIN_SUCCESS login_type='m'\n", "own_event a=1\n", "INIT_ERROR kwargs={}\n", ""
	for name, tc := range map[string]struct {
		text string
		want []string // of each record after the first the message of its exception
	}{
		"the rest follows an event without one":   {piece("INIT_ERROR") + head + login + trace("bad"), []string{lost}},
		"of an unknown event":                     {piece("own_event") + head + login + trace("bad"), []string{lost}},
		"the rest follows another":                {piece("INIT_ERROR") + head + login + head + login + trace("bad"), []string{lost, lost}},
		"an unknown event after one that has one": {piece("INIT_ERROR") + head + custom + trace("bad"), []string{lost}},
		"an unknown event after an unknown one":   {piece("own_event") + head + custom + trace("own"), []string{"own"}},
		"one that has one":                        {piece("INIT_ERROR") + head + failed + trace("own") + trace("bad"), []string{"own"}},
		"after it all is as usual":                {piece("INIT_ERROR") + head + login + trace("bad") + head + login + trace("own"), []string{lost, "own"}},
		"much later":                              {piece("INIT_ERROR") + strings.Replace(head, "10:22:35", "10:22:45", 1) + login + trace("own"), []string{"own"}},
		"elsewhere":                               {strings.Replace(piece("INIT_ERROR"), "x'", "'", 1) + head + login + trace("own"), []string{"own"}},
	} {
		var got []string
		for _, r := range readAll(t, []byte(tc.text), smartylog.Options{})[1:] {
			x, _ := r.Exception()
			if got = append(got, x.Message); r.IsSuspect() || x.Message == "" && field(t, r, "text") != nil {
				t.Errorf("%s: suspect %v, text %v", name, r.IsSuspect(), field(t, r, "text"))
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A traceback torn in the middle names no exception, and its rest is not the
// other record's: it is shown with it, but rules do not see it there.
func TestFormat22_TornTraceback(t *testing.T) {
	frame := "  File \"/usr/share/microimpuls/smarty/z.py\", line 9, in z\n    z()\n"
	long := head + "INIT_ERROR kwargs={} api_client_class='C'\n" + tracebackLine + "\n" + strings.Repeat(frame, 6000/len(frame)) + "ValueError: bad\n"
	records := readAll(t, []byte(long[:4096]+head+"B a=1 word\n"+long[4096:]), smartylog.Options{})
	if len(records) != 2 {
		t.Fatalf("%d records, want 2", len(records))
	}
	if got := string(records[0].AppendJSON(nil, false)); !strings.Contains(got, `"exception":{"frame":"z.py:9 z"}`) {
		t.Errorf("the torn record is %s", got)
	}
	for path, want := range map[string]any{"exception.type": nil, "exception.message": nil, "exception.frame": "z.py:9 z"} {
		if got := field(t, records[0], path); got != want {
			t.Errorf("%s of the torn record = %v, want %v", path, got, want)
		}
	}
	other := records[1]
	if got := field(t, other, "text"); got != "word" || field(t, other, "exception.type") != nil {
		t.Errorf("the other record has text %q, exception %v", got, field(t, other, "exception.type"))
	}
	if text := other.Text(); !strings.Contains(text, "ValueError: bad") {
		t.Errorf("the rest is lost: text %q", text)
	}
}

// Elsewhere than at a multiple of 4,096 a header inside a value may be forged.
func TestFormat22_GluedElsewhere(t *testing.T) {
	for n, suspect := range map[int]bool{4095: true, 4096: false, 4097: true, 8192: false, 300: true} {
		records := readAll(t, []byte(longHead(n)+head+"B a=1\nx"+tornTail), smartylog.Options{})
		if len(records) != 2 || records[1].IsSuspect() != suspect {
			t.Errorf("at %d: %d records, suspect %v, want %v", n, len(records), records[len(records)-1].IsSuspect(), suspect)
		}
		if x, ok := records[1].Exception(); ok {
			t.Errorf("at %d: the tail gave the record the exception %+v", n, x)
		}
	}
}
