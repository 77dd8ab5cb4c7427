package redact

import "strings"

// quoteForms are quotes as URLs and HTML write them.
var quoteForms = [...]string{"%22", "%27", "&quot;", "&#34;", "&#39;", "&#x27;"}

// trimQuote takes a quote, escaped or not, off the end.
func trimQuote(s string) string {
	if s == "" {
		return s
	}
	switch s[len(s)-1] {
	case '\'', '"':
		return strings.TrimRight(s[:len(s)-1], `\`)
	case ';', '2', '7':
		for _, q := range quoteForms {
			if strings.HasSuffix(s, q) {
				return s[:len(s)-len(q)]
			}
		}
	}
	return s
}

// trimQuoted takes a quote that begins a string off the end, with the letter
// before it.
func trimQuoted(s string) string {
	bare := trimQuote(s)
	if bare != s && bare != "" && strings.IndexByte("ubrUBR", bare[len(bare)-1]) >= 0 {
		return bare[:len(bare)-1]
	}
	return bare
}

// skipQuote takes a quote that begins a string off the front, escaped or not, with
// the letter before it.
func skipQuote(s string) string {
	if at := literalAt(s, 0); at >= 0 {
		return strings.TrimLeft(s[at:], `\`)[1:]
	}
	for _, q := range quoteForms {
		if rest, ok := strings.CutPrefix(s, q); ok {
			return rest
		}
	}
	return s
}

// trailingKey is the key in which a text ends.
func trailingKey(s string) string {
	from := len(s)
	for from > 0 && isKeyByte(s[from-1]) {
		from--
	}
	return s[from:]
}

// leadingKey is the key with which a text begins.
func leadingKey(s string) string {
	to := 0
	for to < len(s) && isKeyByte(s[to]) {
		to++
	}
	return s[:to]
}

func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

// isKeyByte is true for letters of any alphabet, digits, "_" and "-".
func isKeyByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// hasEscape reports whether a key may begin within an escape, as what comes
// before it shows.
func hasEscape(before, key string) bool {
	return key != "" && before != "" && (before[len(before)-1] == '\\' || before[len(before)-1] == '%')
}

// maxEscaped bounds the bytes before a sign in which a key with escapes is looked
// for, and maxEncoded how often they may be encoded.
const (
	maxEscaped = 6 * maxKey
	maxEncoded = 4
)

// unescapedEnd is the end of a text, as far as a key may reach, without the
// escapes of Python, JSON and URLs: u'\u043f…', '\xd0…', %D0…, %5B.
func unescapedEnd(s string) string {
	from := len(s)
	for from > 0 && len(s)-from < maxEscaped && (isKeyByte(s[from-1]) || s[from-1] == '\\' || s[from-1] == '%') {
		from--
	}
	s = s[from:]
	for range maxEncoded {
		plain := unescaped(s)
		if plain == s {
			break
		}
		s = plain
	}
	return s
}

// unescaped reads the escapes in a text once.
func unescaped(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if c, n := percentByte(s[i:]); n > 0 {
			out = append(out, c)
			i += n
			continue
		}
		after := skipBackslashes(s, i)
		if n := escapeLen(s, after); after > i && n > 0 {
			out = appendEscape(out, s[after:after+n])
			i = after + n
			continue
		}
		out = append(out, s[i])
		i++
	}
	return string(out)
}

// appendEscape reads what follows a backslash. What stands for white space ends
// a key.
func appendEscape(out []byte, escape string) []byte {
	c := 0
	for _, digit := range []byte(escape[1:]) {
		c = c<<4 | hexValue(digit)
	}
	switch escape[0] {
	case 'u':
		return append(out, string(rune(c))...)
	case 'x':
		return append(out, byte(c))
	}
	return append(out, ' ')
}

func hexValue(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return 0
}

// percentByte is the byte that a text begins with as URLs write it, encoded once
// or several times (%3D, %253D), and how long that is; 0 if it does not.
func percentByte(s string) (c byte, n int) {
	if len(s) < 3 || s[0] != '%' {
		return 0, 0
	}
	n = 1
	for n < 2*maxEncoded && strings.HasPrefix(s[n:], "25") && n+4 <= len(s) {
		n += 2
	}
	if n+2 > len(s) || !isHexDigit(s[n]) || !isHexDigit(s[n+1]) {
		return 0, 0
	}
	return byte(hexValue(s[n])<<4 | hexValue(s[n+1])), n + 2
}

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

func countDigits(s string) int {
	n := 0
	for i := range len(s) {
		if isDigit(s[i]) {
			n++
		}
	}
	return n
}
