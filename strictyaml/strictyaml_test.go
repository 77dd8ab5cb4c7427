package strictyaml_test

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/internal/growth"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var things = strictyaml.NewShape(strictyaml.Shape{Name: "things", Fields: []strictyaml.Field{
	{Name: "name", Kind: strictyaml.Text},
	{Name: "wait", Kind: strictyaml.Duration, Shortest: time.Second, Longest: time.Hour},
	{Name: "count", Kind: strictyaml.Whole, Least: 1, Most: 10},
	{Name: "factor", Kind: strictyaml.Number, Least: 1, Most: 100},
	{Name: "on", Kind: strictyaml.Boolean},
	{Name: "list", Kind: strictyaml.Text, List: true},
	{Name: "expr", Kind: strictyaml.Expression},
	{Name: "colour", Kind: strictyaml.Text, Enum: []string{"red", "green"}},
	{Name: "shade", Later: true},
	{Name: "unread", Kind: strictyaml.Text},
}})

// faultsOf reads a file as a mapping with a few known keys and returns what was
// found.
func faultsOf(t *testing.T, text string) (string, []strictyaml.Fault) {
	t.Helper()
	var fs strictyaml.Faults
	if root, ok := strictyaml.Parse("f.yaml", []byte(text), &fs); ok {
		m := root.Shaped(things).Mapping()
		m.Get("name").Text()
		m.Get("wait").Duration()
		m.Get("count").Int()
		m.Get("on").Bool()
		m.Get("list").Texts()
		m.Get("factor").Float()
		m.Get("colour").Choice()
		if e := m.Get("expr"); e.There() {
			if s, ok := e.Expression(); ok {
				if i := strings.Index(s, "BAD"); i >= 0 {
					e.FaultAt(len([]rune(s[:i])), 3, "", "bad word")
				}
			}
		}
		m.Done()
	}
	var texts []string
	for _, f := range fs.Sorted() {
		texts = append(texts, f.Error())
	}
	return strings.Join(texts, "\n"), fs.Sorted()
}

func TestParse_FaultsHavePlaces(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"unknown key":        {"name: a\nwiat: 5m\n", `f.yaml:2:1: unknown key "wiat"`},
		"repeated key":       {"name: a\nname: b\n", `f.yaml:2:1: key "name" is here twice; first in line 1`},
		"wrong kinds":        {"name: [a]\ncount: x\non: yes\n", "f.yaml:1:7: name: is a list; a text is expected\nf.yaml:2:8: count: \"x\" is not a whole number\nf.yaml:3:5: on: \"yes\" is neither true nor false"},
		"bounds":             {"wait: 2h\ncount: 11\n", "f.yaml:1:7: wait: 2h is too long: at most 1h\nf.yaml:2:8: count: 11 is not between 1 and 10"},
		"plain expression":   {"expr: a == BAD\n", "f.yaml:1:12: expr: bad word"},
		"single quotes":      {"expr: 'it''s BAD'\n", "f.yaml:1:14: expr: bad word"},
		"double quotes":      {"expr: \"ö BAD\"\n", "f.yaml:1:10: expr: bad word"},
		"after an escape":    {"expr: \"a\\tBAD\"\n", "f.yaml:1:11: expr: bad word"},
		"literal block":      {"expr: |\n  a ==\n    BAD\n", "f.yaml:3:5: expr: bad word"},
		"folded block":       {"expr: >\n  a ==\n  BAD\n", "f.yaml:3:3: expr: bad word"},
		"alias":              {"name: &x a\nlist: [*x, *x]\n", ""},
		"not a mapping":      {"- a\n", "f.yaml:1:1: is a list; a mapping (key: value) is expected"},
		"empty":              {"# nothing\n", "f.yaml: is empty"},
		"not UTF-8":          {"name: \xff\n", "f.yaml: is not UTF-8 text"},
		"nothing to say":     {"name: a\nwait: 1m30s\non: true\n", ""},
		"null is not there":  {"name:\nwait: ~\n", "f.yaml:1:1: \"name\" has no value\nf.yaml:2:7: wait: is empty; a duration is expected"},
		"bounds of numbers":  {"factor: 1\n", "f.yaml:1:9: factor: 1 is not above 1 and up to 100"},
		"no such choice":     {"colour: blue\n", `f.yaml:1:9: colour: unknown colour "blue"`},
		"a later key":        {"shade: 5\n", `f.yaml:1:1: "shade" is not supported by this version`},
		"a key left unread":  {"unread: 5\n", `f.yaml:1:1: the key "unread" is known and was not read`},
		"a key as a mapping": {"{a: b}: c\n", "f.yaml:1:1: a key must be a text"},
	} {
		t.Run(name, func(t *testing.T) {
			if got, _ := faultsOf(t, tc.text); got != tc.want {
				t.Errorf("faults of %q:\n%s\nwant\n%s", tc.text, got, tc.want)
			}
		})
	}
}

