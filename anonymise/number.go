package anonymise

import (
	"strings"
)

// number finds what to replace of a printed number: its digits, never its form.
func (r *rewriter) number(c Class, name, s string) []edit {
	digits := leadingDigits(s)
	whole := digits.to == len(s) || s[digits.to] == 'L' || noFraction.MatchString(s[digits.to:])
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
	out := r.a.standins.decimal(domain, s)
	if out == s {
		return nil
	}
	r.rep.replaced(c)
	r.learn(c, s[digits.from:digits.to], out[digits.from:digits.to])
	return []edit{{0, len(s), out}}
}

// decimal maps the digits of a number, and those of its fraction if it has one.
// One of zeros stays, so that 5.0 is still what 5 is.
func (s *standins) decimal(domain byte, text string) string {
	digits := leadingDigits(text)
	fraction := fractionOf(text, digits.to)
	places := text[fraction.from:fraction.to]
	if strings.Trim(places, "0") != "" {
		places = s.manyDigits(domain, text)[:len(places)]
	}
	return text[:digits.from] + s.digits(domain, text[digits.from:digits.to]) + text[digits.to:fraction.from] + places + text[fraction.to:]
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

// noFraction is what a whole number has when it was printed as a fraction.
var noFraction = lazy(`^\.0*$`)

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
var dateParts = lazy(`^[\w.]*\(\d+, (\d+), (\d+)`)

// time keeps times, but of a birthday only the year.
func (r *rewriter) time(c Class, s string) []edit {
	m := dateParts.FindStringSubmatchIndex(s)
	if c != Birth || m == nil {
		return nil
	}
	r.rep.replaced(c)
	return []edit{{m[2], m[3], "1"}, {m[4], m[5], "1"}}
}
