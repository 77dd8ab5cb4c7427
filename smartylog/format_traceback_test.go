package smartylog_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// tracebackCase is one printed by Python; the title in the file says what it holds.
type tracebackCase struct {
	name, text string
	want       smartylog.Exception
}

func tracebackCases(t *testing.T) []tracebackCase {
	t.Helper()
	data, err := os.ReadFile("testdata/tracebacks.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []tracebackCase
	for _, part := range strings.Split("\n"+string(data), "\n## ")[1:] {
		title, text, _ := strings.Cut(part, "\n")
		words := strings.Split(title, " | ")
		text = strings.TrimSuffix(text, "\n") + "\n"
		if len(words) != 4 {
			t.Fatalf("title %q, want name | type | message | frame", title)
		}
		all = append(all, tracebackCase{words[0], text, smartylog.Exception{Type: words[1], Message: words[2], Frame: words[3]}})
	}
	if len(all) < 20 {
		t.Fatalf("%d tracebacks, want 20 or more", len(all))
	}
	return all
}

// reprText prints a text as Python 3 does; reprBytes as Python 2 prints bytes.
func reprText(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "'", `\'`).Replace(s) + "'"
}

func reprBytes(s string) string {
	var b strings.Builder
	for _, c := range []byte(reprText(s)) {
		if c < 0x80 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String()
}

// reprUnicode prints a text as Python 2 prints unicode.
func reprUnicode(s string) string {
	var b strings.Builder
	for _, r := range reprText(s) {
		if r < 0x80 {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return "u" + b.String()
}

// Type, message and last own frame of all that Python 2.7 to 3.13 print, in every
// way in which it gets into a log.
func TestFormat22_Tracebacks(t *testing.T) {
	const foreign = "[pid: 7|app: 0] GET /x => generated 95 bytes\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/z.py\", line 9, in z\nZeroDivisionError: foreign\n"
	for _, tc := range tracebackCases(t) {
		for form, message := range map[string]string{
			"raw":              "A a=1\n" + tc.text,
			"crlf":             strings.ReplaceAll("A a=1\n"+tc.text, "\n", "\r\n"),
			"coloured":         "A a=1\x1b[0m\n\x1b[31m" + strings.TrimSuffix(tc.text, "\n") + "\x1b[0m\n",
			"no event":         "Internal Server Error: /x/\n" + tc.text,
			"repr":             "A a=1 stacktrace=" + reprText(tc.text) + " b=2\n",
			"bytes":            "A a=1 stacktrace=" + reprBytes(tc.text) + " b=2\n",
			"unicode":          "A a=1 stacktrace=" + reprUnicode(strings.TrimSpace(tc.text)) + "\n",
			"foreign lines":    "A a=1\n" + tc.text + foreign,
			"stack_info":       "A a=1\n" + tc.text + "Stack (most recent call last):\n  File \"/usr/share/microimpuls/smarty/z.py\", line 9, in z\n    log()\n",
			"after long value": "A a=<WSGIRequest\npath:/x/,\nGET:<QueryDict: {}>>\n" + tc.text,
		} {
			got, ok := one(t, head+message).Exception()
			if diff := cmp.Diff(tc.want, got); diff != "" || !ok {
				t.Errorf("%s, %s: %v (-want +got):\n%s", tc.name, form, ok, diff)
			}
		}
	}
}

// A traceback may be the value of stacktrace=, without quotes, or the message.
func TestFormat22_TracebackAsValue(t *testing.T) {
	for _, tc := range tracebackCases(t) {
		text := strings.TrimLeft(tc.text, "\n")
		if !strings.HasPrefix(text, "Traceback") && !strings.HasPrefix(text, "  + ") {
			continue // nothing tells where it begins
		}
		for form, message := range map[string]string{
			"value":       "INIT_ERROR kwargs={'a': 1} api_client_class='C' stacktrace=" + text,
			"first value": "hydra_error stacktrace=" + text,
			"next line":   "INIT_ERROR kwargs={'a': 1} stacktrace=\n" + text,
			"crlf":        strings.ReplaceAll("INIT_ERROR kwargs={'a': 1} stacktrace="+text, "\n", "\r\n"),
			"message":     text,
		} {
			if form == "message" && !strings.HasPrefix(text, tracebackLine) {
				continue // spaces before a message are the header's
			}
			r := one(t, head+message)
			got, ok := r.Exception()
			if diff := cmp.Diff(tc.want, got); diff != "" || !ok {
				t.Errorf("%s, %s: %v (-want +got):\n%s", tc.name, form, ok, diff)
			}
			if strings.Contains(r.Stacktrace(), "\r") {
				t.Errorf("%s, %s: the line ends of Windows are kept: %q", tc.name, form, r.Stacktrace())
			}
			if form == "message" {
				continue
			}
			value, _ := r.Lookup("stacktrace")
			if value != r.Stacktrace() || flagsOf(r) != "" || r.Text() != "" {
				t.Errorf("%s, %s: the value is %q, flags %q, text %q", tc.name, form, value, flagsOf(r), r.Text())
			}
			if got := r.Leaves(); got[len(got)-1].Kind != smartylog.TraceLeaf || got[len(got)-1].To != len(r.Raw) {
				t.Errorf("%s, %s: the last leaf is %+v", tc.name, form, got[len(got)-1])
			}
		}
	}
	const quoted = "LOGIN_ERROR reason='x' params={'ua': ' stacktrace=" + tracebackLine + "', 'b': [1]}\n  File\n"
	if got := seen(one(t, head+quoted)); got != `LOGIN_ERROR {"reason":"x","params":{"ua":" stacktrace=`+tracebackLine+`","b":[1]}} ` {
		t.Errorf("within quotes: %s", got)
	}
	own := head + "B a=1 stacktrace=" + tracebackLine + "\n  File \"/usr/share/microimpuls/smarty/b.py\", line 1, in b\nValueError: own\n"
	records := readAll(t, []byte(longHead(4096)+own+"x"+tornTail), smartylog.Options{})
	if got := seen(records[1]); !strings.Contains(got, "ValueError b.py:1 b") || strings.Contains(got, "tail's stack") {
		t.Errorf("before the rest of another record: %s", got)
	}
}

// The traceback of a record that was written between the pieces of another one
// ends with its exception: what follows is the other's.
func TestFormat22_TracebackBeforeTail(t *testing.T) {
	const tail = "rest of the value' timeout=5\nTraceback (most recent call last):\n  File \"/usr/share/microimpuls/smarty/z.py\", line 9, in z\nZeroDivisionError: of the long record\n"
	for _, tc := range tracebackCases(t) {
		records := readAll(t, []byte(longHead(4096)+head+"B a=1\n"+tc.text+tail+head+"C\n"), smartylog.Options{})
		if len(records) != 3 {
			t.Errorf("%s: %d records, want 3", tc.name, len(records))
			continue
		}
		got, ok := records[1].Exception()
		if !strings.HasPrefix(strings.TrimSpace(tc.text), "Traceback") && !strings.HasPrefix(tc.text, "  + ") {
			tc.want = smartylog.Exception{} // nothing says that it is the record's own
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", tc.name, ok, diff)
		}
		if text := records[1].Text(); !strings.Contains(text, "rest of the value") || !strings.Contains(text, "of the long record") {
			t.Errorf("%s: the tail is lost: text %q", tc.name, text)
		}
	}
}

// A traceback of any length keeps its exception, in the record and in a value.
func TestFormat22_LongTraceback(t *testing.T) {
	frames := strings.Repeat("  File \"/usr/share/microimpuls/smarty/a.py\", line 11, in deep\n    return deep(n + 1)\n", 2000)
	text := "Traceback (most recent call last):\n" + frames + "RuntimeError: maximum recursion depth exceeded\n"
	want := smartylog.Exception{Type: "RuntimeError", Message: "maximum recursion depth exceeded", Frame: "a.py:11 deep"}
	for form, message := range map[string]string{
		"raw":   "A a=1\n" + text,
		"value": "A a=1 stacktrace=" + reprText(text) + " b=2\n",
	} {
		r := one(t, head+message)
		got, _ := r.Exception()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
		if r.Decode(); !r.Flags.Has(smartylog.TruncatedValue) || len(r.Raw) > smartylog.MaxRecord || len(r.Stacktrace()) > smartylog.MaxRecord {
			t.Errorf("%s: flags %v, %d bytes kept, stack of %d", form, r.Flags.Names(), len(r.Raw), len(r.Stacktrace()))
		}
	}
}

// Libraries that are installed below Smarty's directory are not its own code.
func TestFormat22_LibraryFrames(t *testing.T) {
	const own = "/usr/share/microimpuls/smarty/tvmiddleware/api.py"
	for path, isOwn := range map[string]bool{
		"/usr/share/microimpuls/smarty/venv/lib/python3.8/site-packages/requests/api.py": false,
		"/usr/share/microimpuls/smarty/env/lib64/python2.7/dist-packages/x.py":           false,
		"/usr/share/microimpuls/smarty/venv/lib/python3.8/json/decoder.py":               false,
		"/usr/share/microimpuls/smarty/eggs/redis-2.10.5-py2.7.egg/redis/client.py":      false,
		"/usr/lib/python2.7/dist-packages/redis/client.py":                               false,
		"/usr/share/microimpuls/smarty/billing/lib/python_client.py":                     true,
		"/usr/local/lib/python3.8/site-packages/smarty/billing/api.py":                   true,
		"/usr/share/microimpuls/smarty/epg/importer.py":                                  true,
	} {
		text := tracebackLine + "\n  File \"" + own + "\", line 1, in get\n    x()\n  File \"" + path + "\", line 2, in f\n    y()\nKeyError: 'x'\n"
		want := "api.py:1 get"
		if isOwn {
			want = path[strings.LastIndexByte(path, '/')+1:] + ":2 f"
		}
		if x, _ := one(t, head+"A a=1\n"+text).Exception(); x.Frame != want {
			t.Errorf("%s: frame %q, want %q", path, x.Frame, want)
		}
	}
}
