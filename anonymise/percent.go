package anonymise

import (
	"strings"
	"unicode/utf8"
)

// percentText is a word with escapes of URLs.
var percentText = lazy(`[^\s"'<>%]*(?:%[0-9A-Fa-f]{2}[^\s"'<>%]*)+`)

// decoded finds what to replace in a text as URLs write it: find sees it without
// escapes, so that a value is the same as elsewhere, and what it puts in is
// escaped again. In a form a "+" is a space.
func (r *rewriter) decoded(s string, form bool, find func(string) []edit) []edit {
	form = form && strings.LastIndexByte(s, '+') > 0
	if !form && (strings.IndexByte(s, '%') < 0 || !percentText.MatchString(s)) {
		return find(s)
	}
	text, at := unescape(s, form)
	if !utf8.ValidString(text) {
		return find(s)
	}
	edits := find(text)
	for i, e := range edits {
		from, to := at[e.from], at[e.to]
		edits[i] = edit{from, to, escapeLike(e.text, s, s[from:to])}
	}
	return edits
}

// unescape is a text without escapes; the byte i of it comes from at[i] on. A "+"
// in front is one, that of a telephone.
func unescape(s string, form bool) (text string, at []int) {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		at = append(at, i)
		switch {
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			out = append(out, hexByte(s[i+1])<<4|hexByte(s[i+2]))
			i += 2
		case s[i] == '+' && form && i > 0:
			out = append(out, ' ')
		default:
			out = append(out, s[i])
		}
	}
	return string(out), append(at, len(s))
}

func hexByte(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// escapeLike escapes a stand-in as the text is in which it comes to stand: what
// was bare in the part that it replaces stays bare.
func escapeLike(standin, text, part string) string {
	digits := "0123456789ABCDEF"
	if lowerEscape.MatchString(text) {
		digits = strings.ToLower(digits)
	}
	var out strings.Builder
	for i := range len(standin) {
		c := standin[i]
		if isWordByte(c) && c < 0x80 || strings.IndexByte("-.~", c) >= 0 || c != '%' && strings.IndexByte(part, c) >= 0 {
			out.WriteByte(c)
			continue
		}
		out.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return out.String()
}

// lowerEscape is an escape with a small letter.
var lowerEscape = lazy(`%(?:[0-9][a-f]|[a-f][0-9a-f])`)
