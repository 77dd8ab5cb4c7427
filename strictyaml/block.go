package strictyaml

import (
	"math"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// blockSource is where a character of a literal or folded block stands. How far
// its lines are indented follows from the first one, or is tried when the block
// says a number that counts from its parent.
func (v Value) blockSource(r reader) (int, bool) {
	x := v.f.lines
	header := r.at
	first := header + x.length(header, true)
	said := 0
	for _, c := range x.text[header+1 : min(header+3, first)] {
		if c >= '1' && c <= '9' {
			said = int(c - '0')
		}
	}
	from, to := x.blockIndent(first), 0
	if to = from; said > 0 {
		from = said
	}
	b := block{reader: r, lines: x, folded: v.n.Style&yaml.FoldedStyle != 0}
	b.at = first
	if strings.Trim(b.want, "\n") == "" {
		from, to = math.MaxInt, 0 // empty lines alone, however many spaces they have
	}
	for b.indent = from; b.indent < to; b.indent++ {
		whole := b
		whole.left = utf8.RuneCountInString(b.want)
		if _, ok := whole.find(); ok {
			break
		}
	}
	return b.find()
}

// blockIndent is how many spaces stand before the first line with a text.
func (x *lineIndex) blockIndent(at int) int {
	widest := 0
	for at < len(x.text) {
		line := x.text[at : at+x.length(at, false)]
		n := blankPrefix(line)
		if widest = max(widest, n); n < len(line) {
			return n
		}
		at += x.length(at, true)
	}
	return widest
}

// block reads the lines of a literal or folded scalar.
type block struct {
	reader
	lines  *lineIndex
	indent int
	folded bool
	breaks []piece // since the last line with a text
	inside bool    // such a line has been
	blank  bool    // it began with white space
}

// find is where the character looked for stands.
func (b *block) find() (int, bool) {
	for b.at < len(b.text) {
		start, line := b.at, b.text[b.at:b.at+b.lines.length(b.at, false)]
		n := min(blankPrefix(line), b.indent)
		if n < len(line) && n < b.indent {
			break
		}
		if n < len(line) {
			b.at = start + n
			if at, done, ok := b.line(start+len(line), isBlank(line[n])); done || !ok {
				return at, ok
			}
		}
		if !b.lineBreak(start + len(line)) {
			break
		}
	}
	if b.found() && len(b.breaks) > 0 {
		return b.breaks[0].at, true
	}
	for _, p := range b.breaks { // what is kept of those at the end
		if done, ok := b.pass(p.c, 0); done || !ok {
			return p.at, ok
		}
	}
	return b.at, b.found()
}

// lineBreak takes the break that ends a line; false at the end of the file.
func (b *block) lineBreak(at int) bool {
	c, n := '\n', 0
	if b.at = at; at < len(b.text) {
		c, n = breakAt(b.text, at)
	}
	b.breaks = append(b.breaks, piece{c, at})
	b.at += n
	return n > 0
}

// line passes the breaks before a line with a text, and its characters up to a
// byte.
func (b *block) line(end int, blank bool) (at int, done, ok bool) {
	breaks := b.breaks
	if b.folded && b.inside && !b.blank && !blank && len(breaks) > 0 {
		breaks = foldBreaks(breaks)
	}
	for _, p := range breaks {
		if done, ok = b.pass(p.c, 0); done || !ok {
			return p.at, done, ok
		}
	}
	b.breaks, b.inside, b.blank = nil, true, blank
	for b.at < end && !b.found() {
		c, n := utf8.DecodeRuneInString(b.text[b.at:end])
		if done, ok = b.pass(c, n); done || !ok {
			return b.at, done, ok
		}
	}
	return b.at, b.found() && b.at < end, true
}
