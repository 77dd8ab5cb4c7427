package strictyaml

import (
	"sort"
	"strings"
	"unicode/utf8"
)

// lineIndex finds the lines of a text as YAML counts them: they end at \n, \r\n,
// \r and the three breaks of Unicode. It notes every 64th line alone, since a file
// may be 16 MiB of line breaks.
type lineIndex struct {
	text   string
	starts []int // of the lines 1, 65, 129 …
	count  int   // 0: not indexed yet

	last shown // the line that was asked for last: many faults may stand in a long one
}

// shown is a line without its break.
type shown struct {
	n, from, to int
	ascii       bool
}

const lineStride = 64

// breakAt is the line break that begins at text[i:], and its length in bytes; 0
// when there is none.
func breakAt(text string, i int) (r rune, n int) {
	switch text[i] {
	case '\n':
		return '\n', 1
	case '\r':
		if i+1 < len(text) && text[i+1] == '\n' {
			return '\n', 2
		}
		return '\n', 1
	case 0xC2, 0xE2:
		switch r, n := utf8.DecodeRuneInString(text[i:]); r {
		case '\u0085':
			return '\n', n
		case '\u2028', '\u2029':
			return r, n
		}
	}
	return 0, 0
}

func (x *lineIndex) index() {
	if x.count > 0 {
		return
	}
	x.starts, x.count = []int{0}, 1
	for i := 0; i < len(x.text); {
		_, n := breakAt(x.text, i)
		if n == 0 {
			i++
			continue
		}
		i += n
		if x.count%lineStride == 0 {
			x.starts = append(x.starts, i)
		}
		x.count++
	}
}

// len is how many lines there are; a text that ends in a break has an empty one
// after it.
func (x *lineIndex) len() int {
	x.index()
	return x.count
}

// start is where the n-th line begins, in bytes.
func (x *lineIndex) start(n int) int {
	x.index()
	n = min(max(n, 1), x.count) - 1
	at := x.starts[n/lineStride]
	for range n % lineStride {
		at += x.length(at, true)
	}
	return at
}

// length is how long the line that begins at a byte is, with or without its break.
func (x *lineIndex) length(from int, withBreak bool) int {
	for i := from; i < len(x.text); i++ {
		if _, n := breakAt(x.text, i); n > 0 {
			if withBreak {
				i += n
			}
			return i - from
		}
	}
	return len(x.text) - from
}

// at is the n-th line.
func (x *lineIndex) at(n int) shown {
	if x.last.n != n {
		from := x.start(n)
		s := shown{n, from, from + x.length(from, false), true}
		for i := s.from; i < s.to && s.ascii; i++ {
			s.ascii = x.text[i] < utf8.RuneSelf
		}
		x.last = s
	}
	return x.last
}

// line is the n-th line, without its break.
func (x *lineIndex) line(n int) string {
	if n < 1 || n > x.len() {
		return ""
	}
	s := x.at(n)
	return x.text[s.from:s.to]
}

// find is the line and the column, in characters, of a place in the text.
func (x *lineIndex) find(offset int) (line, col int) {
	x.index()
	if s := x.last; s.n > 0 && s.ascii && offset >= s.from && offset <= s.to {
		return s.n, offset - s.from + 1
	}
	block := sort.SearchInts(x.starts, offset+1) - 1
	line, from := block*lineStride+1, x.starts[block]
	for line < x.count {
		next := from + x.length(from, true)
		if next > offset {
			break
		}
		line, from = line+1, next
	}
	return line, utf8.RuneCountInString(x.text[from:offset]) + 1
}

// offset is where the col-th character of a line begins, in bytes, at most the
// line's end.
func (x *lineIndex) offset(line, col int) int {
	s := x.at(min(max(line, 1), x.len()))
	from, end := s.from, s.to
	if s.ascii {
		return min(from+max(col, 1)-1, end)
	}
	for ; col > 1 && from < end; col-- {
		_, n := utf8.DecodeRuneInString(x.text[from:end])
		from += n
	}
	return from
}

func isBlank(r byte) bool { return r == ' ' || r == '\t' }

// blankPrefix is how many spaces a text begins with.
func blankPrefix(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }
