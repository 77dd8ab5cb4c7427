package strictyaml

import (
	"math"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// underline is how many characters of the source line to mark: those that width
// characters of the text after offset are written with, or with 0 the whole
// value, as far as the line goes.
func (v Value) underline(line string, col, offset, width int) int {
	rest := utf8.RuneCountInString(line) - col + 1
	w := width
	if width == 0 {
		w = v.wholeWidth()
	} else if from, ok := v.source(offset); ok {
		if to, ok := v.source(offset + width); ok {
			w = utf8.RuneCountInString(v.f.lines.text[from:max(from, to)])
		}
	}
	return max(1, min(w, rest))
}

// wholeWidth is how many characters the value is written with, or more for what
// has several lines; 1 for lists and mappings.
func (v Value) wholeWidth() int {
	switch {
	case v.n.Kind != yaml.ScalarNode:
		return 1
	case v.n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return math.MaxInt
	}
	runes := utf8.RuneCountInString(v.n.Value)
	from := v.f.lines.offset(v.n.Line, v.n.Column)
	to, ok := v.source(runes)
	if !ok {
		to = from + runes
	}
	if v.n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		to++
	}
	w := utf8.RuneCountInString(v.f.lines.text[from:min(max(from, to), len(v.f.lines.text))])
	if !ok && v.n.Tag != "" && !strings.HasPrefix(v.n.Tag, "!!") {
		w += len(v.n.Tag)
	}
	return w
}
