package anonymise

import (
	"regexp"
	"strings"
)

// number finds what to replace of a printed number: its digits, never its form.
func (r *rewriter) number(c Class, name, s string) []edit {
	digits := leadingDigits(s)
	whole := digits.to == len(s) || s[digits.to] == 'L'
	domain := plain
	switch c {
	case Secret:
		domain = secret
	case Unknown, Nested:
		long := digits.to-digits.from > 4 && whole
		r.rep.undocumented(name, long)
		if !long {
			return nil
		}
	case Mixed:
		if !whole {
			return nil
		}
		c = ID
	case Operator:
		return nil
	default:
		if !c.personal() {
			return nil
		}
	}
	text := s[digits.from:digits.to]
	out := r.a.standins.digits(domain, text)
	fraction := fractionOf(s, digits.to)
	if out == text && fraction.from == fraction.to {
		return nil
	}
	r.rep.replaced(c)
	r.learn(c, text, out)
	edits := []edit{{digits.from, digits.to, out}}
	if fraction.from < fraction.to {
		places := r.a.standins.manyDigits(domain, s)[:fraction.to-fraction.from]
		edits = append(edits, edit{fraction.from, fraction.to, places})
	}
	return edits
}

// fractionOf are the digits after a point at s[at].
func fractionOf(s string, at int) piece {
	to := at + 1
	if at >= len(s) || s[at] != '.' {
		return piece{at, at}
	}
	for to < len(s) && isDigit(s[to]) {
		to++
	}
	return piece{at + 1, to}
}

// leadingDigits are the digits of a number before its fraction or exponent.
func leadingDigits(s string) piece {
	from := len(s) - len(strings.TrimLeft(s, "+-"))
	to := from
	for to < len(s) && isDigit(s[to]) {
		to++
	}
	return piece{from, to}
}

// dateParts are month and day of datetime.date(1980, 5, 17).
var dateParts = regexp.MustCompile(`^[\w.]*\(\d+, (\d+), (\d+)`)

// time keeps times, but of a birthday only the year.
func (r *rewriter) time(c Class, s string) []edit {
	m := dateParts.FindStringSubmatchIndex(s)
	if c != Birth || m == nil {
		return nil
	}
	r.rep.replaced(c)
	return []edit{{m[2], m[3], "1"}, {m[4], m[5], "1"}}
}
