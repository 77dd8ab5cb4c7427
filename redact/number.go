package redact

import "strings"

// Kinds of numbers.
const (
	kindHex   = "hex"
	kindCard  = "card"
	kindPhone = "phone"
)

// minHex is the length from which hexadecimal digits are taken for a key.
const minHex = 24

// Classes of bytes, as bits.
const (
	classDigit = 1 << iota
	classHex
	classOther
)

var classes = func() (c [256]byte) {
	for b := '0'; b <= '9'; b++ {
		c[b] = classDigit
	}
	for b := 'a'; b <= 'z'; b++ {
		c[b], c[b-0x20] = classOther, classOther
	}
	for b := 'a'; b <= 'f'; b++ {
		c[b], c[b-0x20] = classHex, classHex
	}
	return c
}()

// findNumbers finds long hexadecimal digits, cards and phones: runs of letters
// and digits that are nothing else, with what separates their groups.
func (r *Redactor) findNumbers(s string) []Finding {
	var found []Finding
	for i := 0; i < len(s); {
		if classes[s[i]] == 0 {
			i++
			continue
		}
		from := i + escapeLen(s, i)
		var seen byte
		for i = from; i < len(s) && classes[s[i]] != 0; i++ {
			seen |= classes[s[i]]
		}
		if seen&classOther != 0 || seen == 0 {
			continue
		}
		f := Finding{Kind: kindHex, From: from, To: i}
		if i-from < minHex || seen&classDigit == 0 || !r.hides[kindHex] {
			if seen != classDigit {
				continue
			}
			f = r.number(s, from, i)
		}
		if f.Kind != "" {
			found = append(found, f)
			i = f.To
		}
	}
	return found
}

// escapeLen is how many of the letters and digits at i belong to an escape that
// begins before them: \n, \x41, \u0416, %2B.
func escapeLen(s string, i int) int {
	n := 0
	switch {
	case i == 0 || i == len(s):
	case s[i-1] == '%':
		n = 2
	case s[i-1] != '\\':
	case s[i] == 'x':
		n = 3
	case s[i] == 'u':
		n = 5
	case strings.IndexByte("nrtv", s[i]) >= 0:
		n = 1
	}
	for k := range n {
		if i+k >= len(s) || classes[s[i+k]] == 0 {
			return 0
		}
	}
	return n
}

// number finds a card or a phone whose first digits are s[from:to].
func (r *Redactor) number(s string, from, to int) Finding {
	if from > 1 && s[from-1] == '.' && isDigit(s[from-2]) { // the decimals of a number
		return Finding{}
	}
	if r.hides[kindCard] {
		if end := cardEnd(s, from, to); end > 0 && isCard(s[from:end]) {
			return Finding{Kind: kindCard, From: from, To: end}
		}
	}
	if r.hides[kindPhone] {
		if begin, end := phoneAt(s, from, to); end > 0 {
			return Finding{Kind: kindPhone, From: begin, To: end}
		}
	}
	return Finding{}
}

// cardEnd is where 13 to 19 digits end, in one or in groups of four, or of four,
// six and five, that the same sign separates; 0 if they are none.
func cardEnd(s string, from, to int) int {
	if n := to - from; n != 4 {
		if n >= 13 && n <= 19 {
			return to
		}
		return 0
	}
	if from > 0 && s[from-1] == '-' || to == len(s) || strings.IndexByte(" -+", s[to]) < 0 {
		return 0
	}
	sign, groups, end := s[to], "4", to
	for end < len(s) && s[end] == sign && len(groups) < 5 {
		next := end + 1
		for next < len(s) && classes[s[next]] == classDigit {
			next++
		}
		n := next - end - 1
		if n == 0 || n > 6 || next < len(s) && classes[s[next]] != 0 {
			break
		}
		groups += string(rune('0' + n))
		end = next
		switch groups {
		case "465", "44443":
			return end
		case "4444":
			if !strings.HasPrefix(s[end:], string(sign)) || !threeMore(s[end+1:]) {
				return end
			}
		}
	}
	return 0
}

// threeMore reports whether a text begins with just three digits.
func threeMore(s string) bool {
	n := 0
	for n < len(s) && n < 4 && isDigit(s[n]) {
		n++
	}
	return n == 3
}

// isCard tells a card from an id or a time by its first digits, its length and
// its check digit.
func isCard(s string) bool {
	n := countDigits(s)
	switch s[0] {
	case '4':
		return (n == 13 || n == 16 || n == 19) && passesLuhn(s)
	case '3':
		return n >= 14 && n <= 16 && passesLuhn(s)
	case '2', '5', '6':
		return n >= 16 && passesLuhn(s)
	}
	return false
}
