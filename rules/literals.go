package rules

import (
	"regexp"
	"regexp/syntax"
	"unicode"
	"unicode/utf8"
)

// literals is a regular expression that only asks whether one of some texts is
// there, in any case or as written: `(?i)error|fail|404`. Looking for them is many times
// as fast as running the expression.
type literals struct {
	begins [256]bool // bytes with which one of them may begin
	texts  []foldedText
}

// foldedText is a text and the cases in which it may be written.
type foldedText struct {
	runes []rune
	fold  bool
}

// maxLiterals bounds how many texts are looked for one by one.
const maxLiterals = 16

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
	for _, t := range l.texts {
		for r := range t.written(t.runes[0]) {
			var b [utf8.UTFMax]byte
			utf8.EncodeRune(b[:], r)
			l.begins[b[0]] = true
		}
	}
	return l
}

// add takes the texts of an expression; false when it is none.
func (l *literals) add(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			if r == utf8.RuneError { // which broken bytes are read as too
				return false
			}
		}
		l.texts = append(l.texts, foldedText{re.Rune, re.Flags&syntax.FoldCase != 0})
		return len(re.Rune) > 0
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

// written are the runes that a rune of the text may be written as.
func (t *foldedText) written(r rune) map[rune]bool {
	all := map[rune]bool{r: true}
	for next := unicode.SimpleFold(r); t.fold && next != r; next = unicode.SimpleFold(next) {
		all[next] = true
	}
	return all
}

// in tells whether one of the texts is in s.
func (l *literals) in(s string) bool {
	for i := 0; i < len(s); i++ {
		if l.begins[s[i]] && l.at(s[i:]) {
			return true
		}
	}
	return false
}

// at tells whether s begins with one of the texts.
func (l *literals) at(s string) bool {
	for i := range l.texts {
		if l.texts[i].begins(s) {
			return true
		}
	}
	return false
}

func (t *foldedText) begins(s string) bool {
	for _, want := range t.runes {
		r, n := utf8.DecodeRuneInString(s)
		if n == 0 || r != want && !(t.fold && folds(r, want)) {
			return false
		}
		s = s[n:]
	}
	return true
}

// folds tells whether two runes are one in different cases.
func folds(a, b rune) bool {
	for r := unicode.SimpleFold(a); r != a; r = unicode.SimpleFold(r) {
		if r == b {
			return true
		}
	}
	return false
}
