package smartylog

import "unicode/utf8"

// Literal is a text and where it stands: the byte i of Text comes from the bytes
// at[i] to at[i+1] of what was read.
type Literal struct {
	Text string
	at   []int // nil: the places are the same but for shift
	from int
}

// Place is where the byte i of the text, or its end, stands in the bytes read.
func (l *Literal) Place(i int) int {
	if l.at == nil {
		return l.from + i
	}
	return l.at[i]
}

// ReadLiteral reads a literal in quotes at the start of b, with its prefix, and
// returns what is between its quotes with the number of bytes eaten. A literal
// that its line does not close has what is left of the line.
func ReadLiteral(b []byte) (l Literal, n int, ok bool) {
	p := parser{b: b}
	prefix := p.literalPrefix()
	if prefix >= len(b) || b[prefix] != '\'' && b[prefix] != '"' {
		return Literal{}, 0, false
	}
	kind := p.kindOf(prefix)
	end, escaped := closingQuote(b, prefix+1, b[prefix])
	n = end + 1
	if end < 0 {
		end = lineEnd(b, 1)
		for end > prefix+1 && (b[end-1] == '\n' || b[end-1] == '\r') {
			end--
		}
		n = end
	}
	body := b[prefix+1 : end]
	if !escaped || kind == rawLiteral {
		l = PlainLiteral(body)
	} else {
		l = unescapeAt(body, kind)
	}
	l.Shift(prefix + 1)
	return l, n, true
}

// PlainLiteral reads bytes without escapes, as UTF-8 or as what else they may be.
func PlainLiteral(b []byte) Literal {
	if utf8.Valid(b) {
		return Literal{Text: string(b)}
	}
	at := make([]int, len(b)+1)
	for i := range at {
		at[i] = i
	}
	return settle(b, at)
}

// Shift moves all places by n bytes, for a literal that was read within more bytes.
func (l *Literal) Shift(n int) {
	l.from += n
	for i := range l.at {
		l.at[i] += n
	}
}

// unescapeAt is unescape with the places of what it reads.
func unescapeAt(b []byte, kind textKind) Literal {
	asBytes := kind == bytesLiteral || kind == plainLiteral && !hasCharacters(b)
	out := make([]byte, 0, len(b))
	at := make([]int, 0, len(b)+1)
	for p := 0; p < len(b); {
		n := 1
		if r, width, char := escape(b[p:], kind); b[p] != '\\' || width == 0 {
			out = append(out, b[p])
		} else if n = width; char || !asBytes {
			r, n = joinSurrogates(b[p:], r, n, kind)
			out = utf8.AppendRune(out, r)
		} else {
			out = append(out, byte(r))
		}
		for len(at) < len(out) {
			at = append(at, p)
		}
		p += n
	}
	return settle(out, append(at, len(b)))
}

// settle makes text of bytes as plainText does and keeps their places.
func settle(b []byte, at []int) Literal {
	text := plainText(b)
	if text == string(b) {
		return Literal{Text: text, at: at}
	}
	l := Literal{Text: text, at: make([]int, 0, len(text)+1)}
	utf := isMostlyUTF8(b)
	for p, q := 0, 0; q < len(text); {
		n := 1 // a byte of cp1251, or one read as it is
		_, width := utf8.DecodeRuneInString(text[q:])
		if utf {
			n = runWidth(b[p:])
		}
		for range width {
			l.at = append(l.at, at[p])
		}
		p, q = p+n, q+width
	}
	l.at = append(l.at, at[len(b)])
	return l
}

// runWidth is how many bytes at the start of b one character of its text stands
// for: a run of bytes that are no UTF-8 becomes one.
func runWidth(b []byte) int {
	n := 0
	for n < len(b) {
		r, width := utf8.DecodeRune(b[n:])
		if r != utf8.RuneError || width != 1 {
			if n == 0 {
				return width
			}
			break
		}
		n++
	}
	return n
}
