package strictyaml

import (
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"pgregory.net/rapid"
)

// letters are what texts are made of: plain ones, those of two and no columns,
// what YAML folds, and what it gives a meaning.
var letters = []rune("abcXYZ019 \n\n\t  .,:;=<>!&*|-?%@`'\"\\{}[]#жщ漢字éu\u0301\u00a0👍_ab ")

func drawText(t *rapid.T) string {
	return string(rapid.SliceOfN(rapid.SampledFrom(letters), 0, 40).Draw(t, "text"))
}

// written are ways to write a text in a file. One that YAML reads as another
// text, or not at all, is left out by the caller.
func written(t *rapid.T, text string) string {
	indent := strings.Repeat(" ", rapid.IntRange(1, 4).Draw(t, "indent"))
	line := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "break")
	before := rapid.SampledFrom([]string{"k: ", "# ж\nk: ", "漢: x\nk:   ", "k: &anchor ", "k:\n  ", "? k\n: ", "\ufeffk: "}).Draw(t, "before")
	broken := func(s string, every string) string { return strings.ReplaceAll(s, "\n", every+indent) }
	var s string
	switch style := rapid.SampledFrom([]string{"plain", "single", "double", "escaped", "|", "|-", "|+", ">", ">-", "|2", ">1-"}).Draw(t, "style"); style {
	case "plain":
		s = broken(text, line+line)
		if rapid.Bool().Draw(t, "fold") {
			s = strings.ReplaceAll(s, " ", line+indent)
		}
	case "single":
		s = "'" + broken(strings.ReplaceAll(text, "'", "''"), line+line) + "'"
	case "double":
		s = `"` + broken(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text), " "+line+"\t"+line) + `"`
	case "escaped":
		s = `"` + escaped(t, text, line+indent) + `"`
	default:
		s = style + line
		for _, l := range strings.SplitAfter(text, "\n") {
			s += indent + strings.ReplaceAll(l, "\n", line)
		}
	}
	return before + s + line + rapid.SampledFrom([]string{"", "after: x\n", "\n\n# end\n"}).Draw(t, "after")
}

// escaped writes some of a text's characters as escapes, with escaped breaks in
// between.
func escaped(t *rapid.T, text, line string) string {
	var b strings.Builder
	for _, r := range text {
		switch n := rapid.IntRange(0, 5).Draw(t, "how"); {
		case n == 0 || r == '\n' || r == '\t' || r == '"' || r == '\\':
			fmt.Fprintf(&b, `\U%08x`, r)
		case n == 1 && r < 0x100:
			fmt.Fprintf(&b, `\x%02X`, r)
		case n == 2:
			b.WriteString(string(r) + `\` + line)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// In whatever way a text is written, each of its characters is found where it
// stands: there is that character, its escape, or the break it stands for.
func TestPlace_IsThatOfTheCharacter(t *testing.T) {
	styles := map[yaml.Style]int{}
	rapid.Check(t, func(t *rapid.T) {
		file := written(t, drawText(t))
		v, ok := valueOf(file)
		if !ok || v.n.Value == "" {
			t.Skip("not such a value")
		}
		styles[v.n.Style&^yaml.TaggedStyle]++
		text := []rune(v.n.Value)
		lastLine, lastCol := 0, 0
		for i := range text {
			at, ok := v.source(i)
			if !ok {
				t.Fatalf("%q: character %d of %q is not found", file, i, v.n.Value)
			}
			if !standsFor(v.f.lines.text[at:], text[i]) {
				t.Fatalf("%q: character %d of %q is at %q", file, i, v.n.Value, v.f.lines.text[at:])
			}
			line, col := v.place(i)
			if line < lastLine || line == lastLine && col <= lastCol {
				t.Fatalf("%q: character %d of %q is at %d:%d, before the one before it", file, i, v.n.Value, line, col)
			}
			lastLine, lastCol = line, col
		}
		if _, ok := v.source(len(text)); !ok {
			t.Fatalf("%q: the end of %q is not found", file, v.n.Value)
		}
	})
	if len(styles) < 5 {
		t.Errorf("only these styles were tried: %v", styles)
	}
}

// standsFor reports whether the source begins with the character, or with what
// YAML makes it of.
func standsFor(source string, r rune) bool {
	_, n := breakAt(source+"\n", 0)
	switch {
	case strings.HasPrefix(source, `\`):
		return r != '\\' || len(source) > 1
	case r == ' ' || r == '\n':
		return n > 0 || strings.HasPrefix(source, " ") && r == ' '
	}
	return strings.HasPrefix(source, string(r))
}

// valueOf is the value of k in a file.
func valueOf(file string) (Value, bool) {
	var fs Faults
	root, ok := Parse("f.yaml", []byte(file), &fs)
	if !ok || !root.IsMapping() {
		return Value{}, false
	}
	v := root.QuietMapping().Get("k")
	return v, v.n != nil && v.n.Kind == yaml.ScalarNode
}
