package smartylog

import "bytes"

// esc begins the sequences by which terminals change colour.
const esc = 0x1b

// colourWidth is the length of the colour sequence ("\x1b[1;31m") at the start
// of b; 0 if there is none.
func colourWidth(b []byte) int {
	if len(b) < 3 || b[0] != esc || b[1] != '[' {
		return 0
	}
	for i := 2; i < len(b) && i < 16; i++ {
		switch c := b[i]; {
		case c == 'm' || c == 'K':
			return i + 1
		case !isDigit(c) && c != ';':
			return 0
		}
	}
	return 0
}

// skipColour passes over colour sequences.
func skipColour(b []byte, p int) int {
	for p < len(b) && b[p] == esc {
		n := colourWidth(b[p:])
		if n == 0 {
			break
		}
		p += n
	}
	return p
}

// appendUncoloured appends b without its colour sequences.
func appendUncoloured(dst, b []byte) []byte {
	for {
		i := bytes.IndexByte(b, esc)
		if i < 0 {
			return append(dst, b...)
		}
		dst = append(dst, b[:i]...)
		n := colourWidth(b[i:])
		if n == 0 {
			dst = append(dst, esc)
			n = 1
		}
		b = b[i+n:]
	}
}

// colouredPlace is where the byte lies in b that is the n-th without colours.
func colouredPlace(b []byte, n int) int {
	p := skipColour(b, 0)
	for ; n > 0 && p < len(b); n-- {
		p = skipColour(b, p+1)
	}
	return p
}

// colouredHeader reads a header that has colours between its parts.
func (s *Scanner) colouredHeader(b []byte, m *mark) bool {
	b = b[:min(len(b), maxHeader)]
	if bytes.IndexByte(b, esc) < 0 {
		return false
	}
	var space [maxHeader]byte
	if !s.fullHeader(appendUncoloured(space[:0], b), m) {
		return false
	}
	m.level, m.message = colouredPlace(b, m.level), colouredPlace(b, m.message)
	m.event = "" // is read again, where its place is known
	return true
}

// uncoloured is b without colour sequences: b itself when it has none.
func uncoloured(b []byte) []byte {
	if bytes.IndexByte(b, esc) < 0 {
		return b
	}
	return appendUncoloured(nil, b)
}

// trimColours strips gaps and colour sequences from the end of b[from:end].
func trimColours(b []byte, from, end int) int {
	for end > from {
		if isGap(b[end-1]) {
			end--
			continue
		}
		i := bytes.LastIndexByte(b[max(from, end-16):end], esc)
		if i < 0 {
			break
		}
		if i += max(from, end-16); colourWidth(b[i:end]) != end-i {
			break
		}
		end = i
	}
	return end
}