func TestFault_TextShowsThePlace(t *testing.T) {
	_, faults := faultsOf(t, "name: a\n\tx: 1\n")
	if len(faults) != 1 || faults[0].Line == 0 {
		t.Fatalf("faults = %v", faults)
	}
	for _, n := range []int{300, 5000} {
		_, faults = faultsOf(t, "expr: "+strings.Repeat("ж", n)+"BAD"+strings.Repeat("z", n)+"\n")
		text := faults[0].Text()
		lines := strings.Split(text, "\n")
		if at, caret := strings.Index(lines[1], "BAD"), strings.Index(lines[2], "^"); at < 0 || len([]rune(lines[1][:at])) != caret {
			t.Errorf("the caret is not under the word:\n%s", text)
		}
		if len([]rune(lines[1])) > 140 {
			t.Errorf("a line of %d characters is shown", len([]rune(lines[1])))
		}
	}
}

func TestParse_AliasBombIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 12 {
		b.WriteString("a" + string(rune('b'+i)) + ": &n" + string(rune('b'+i)) + " [*a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0]\n")
	}
	b.WriteString("list: [" + strings.Repeat("*a0, ", 200) + "x]\n")
	if work := growth.Of(func() { faultsOf(t, b.String()) }); work.Bytes > 1<<20 {
		t.Errorf("%d bytes cost %+v", b.Len(), work)
	}
}

func TestDuration_RoundTrip(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90s": 90 * time.Second, "5m": 5 * time.Minute, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour, "1w": 168 * time.Hour, "1w1d1h1m1s": 694861 * time.Second, "0": 0,
	} {
		got, err := strictyaml.ParseDuration(text)
		if err != nil || got != want {
			t.Errorf("ParseDuration(%q) = %s, %v, want %s", text, got, err, want)
		}
		again, err := strictyaml.ParseDuration(strictyaml.FormatDuration(got))
		if err != nil || again != got {
			t.Errorf("%s reads back as %s, %v", strictyaml.FormatDuration(got), again, err)
		}
	}
	for _, bad := range []string{"", "5", "m", "5x", "1m1h", "5ms", "-5m", "1.5h", "99999999999h", "5m ", "5M"} {
		if d, err := strictyaml.ParseDuration(bad); err == nil {
			t.Errorf("ParseDuration(%q) = %s, want an error", bad, d)
		}
	}
}

func TestNearest(t *testing.T) {
	known := []string{"count", "errors", "window", "group_by", "keep_firing_for"}
	for name, want := range map[string]string{
		"cuont": "count", "windwo": "window", "groupby": "group_by", "WINDOW": "window", "keep_firing": "keep_firing_for", "xyz": "", "": "",
	} {
		if got := strictyaml.Nearest(name, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

var yamlBreak = regexp.MustCompile("\r\n|[\r\n\u0085\u2028\u2029]")

// FuzzParse: no panic, and every place lies in the file.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"name: a", "expr: |\n  BAD", "a: &a [*a]", "{a: [b", "expr: 'x''BAD'", "\t", "expr: >-\n\n  BAD\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := yamlBreak.Split(strings.TrimPrefix(text, "\ufeff"), -1)
		_, faults := faultsOf(t, text)
		for _, fault := range faults {
			if fault.Line < 0 || fault.Line > len(lines) || fault.Line > 0 && (fault.Col < 1 || fault.Col > utf8.RuneCountInString(lines[fault.Line-1])+1) {
				t.Errorf("%q: fault at %s", text, fault.Position())
			}
			_ = fault.Text()
		}
	})
}
