package strictyaml_test

import (
	"strings"
	"testing"
)

// A caret stands under its word on a terminal, where characters take no column,
// one or two; columns are counted in characters, as editors do.
func TestFault_CaretsStandUnderTheWord(t *testing.T) {
	for name, tc := range map[string]struct{ text, place, line, caret string }{
		"plain":          {"expr: a BAD", "1:9", "expr: a BAD", "        ^^^"},
		"Cyrillic":       {"expr: ключ BAD", "1:12", "expr: ключ BAD", "           ^^^"},
		"wide":           {"expr: 漢字 BAD", "1:10", "expr: 漢字 BAD", "           ^^^"},
		"full width":     {"expr: ＡＢ BAD", "1:10", "expr: ＡＢ BAD", "           ^^^"},
		"a picture":      {"expr: 👍 BAD", "1:9", "expr: 👍 BAD", "         ^^^"},
		"combining":      {"expr: e\u0301e\u0301 BAD", "1:12", "expr: e\u0301e\u0301 BAD", "         ^^^"},
		"zero width":     {"expr: a\u200bb BAD", "1:11", "expr: a\u200bb BAD", "         ^^^"},
		"a tab":          {"expr: a\tBAD", "1:9", "expr: a\tBAD", "       \t^^^"},
		"a break":        {"expr: a\n  BAD", "2:3", "  BAD", "  ^^^"},
		"turned around":  {"expr: 'a\u202e BAD'", "1:11", "expr: 'a\ufffd BAD'", "          ^^^"},
		"an escape":      {`expr: "\u0430\x20\"BAD"`, "1:20", `expr: "\u0430\x20\"BAD"`, "                   ^^^"},
		"an escaped one": {`expr: "\x42AD"`, "1:8", `expr: "\x42AD"`, "       ^^^^^^"},
		"doubled quotes": {`expr: 'it''s BAD'`, "1:14", `expr: 'it''s BAD'`, "             ^^^"},
		"folded":         {"expr: >\n  a\n  b\n\n  c BAD\n", "5:5", "  c BAD", "    ^^^"},
		"indented":       {"expr: |2-\n    a BAD\n", "2:7", "    a BAD", "      ^^^"},
		"CRLF":           {"expr: |\r\n  a\r\n  BAD\r\n", "3:3", "  BAD", "  ^^^"},
		"BOM":            {"\ufeffexpr: BAD", "1:7", "expr: BAD", "      ^^^"},
		"after a tag":    {"expr: !!str 'a BAD'", "1:16", "expr: !!str 'a BAD'", "               ^^^"},
		"after a name":   {"expr: &x\n  'a BAD'", "2:6", "  'a BAD'", "     ^^^"},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := faultsOf(t, tc.text)
			if len(faults) != 1 {
				t.Fatalf("%q: faults %v", tc.text, faults)
			}
			lines := strings.Split(faults[0].Text(), "\n")
			line, caret := lines[1][len("    1 | "):], lines[2][len("      | "):]
			if place := strings.TrimPrefix(faults[0].Position(), "f.yaml:"); place != tc.place || line != tc.line || caret != tc.caret {
				t.Errorf("%q: at %s\n%s\n%s\nwant %s\n%s\n%s", tc.text, place, line, caret, tc.place, tc.line, tc.caret)
			}
		})
	}
}

// The lines of a file are YAML's: an editor that counts others is rare.
func TestFault_LinesOfEveryBreak(t *testing.T) {
	for _, br := range []string{"\n", "\r\n", "\r", "\u0085", "\u2028", "\u2029"} {
		text := strings.Repeat("# x"+br, 200) + "name: a" + br + "wiat: 5m" + br
		_, faults := faultsOf(t, text)
		if len(faults) != 1 || faults[0].Position() != "f.yaml:202:1" || !strings.Contains(faults[0].Text(), "| wiat: 5m\n") {
			t.Errorf("after %q: %v", br, faults)
		}
	}
}

// In a terminal no line of the excerpt is broken, and the caret stands under its
// place.
func TestFault_TextWithinTerminal(t *testing.T) {
	long := "expr: " + strings.Repeat("a", 70) + " BAD " + strings.Repeat("z", 70)
	for _, columns := range []int{120, 80, 50, 20, 0} {
		_, faults := faultsOf(t, long)
		f := faults[0]
		f.Hint = "a hint that is far too long to stand behind the caret in a terminal"
		text := f.TextWithin(columns)
		rows := strings.Split(text, "\n")
		if at := strings.Index(rows[2], "^^^"); at < 0 || rows[1][at:at+3] != "BAD" {
			t.Errorf("%d columns: the caret stands elsewhere:\n%s", columns, text)
		}
		if columns > 0 && rows[3] != "        "+f.Hint {
			t.Errorf("%d columns: the hint has no line of its own:\n%s", columns, text)
		}
		for _, row := range rows[1:3] {
			if columns >= 50 && len(row) > columns {
				t.Errorf("%d columns: %q is wider", columns, row)
			}
		}
	}
}
