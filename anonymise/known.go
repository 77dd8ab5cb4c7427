package anonymise

import (
	"strings"
	"unicode/utf8"
)

// known is a value replaced in this record, which may stand in its texts as well.
type known struct{ value, standin string }

// maxKnown bounds how many values of a record are looked for in its texts.
const maxKnown = 64

// learn remembers a replaced value, and the words of a name.
func (r *rewriter) learn(c Class, value, standin string) {
	switch {
	case !c.personal() || c == Operator:
		return
	case c == Message && !tells(value):
		return
	}
	r.know(value, standin)
	if c != Person {
		return
	}
	if words := strings.Fields(value); len(words) > 1 {
		for _, w := range words {
			if out, ok := r.a.standin(Person, w); ok && utf8.RuneCountInString(w) > 2 {
				r.know(w, out)
			}
		}
	}
}

// tells tells whether a text that may be anything is worth looking for in others:
// words of English are in sentences anyway.
func tells(text string) bool { return hasDigit(text) || !isASCII(text) }

// commonLogins are logins that are words of programs as well.
var commonLogins = wordSet("admin administrator root user operator support test guest billing manager service system django www-data api none")

func (r *rewriter) know(value, standin string) {
	if utf8.RuneCountInString(value) < 3 || len(value) < 4 || commonLogins[strings.ToLower(value)] || len(r.known) >= maxKnown {
		return
	}
	for _, k := range r.known {
		if k.value == value {
			return
		}
	}
	r.known = append(r.known, known{value, standin})
}

// knownAs is what stands for a text that another part of the record has.
func (r *rewriter) knownAs(text string) (string, bool) {
	for _, k := range r.known {
		if k.value == text {
			return k.standin, true
		}
	}
	return "", false
}

// knownValues replaces the values that other parts of the record have shown to
// be personal.
func (f *search) knownValues() {
	for _, k := range f.r.known {
		for at := 0; ; {
			i := strings.Index(f.s[at:], k.value)
			if i < 0 {
				break
			}
			from := at + i
			at = from + len(k.value)
			if f.alone(from, at) {
				f.take(from, at, func(string) []edit {
					f.r.rep.replaced(Person)
					return []edit{{0, len(k.value), k.standin}}
				})
			}
		}
	}
}
