package rules

import (
	"math/bits"
	"regexp"
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// literals is a regular expression that only asks whether one of some texts is
// there, in any case or as written: `(?i)error|fail|404`. Looking for them is many times
// as fast as running the expression.
type literals struct {
	texts []foldedText
	may   [headBytes][256]uint16 // by offset and byte: a bit for each text that may have it there
}

// foldedText is a text: of each of its characters, how it may be written, in UTF-8.
type foldedText [][]string

// maxLiterals bounds how many texts are looked for one by one: they are the bits of
// literals.may.
const maxLiterals = 16

// headBytes is how many bytes are looked up before texts are compared. Two characters of
// Cyrillic text have four, and few places begin like two characters of a text.
const headBytes = 4

// literalsOf returns nil for an expression that asks more.
func literalsOf(re *regexp.Regexp) *literals {
	parsed, err := syntax.Parse(re.String(), syntax.Perl)
	if err != nil {
		return nil
	}
	l := &literals{}
	if !l.add(parsed) || len(l.texts) > maxLiterals {
		return nil
	}
	for i, t := range l.texts {
		l.allow(1<<i, t, 0)
	}
	return l
}

// add takes the texts of an expression; false when it is none.
func (l *literals) add(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		var t foldedText
		for _, r := range re.Rune {
			if r == utf8.RuneError || !utf8.ValidRune(r) { // broken bytes are read as the one, nothing as the other
				return false
			}
			t = append(t, written(r, re.Flags&syntax.FoldCase != 0))
		}
		l.texts = append(l.texts, t)
		return len(t) > 0
	case syntax.OpAlternate:
		for _, sub := range re.Sub {
			if !l.add(sub) {
				return false
			}
		}
		return true
	}
	return false
}

// written are the ways to write a character. Their lengths may differ: a K may be the
// sign of the kelvin.
func written(r rune, fold bool) []string {
	all := []string{string(r)}
	for next := unicode.SimpleFold(r); fold && next != r; next = unicode.SimpleFold(next) {
		all = append(all, string(next))
	}
	return all
}

// allow notes the bytes that the rest of a text may have from an offset on. Where the
// text is over there may be any.
func (l *literals) allow(text uint16, rest foldedText, from int) {
	if from >= headBytes {
		return
	}
	if len(rest) == 0 {
		for b := range l.may[from] {
			l.may[from][b] |= text
		}
		l.allow(text, nil, from+1)
		return
	}
	for _, form := range rest[0] {
		for i := range min(len(form), headBytes-from) {
			l.may[from+i][form[i]] |= text
		}
		l.allow(text, rest[1:], from+len(form))
	}
}

// in tells whether one of the texts is in s.
func (l *literals) in(s string) bool {
	first := &l.may[0]
	for i := range len(s) {
		if texts := first[s[i]]; texts != 0 && l.at(s[i:], texts) {
			return true
		}
	}
	return false
}

// at tells whether s begins with one of the texts that may have its first byte.
func (l *literals) at(s string, texts uint16) bool {
	for i := 1; i < headBytes && i < len(s); i++ {
		if texts &= l.may[i][s[i]]; texts == 0 {
			return false
		}
	}
	for ; texts != 0; texts &= texts - 1 {
		if l.texts[bits.TrailingZeros16(texts)].begins(s) {
			return true
		}
	}
	return false
}

// begins tells whether s begins with the text.
func (t foldedText) begins(s string) bool {
	for _, forms := range t {
		n := prefixed(s, forms)
		if n == 0 {
			return false
		}
		s = s[n:]
	}
	return true
}

// prefixed is the length of the form that s begins with; 0 if it begins with none.
func prefixed(s string, forms []string) int {
	for _, form := range forms {
		if len(s) >= len(form) && s[:len(form)] == form {
			return len(form)
		}
	}
	return 0
}
