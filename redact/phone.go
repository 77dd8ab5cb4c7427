package redact

import "strings"

// phoneAt is where a phone begins and ends whose first digits are s[from:to]; end
// is 0 if they are none. After a "+" ten to fifteen digits are one; without it
// only mobile numbers as they are written in Russia, Kazakhstan, Belarus, Ukraine
// and Uzbekistan, and Russian ones with the code in brackets.
func phoneAt(s string, from, to int) (begin, end int) {
	if plus := plusBefore(s, from); plus > 0 && s[from] != '0' {
		if end = dialEnd(s, from); end > 0 {
			return from - plus, end
		}
	}
	switch n := to - from; {
	case s[from] == '7' || s[from] == '8':
		if end, ok := grouped(s, from, 11, 1<<1|1<<4|1<<7|1<<9); ok && (bracketed(s[from:end]) || isMobile(s[from:end])) {
			return from, end
		}
	case n == 12 && hasAny(s[from:to], "37524", "37525", "37529", "37533", "37544", "3803", "3805", "3806", "3807", "3809", "9989"):
		return from, to
	case n == 3 && s[from] == '9' && from > 0 && s[from-1] == '(':
		if end, ok := grouped(s, from, 10, 1<<3|1<<6|1<<8); ok {
			return from, end
		}
	}
	return 0, 0
}

// plusBefore is the length of a plus sign before i, 0 if there is none or if it
// adds to something.
func plusBefore(s string, i int) int {
	n := 0
	switch {
	case i > 0 && s[i-1] == '+':
		n = 1
	case i > 2 && (s[i-3:i] == "%2B" || s[i-3:i] == "%2b"):
		return 3
	}
	if i > n && classes[s[i-n-1]] != 0 && !endsInEscape(s[:i-n]) {
		return 0
	}
	return n
}

// endsInEscape reports whether the last letters of a text are those of an escape.
func endsInEscape(s string) bool {
	for n := 1; n <= 5 && n < len(s); n++ {
		if at := len(s) - n; escapeLen(s, at) == n {
			return true
		}
	}
	return false
}

// dialEnd is where a number with the code of its country ends: with the group
// that makes it as long as numbers there are, or ten digits; 0 if it is no phone.
func dialEnd(s string, i int) int {
	want, digits := 10, 0
	switch {
	case s[i] == '7':
		want = 11
	case hasAny(s[i:], "375", "380", "99"):
		want = 12
	}
	for {
		for i < len(s) && isDigit(s[i]) {
			i, digits = i+1, digits+1
		}
		next := separated(s, i)
		if digits >= want || next == 0 {
			break
		}
		i = next
	}
	if digits < 10 || digits > 15 || i < len(s) && classes[s[i]] != 0 {
		return 0
	}
	return i
}

// separated is the place of the digit behind what may stand between two groups
// of digits at i; 0 if there is no such.
func separated(s string, i int) int {
	for n := 0; n < 2 && i < len(s); n++ {
		switch {
		case strings.IndexByte(" -().", s[i]) >= 0:
			i++
		case strings.HasPrefix(s[i:], "\u00a0"): // no-break space
			i += 2
		default:
			return 0
		}
		if i < len(s) && isDigit(s[i]) {
			return i
		}
	}
	return 0
}

// grouped is where so many digits end; cuts has a bit for every number of digits
// after which something may separate groups.
func grouped(s string, i, total, cuts int) (end int, ok bool) {
	for digits := 0; ; {
		for i < len(s) && isDigit(s[i]) {
			i, digits = i+1, digits+1
		}
		if digits >= total {
			return i, digits == total && (i == len(s) || classes[s[i]] == 0)
		}
		next := separated(s, i)
		if next == 0 || cuts&(1<<digits) == 0 {
			return 0, false
		}
		i = next
	}
}

// bracketed reports whether the code of a number stands in brackets, as in
// "8 (495) 123-45-67".
func bracketed(s string) bool {
	open := strings.IndexByte(s, '(')
	return open > 0 && open < 4 && strings.IndexByte(s, ')') == open+4
}

// isMobile tells by the code: 9xx in Russia, 70x, 74x to 77x in Kazakhstan.
func isMobile(s string) bool {
	var code []byte
	for i := 1; i < len(s) && len(code) < 2; i++ {
		if isDigit(s[i]) {
			code = append(code, s[i])
		}
	}
	return len(code) == 2 && (code[0] == '9' || code[0] == '7' && strings.IndexByte("04567", code[1]) >= 0)
}

func hasAny(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
