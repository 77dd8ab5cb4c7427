package notifiers

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible makes a text from a log fit to be shown on one line: line breaks and
// control characters become their pictures, characters that reorder or hide
// text become their code points, broken UTF-8 becomes U+FFFD.
func Visible(s string) string { return visible(s, false) }

// VisibleLines is Visible, but keeps line breaks.
func VisibleLines(s string) string { return visible(strings.ReplaceAll(s, "\r\n", "\n"), true) }

func visible(s string, lines bool) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= ' ' && r < 0x7f, r == '\n' && lines: // nearly all, and quickly
			b.WriteByte(byte(r))
		case r == '\t':
			b.WriteByte(' ')
		case r < ' ':
			b.WriteRune('␀' + r)
		case r == 0x7f:
			b.WriteRune('␡')
		case hidden(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether r shows nothing, or changes how its neighbours show.
func hidden(r rune) bool {
	switch r {
	case 0x2028, 0x2029, 0x115f, 0x1160, 0x3164, 0xffa0, 0x034f, 0x17b4, 0x17b5, 0x2800:
		return true
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Variation_Selector, r) && r > 0xffff
}

// Cut shortens s to at most n characters, the last of them "…" if it was longer.
func Cut(s string, n int) string { return Fit(s, n, func(r rune) string { return string(r) }) }

// Fit escapes s rune by rune and stops before the escaped text has more than n
// characters, so that the limit holds for what is sent and no escape sequence is
// cut in two. What was cut ends in "…".
func Fit(s string, n int, escape func(r rune) string) string {
	var b strings.Builder
	used, room := 0, 0 // room: length in bytes at which "…" still fits
	for _, r := range s {
		e := escape(r)
		used += utf8.RuneCountInString(e)
		if used > n {
			if n < 1 {
				return ""
			}
			return b.String()[:room] + "…"
		}
		b.WriteString(e)
		if used <= n-1 {
			room = b.Len()
		}
	}
	return b.String()
}

// Escape escapes all of s rune by rune.
func Escape(s string, escape func(r rune) string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteString(escape(r))
	}
	return b.String()
}
