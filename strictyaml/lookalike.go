package strictyaml

import (
	"fmt"
	"strings"
	"unicode"
)

// lookalikes are characters that look like one of ASCII, or like nothing, and
// slip in from other keyboards, office programs and web pages.
var lookalikes = pairs(
	"АаВЕеЗКМмНОоРрСсТтУуХхІіЈјЅѕԁԛԝһ", "AaBEe3KMmHOoPpCcTtYyXxIiJjSsdqwh",
	"ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲ", "ABEZHIKMNOPTYXoc",
	"“”„‟«»″", `"""""""`, "‘’‚‛′", "'''''", "‐‑‒–—−", "------", "：；，", ":;,",
	"\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", "               ")

func pairs(texts ...string) map[rune]rune {
	m := map[rune]rune{}
	for i := 0; i < len(texts); i += 2 {
		plain := []rune(texts[i+1])
		for j, r := range []rune(texts[i]) {
			m[r] = plain[j]
		}
	}
	return m
}

// plainRune is the character of ASCII that r looks like; -1 for one that is not
// seen at all.
func plainRune(r rune) (plain rune, is bool) {
	switch {
	case r >= 0xff01 && r <= 0xff5e:
		return r - 0xff01 + '!', true
	case r == 0x200b || r == 0x200c || r == 0x200d || r == 0x2060 || r == 0xfeff || r == 0xad:
		return -1, true
	}
	plain, is = lookalikes[r]
	return plain, is
}

// Plain is a text with its lookalikes put right.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		if plain, is := plainRune(r); is {
			return plain
		}
		return r
	}, text)
}

// Lookalike finds the first character of a text that only looks like one of
// ASCII, or is not seen, and says in words what it is: `“с” is the Cyrillic letter
// U+0441`. offset counts characters; -1: there is none.
func Lookalike(text string) (offset int, words string) {
	for i, r := range []rune(text) {
		if plain, is := plainRune(r); is {
			return i, strange(r, plain)
		}
	}
	return -1, ""
}

func strange(r, plain rune) string {
	switch {
	case r == 0xfeff:
		return "a byte order mark (U+FEFF) stands inside the text"
	case plain < 0:
		return fmt.Sprintf("a character that is not seen (U+%04X) stands there", r)
	case r == 0xa0:
		return "a no-break space (U+00A0) stands where a space is meant"
	case plain == ' ':
		return fmt.Sprintf("an unusual space (U+%04X) stands where a space is meant", r)
	case unicode.Is(unicode.Cyrillic, r):
		return fmt.Sprintf("%q is the Cyrillic letter U+%04X, not the Latin %q", string(r), r, string(plain))
	case unicode.Is(unicode.Greek, r):
		return fmt.Sprintf("%q is the Greek letter U+%04X, not the Latin %q", string(r), r, string(plain))
	case r >= 0xff01 && r <= 0xff5e:
		return fmt.Sprintf("%q is the full-width character U+%04X, not %q", string(r), r, string(plain))
	case plain == '"' || plain == '\'':
		return fmt.Sprintf("%s is a typographic quotation mark (U+%04X), not %c", string(r), r, plain)
	}
	return fmt.Sprintf("%s is U+%04X, not %q", string(r), r, string(plain))
}
