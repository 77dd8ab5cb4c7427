package anonymise

import (
	"crypto/hmac"
	"crypto/sha256"
	"math"
	"strconv"
	"strings"
)

// MinKey is the least length of a key in bytes.
const MinKey = 16

// standins gives what stands for a value. It is immutable.
type standins struct {
	key     []byte
	numbers permuter
}

// Domains in which values are mapped: a PIN and an account number that are equal
// by chance must not stay so, all else is one domain.
const (
	plain byte = iota
	secret
)

func newStandins(key []byte) (*standins, error) {
	s := &standins{key: key}
	cipherKey := s.mac(plain, "smarty-alert anonymise numbers")
	var err error
	s.numbers, err = newPermuter(cipherKey[:])
	return s, err
}

func (s *standins) mac(domain byte, value string) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte{domain})
	h.Write([]byte(value))
	h.Sum(sum[:0])
	return sum
}

// nameAlphabet has no i, l, o and u, so that a name neither reads as a word nor
// as another name.
const nameAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// nameLength gives 50 bits: among a million values two share a name once in 2,000 logs.
const nameLength = 10

// name is "kind-8hq2kd7wm3" for a value.
func (s *standins) name(kind string, domain byte, value string) string {
	sum := s.mac(domain, value)
	out := make([]byte, 0, len(kind)+1+nameLength)
	out = append(append(out, kind...), '-')
	for _, b := range sum[:nameLength] {
		out = append(out, nameAlphabet[b&31])
	}
	return string(out)
}

// tail is how many digits at the end of a long number are mapped: those in which
// the ways to write a telephone number agree.
const tail = 9

// digits maps a run of digits to one of the same length. Zeros in front stay, and
// of 10 to 12 digits all but the last nine: +7 900 …, 8 900 … and 900 … are one
// telephone.
func (s *standins) digits(domain byte, text string) string {
	rest := strings.TrimLeft(text, "0")
	zeros := text[:len(text)-len(rest)]
	n := len(rest)
	switch {
	case n == 0:
		return text
	case n <= tail:
		return zeros + s.between(domain, rest, power10(n-1), power10(n))
	case n <= tail+3:
		last := s.number(domain, rest[n-tail:], power10(tail))
		return zeros + rest[:n-tail] + strings.Repeat("0", tail-len(last)) + last
	case n < 19:
		return zeros + s.between(domain, rest, power10(n-1), power10(n))
	case n == 19:
		return zeros + s.long(domain, rest)
	}
	return text[:len(zeros)+1] + s.manyDigits(domain, text[len(zeros)+1:])
}

// number maps the digits of a number below n.
func (s *standins) number(domain byte, text string, n uint64) string {
	x, _ := strconv.ParseUint(text, 10, 64)
	return strconv.FormatUint(s.numbers.number(domain, x, n), 10)
}

// between maps the digits of a number within lo ≤ x < hi.
func (s *standins) between(domain byte, text string, lo, hi uint64) string {
	x, _ := strconv.ParseUint(text, 10, 64)
	return strconv.FormatUint(lo+s.numbers.number(domain, x-lo, hi-lo), 10)
}

// long maps 19 digits so that an integer of 64 bits stays one.
func (s *standins) long(domain byte, text string) string {
	const limit = uint64(math.MaxInt64) + 1
	if x, err := strconv.ParseUint(text, 10, 64); err == nil && x >= limit {
		return s.between(domain, text, limit, power10(19))
	}
	return s.between(domain, text, power10(18), limit)
}

// power10 is 10ⁿ for n below 20; the last of them is beyond 64 signed bits.
func power10(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// manyDigits gives as many digits as text has, drawn by all of it.
func (s *standins) manyDigits(domain byte, text string) string {
	out := make([]byte, 0, len(text))
	for block := 0; len(out) < len(text); block++ {
		sum := s.mac(domain, "digits "+strconv.Itoa(block)+" "+text)
		for _, b := range sum {
			if b < 250 && len(out) < len(text) { // 250: each digit equally often
				out = append(out, '0'+b%10)
			}
		}
	}
	return string(out)
}

// inDigits maps the digits of a text that also has other characters, such as a
// telephone number in groups.
func (s *standins) inDigits(domain byte, text string) string {
	only := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	mapped := s.digits(domain, only)
	out := []byte(text)
	for i, at := 0, 0; i < len(out); i++ {
		if isDigit(out[i]) {
			out[i] = mapped[at]
			at++
		}
	}
	return string(out)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
