package anonymise

import (
	"strconv"
	"strings"
)

// form is what a hexadecimal stand-in has in common with what it replaces, so
// that neither reads as a number or a name where the other does not.
type form struct{ letter, digitFirst bool }

// formOf looks for a letter that cannot be the exponent of a number.
func formOf(text string) form {
	return form{strings.ContainsAny(text, "abcdf"), isDigit(text[0])}
}

// hex maps a run of hexadecimal digits to one of the same length and case. Of
// twelve, which are a MAC address, the maker's first six stay.
func (s *standins) hex(domain byte, text string) string {
	lower := strings.ToLower(text)
	out := ""
	switch n := len(lower); {
	case n == macDigits:
		out = s.shortHex(domain, lower[:macDigits/2], lower[macDigits/2:])
	case n < 16:
		out = s.shortHex(domain, "", lower)
	default:
		out = s.longHex(domain, lower)
	}
	if text != lower {
		return strings.ToUpper(out)
	}
	return out
}

const macDigits = 12

// shortHex maps what follows head, each to its own.
func (s *standins) shortHex(domain byte, head, text string) string {
	x, _ := strconv.ParseUint(text, 16, 64)
	want := formOf(head + text)
	for {
		x = s.numbers.number(domain, x, 1<<(4*len(text)))
		out := strconv.FormatUint(x, 16)
		out = head + strings.Repeat("0", len(text)-len(out)) + out
		if formOf(out) == want {
			return out
		}
	}
}

// longHex draws digits of the same form by the whole text.
func (s *standins) longHex(domain byte, text string) string {
	const digits = "0123456789abcdef"
	want := formOf(text)
	for try := 0; ; try++ {
		out := make([]byte, 0, len(text)+64)
		for block := 0; len(out) < len(text); block++ {
			sum := s.mac(domain, "hex "+strconv.Itoa(try)+" "+strconv.Itoa(block)+" "+text)
			for _, b := range sum {
				out = append(out, digits[b>>4], digits[b&15])
			}
		}
		out = out[:len(text)]
		if got := formOf(string(out)); got.digitFirst == want.digitFirst && (got.letter || !want.letter) {
			return string(out)
		}
	}
}

// separated maps hexadecimal digits in groups, such as a MAC address or a UUID.
func (s *standins) separated(domain byte, text string) string {
	only := strings.Map(func(r rune) rune {
		if strings.ContainsRune(":-.", r) {
			return -1
		}
		return r
	}, text)
	mapped := s.hex(domain, only)
	out := []byte(text)
	for i, at := 0, 0; i < len(out); i++ {
		if isHex(out[i]) {
			out[i] = mapped[at]
			at++
		}
	}
	return string(out)
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }
