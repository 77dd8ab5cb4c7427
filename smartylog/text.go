package smartylog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// cp1251 is the upper half of Windows-1251, in which some systems still write Russian.
const cp1251 = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u0098™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"

// plainText makes text of bytes: as UTF-8 if they are, else as cp1251 if more
// bytes fail than succeed, else with the broken ones replaced.
func plainText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	if isMostlyUTF8(b) {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	upper := []rune(cp1251)
	var out strings.Builder
	for _, c := range b {
		if c < 0x80 {
			out.WriteByte(c)
		} else {
			out.WriteRune(upper[c-0x80])
		}
	}
	return out.String()
}

// isMostlyUTF8 tells whether at most as many bytes fail as UTF-8 as succeed.
func isMostlyUTF8(b []byte) bool {
	bad, good := 0, 0
	for p := 0; p < len(b); {
		r, n := utf8.DecodeRune(b[p:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else if n > 1 {
			good++
		}
		p += n
	}
	return bad <= good
}

// textKind says what an escape like \xd0 means in a literal.
type textKind uint8

const (
	plainLiteral   textKind = iota // '…': bytes in Python 2, text in Python 3
	unicodeLiteral                 // u'…': text
	bytesLiteral                   // b'…': bytes
	rawLiteral                     // r'…': no escapes
)

// text reads a literal whose quote comes after a prefix of the given length.
func (p *parser) text(prefix int) (any, error) {
	body, kind, err := p.quoted(prefix)
	if err != nil || p.skip {
		return nil, err
	}
	if kind == rawLiteral {
		return p.values.text(body), nil
	}
	return p.values.unescaped(body, kind), nil
}

// literal is text that need not become an any. A quoted text of Python never
// spans lines.
func (p *parser) literal(prefix int) (string, error) {
	body, kind, err := p.quoted(prefix)
	switch {
	case err != nil || p.skip:
		return "", err
	case kind == rawLiteral:
		text, _ := p.values.text(body).(string)
		return text, nil
	}
	text, _ := p.values.unescaped(body, kind).(string)
	return text, nil
}

// quoted passes over a literal and returns what stands between its quotes, and how
// that is to be read: rawLiteral where it has no escapes.
func (p *parser) quoted(prefix int) ([]byte, textKind, error) {
	kind := p.kindOf(prefix)
	quote := p.peek(prefix)
	start := p.p + prefix + 1
	end, escaped := closingQuote(p.b, start, quote)
	if end < 0 {
		p.p = len(p.b)
		return nil, kind, errOpen
	}
	if p.p = end + 1; !escaped {
		kind = rawLiteral
	}
	return p.b[start:end], kind, nil
}

// kindOf is what a prefix of the given length makes of a literal.
func (p *parser) kindOf(prefix int) textKind {
	kind := plainLiteral
	for i := range prefix {
		switch p.peek(i) | 0x20 {
		case 'u':
			kind = unicodeLiteral
		case 'b':
			kind = bytesLiteral
		case 'r':
			kind = rawLiteral
		}
	}
	return kind
}

// closingQuote finds the end of a literal; -1 if its line ends before it.
func closingQuote(b []byte, p int, quote byte) (end int, escaped bool) {
	quotes := uint64(quote) * everyByte
	for p < len(b) {
		if p+8 <= len(b) { // eight bytes at once
			w := binary.LittleEndian.Uint64(b[p:])
			ends := zeroBytes(w^quotes) | zeroBytes(w^('\\'*everyByte)) | zeroBytes(w^('\n'*everyByte))
			if ends == 0 {
				p += 8
				continue
			}
			p += bits.TrailingZeros64(ends) / 8
		}
		switch b[p] {
		case quote:
			return p, escaped
		case '\\':
			escaped = true
			p++
		case '\n':
			return -1, escaped
		}
		p++
	}
	return -1, escaped
}

// everyByte times a byte is a word of eight such bytes.
const everyByte = 0x0101010101010101

// zeroBytes has its lowest bit set in the first byte of w that is zero, and none if
// there is none; the bits above that one mean nothing.
func zeroBytes(w uint64) uint64 { return (w - everyByte) &^ w & (0x80 * everyByte) }

// unescape gives a literal's text. Escapes of bytes are collected as bytes and
// read as UTF-8, else cp1251; escapes of characters are characters.
func unescape(b []byte, kind textKind) string {
	asBytes := kind == bytesLiteral || kind == plainLiteral && !hasCharacters(b)
	var out strings.Builder
	out.Grow(len(b))
	for p := 0; p < len(b); {
		c := b[p]
		if c != '\\' || p+1 >= len(b) {
			out.WriteByte(c)
			p++
			continue
		}
		r, n, char := escape(b[p:], kind)
		switch {
		case n == 0:
			out.WriteByte(c)
			n = 1
		case char || !asBytes:
			r, n = joinSurrogates(b[p:], r, n, kind)
			out.WriteRune(r)
		default:
			out.WriteByte(byte(r))
		}
		p += n
	}
	if text := out.String(); utf8.ValidString(text) {
		return text
	}
	return plainText([]byte(out.String()))
}

// hasCharacters tells whether an unprefixed literal is Python 3 text: it has raw
// characters beyond ASCII or \u escapes, which Python 2 bytes never show.
func hasCharacters(b []byte) bool {
	for i := 0; i < len(b); i++ {
		if b[i] >= 0x80 {
			return utf8.Valid(b)
		}
		if b[i] != '\\' {
			continue
		}
		if i++; i < len(b) && b[i]|0x20 == 'u' {
			return true
		}
	}
	return false
}

// joinSurrogates joins the two halves that narrow builds print; a lone half
// becomes U+FFFD.
func joinSurrogates(b []byte, r rune, n int, kind textKind) (rune, int) {
	if !utf16.IsSurrogate(r) {
		return r, n
	}
	if second, m, char := escape(b[n:], kind); m > 0 && char {
		if joined := utf16.DecodeRune(r, second); joined != utf8.RuneError {
			return joined, n + m
		}
	}
	return utf8.RuneError, n
}

// maxCharName is more than "\N{…}" takes with the longest name of a character, in
// bytes.
const maxCharName = 128

// escape reads one escape at the start of b; n is 0 when it is none and the
// backslash stands for itself. char tells \u from \x.
func escape(b []byte, kind textKind) (r rune, n int, char bool) {
	if len(b) < 2 || b[0] != '\\' {
		return 0, 0, false
	}
	switch c := b[1]; c {
	case '\\', '\'', '"':
		return rune(c), 2, false
	case 'x':
		r, ok := hex(b[2:], 2)
		return r, okLen(ok, 4), false
	case 'u', 'U':
		width := 4
		if c == 'U' {
			width = 8
		}
		r, ok := hex(b[2:], width)
		return r, okLen(ok && kind != bytesLiteral, 2+width), true
	case '\n':
		return 0, 0, false
	case 'N':
		if end := bytes.IndexByte(b[:min(len(b), maxCharName)], '}'); len(b) > 2 && b[2] == '{' && end > 0 {
			return utf8.RuneError, end + 1, true // the name table is not worth its size
		}
		return 0, 0, false
	}
	if i := strings.IndexByte("nrtabfv", b[1]); i >= 0 {
		return rune("\n\r\t\a\b\f\v"[i]), 2, false
	}
	return octal(b)
}

// octal reads "\0" to "\377".
func octal(b []byte) (r rune, n int, char bool) {
	for n = 1; n < len(b) && n < 4 && b[n] >= '0' && b[n] <= '7'; n++ {
		r = r*8 + rune(b[n]-'0')
	}
	if n == 1 {
		return 0, 0, false
	}
	return r & 0xff, n, false
}

func okLen(ok bool, n int) int {
	if ok {
		return n
	}
	return 0
}

// hex reads exactly width hexadecimal digits.
func hex(b []byte, width int) (r rune, ok bool) {
	if len(b) < width {
		return 0, false
	}
	for _, c := range b[:width] {
		switch {
		case isDigit(c):
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	if r < 0 || r > utf8.MaxRune {
		r = utf8.RuneError
	}
	return r, true
}
