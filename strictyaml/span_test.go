package strictyaml_test

import (
	"testing"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func TestValue_SpanIsWhatIsWritten(t *testing.T) {
	text := "" +
		"plain: some words # a comment\n" +
		"single: 'it''s {'\n" +
		"double: \"a \\\" } b\"\n" +
		"flow: {a: [1, 'x]'], b: it's, c: \"}\"} # done\n" +
		"lines: [1, # ]\n  2]\n" +
		"block:\n- one\n- {two: 2}\n" +
		"русский: слово\n" +
		"literal: |\n  text\n" +
		"anchor: &a {x: 1}\n" +
		"alias: *a\n"
	faults := &strictyaml.Faults{}
	root, ok := strictyaml.Parse("x.yaml", []byte(text), faults)
	if !ok {
		t.Fatal(faults.Err())
	}
	m := root.Mapping()
	for key, want := range map[string]string{
		"plain":   "some words",
		"single":  "'it''s {'",
		"double":  `"a \" } b"`,
		"flow":    `{a: [1, 'x]'], b: it's, c: "}"}`,
		"lines":   "[1, # ]\n  2]",
		"block":   "- one\n- {two: 2}",
		"русский": "слово",
		"anchor":  "&a {x: 1}",
		"literal": "",
		"alias":   "",
	} {
		from, to, ok := m.Get(key).Span()
		got := ""
		if ok {
			got = text[from:to]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}
