package strictyaml

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// start is the line and column of the value: of a block, of its text.
func (v Value) start() (line, col int) {
	if v.n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return v.place(0)
	}
	return v.n.Line, v.n.Column
}

// place is the line and column of the offset-th character of the text, which may
// be written in any of YAML's ways. Where the file cannot be read as that text,
// it is the value's beginning.
func (v Value) place(offset int) (line, col int) {
	if v.n.Kind == yaml.ScalarNode {
		if at, ok := v.source(max(0, offset)); ok {
			return v.f.lines.find(at)
		}
	}
	return v.n.Line, v.n.Column
}

// source is where the offset-th character of the text stands in the file, in
// bytes; one past the last is where the text ends.
func (v Value) source(offset int) (int, bool) {
	x := v.f.lines
	r := reader{text: x.text, at: v.afterProperties(x.offset(v.n.Line, v.n.Column)), want: v.n.Value, left: offset}
	if r.at >= len(r.text) {
		return 0, false
	}
	switch {
	case v.n.Style&yaml.DoubleQuotedStyle != 0:
		r.at++
		return r.flow(r.doubleQuoted)
	case v.n.Style&yaml.SingleQuotedStyle != 0:
		r.at++
		return r.flow(r.singleQuoted)
	case v.n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return v.blockSource(r)
	}
	return r.flow(r.plain)
}

// afterProperties skips the anchor and the tag before a value.
func (v Value) afterProperties(at int) int {
	text := v.f.lines.text
	for at < len(text) && (text[at] == '&' || text[at] == '!') {
		for at < len(text) && !isBlank(text[at]) && text[at] != '\n' && text[at] != '\r' {
			at++
		}
		for at < len(text) {
			if text[at] == '#' {
				at += v.f.lines.length(at, false)
				continue
			}
			_, n := breakAt(text, at)
			if isBlank(text[at]) {
				n = 1
			}
			if n == 0 {
				break
			}
			at += n
		}
	}
	return at
}

// reader walks along a scalar as it is written, beside the text that YAML made
// of it.
type reader struct {
	text string // the file
	at   int    // where it is, in bytes
	want string // what is left of the decoded text
	left int    // how many characters of it to pass
}

// pass takes one decoded character; done when it is the one looked for, ok when
// it is what YAML read there.
func (r *reader) pass(c rune, width int) (done, ok bool) {
	want, n := utf8.DecodeRuneInString(r.want)
	if n == 0 || want != c {
		return false, n == 0 && r.left == 0
	}
	if r.left == 0 {
		return true, true
	}
	r.want, r.left, r.at = r.want[n:], r.left-1, r.at+width
	return false, true
}

// found reports whether the end of the text was looked for, and is here.
func (r *reader) found() bool { return r.left == 0 && r.want == "" }

// flow reads a plain or quoted scalar, whose lines are folded: one break is a
// space, further ones are themselves, and white space around breaks is nothing.
func (r *reader) flow(next func() (c rune, width int, ok bool)) (int, bool) {
	for !r.found() {
		if r.blank() {
			if at, done, ok := r.fold(false); done || !ok {
				return at, ok
			}
			continue
		}
		c, width, ok := next()
		if !ok {
			return 0, false
		}
		if width < 0 { // a break that is escaped
			r.at -= width
			if at, done, ok := r.fold(true); done || !ok {
				return at, ok
			}
			continue
		}
		if done, ok := r.pass(c, width); done || !ok {
			return r.at, ok
		}
	}
	return r.at, true
}

// blank reports whether white space or a break is next.
func (r *reader) blank() bool {
	if r.at >= len(r.text) {
		return false
	}
	_, n := breakAt(r.text, r.at)
	return n > 0 || isBlank(r.text[r.at])
}

// fold passes white space and breaks, which may follow an escaped one. at is where the character looked for
// stands, when it is one of them: done.
func (r *reader) fold(escaped bool) (at int, done, ok bool) {
	end, breaks := r.at, []piece(nil)
	for end < len(r.text) {
		c, n := breakAt(r.text, end)
		if n > 0 {
			breaks = append(breaks, piece{c, end})
		} else if n = 1; !isBlank(r.text[end]) {
			break
		}
		end += n
	}
	switch {
	case escaped: // a break before these: they are themselves
	case len(breaks) > 0:
		breaks = foldBreaks(breaks)
	default:
		for r.at < end && !r.found() {
			if done, ok = r.pass(rune(r.text[r.at]), 1); done || !ok {
				return r.at, done, ok
			}
		}
		return r.at, false, true
	}
	for _, p := range breaks {
		if done, ok = r.pass(p.c, 0); done || !ok {
			return p.at, done, ok
		}
	}
	r.at = end
	return r.at, false, true
}

// piece is a character that a line break stands for, and where that is.
type piece struct {
	c  rune
	at int
}

// foldBreaks are the characters that some breaks in a row stand for.
func foldBreaks(breaks []piece) []piece {
	switch {
	case breaks[0].c != '\n':
		return breaks
	case len(breaks) == 1:
		breaks[0].c = ' '
		return breaks
	}
	return breaks[1:]
}

func (r *reader) plain() (c rune, width int, ok bool) {
	c, width = utf8.DecodeRuneInString(r.text[r.at:])
	return c, width, width > 0
}

func (r *reader) singleQuoted() (c rune, width int, ok bool) {
	c, width, ok = r.plain()
	if c == '\'' {
		return c, 2, strings.HasPrefix(r.text[r.at:], "''")
	}
	return c, width, ok
}

// escapes are YAML's of one letter.
var escapes = map[byte]rune{'0': 0, 'a': '\a', 'b': '\b', 't': '\t', '\t': '\t', 'n': '\n', 'v': '\v', 'f': '\f', 'r': '\r', 'e': 0x1b,
	' ': ' ', '"': '"', '/': '/', '\\': '\\', 'N': 0x85, '_': 0xa0, 'L': 0x2028, 'P': 0x2029}

// doubleQuoted reads a character or an escape. The width is negative for a break
// that is escaped, which is no character.
func (r *reader) doubleQuoted() (c rune, width int, ok bool) {
	if c, width, ok = r.plain(); c != '\\' || !ok {
		return c, width, ok && c != '"'
	}
	if r.at+1 >= len(r.text) {
		return 0, 0, false
	}
	if _, n := breakAt(r.text, r.at+1); n > 0 {
		return 0, -1 - n, true
	}
	letter := r.text[r.at+1]
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[letter]
	if digits == 0 {
		c, ok = escapes[letter]
		return c, 2, ok
	}
	c = 0
	for i := range digits {
		at := r.at + 2 + i
		if at >= len(r.text) {
			return 0, 0, false
		}
		c = c<<4 + rune(strings.IndexByte("0123456789abcdef", r.text[at]|0x20))
	}
	return c, 2 + digits, true
}
