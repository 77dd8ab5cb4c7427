package smartylog

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// number reads an integer, a float, "-inf" or the "..." of a truncation.
func (p *parser) number() (any, error) {
	start, floating := p.p, false
	if p.hasPrefix("...") {
		p.p += 3
		return "...", nil
	}
	if c := p.peek(0); c == '-' || c == '+' {
		p.p++
	}
	if p.hasPrefix("inf") {
		if p.p += 3; p.at('j') {
			return p.raw(start)
		}
		return float(math.Inf(44-int(p.b[start])), p)
	}
	digits := p.p
	for ; p.p < len(p.b); p.p++ {
		c := p.b[p.p]
		exponent := (c == '+' || c == '-') && p.p > digits && p.b[p.p-1]|0x20 == 'e'
		if c == '.' || c|0x20 == 'e' || exponent {
			floating = true
		} else if !isDigit(c) {
			break
		}
	}
	text := p.b[start:p.p]
	if p.p == digits || !isDigit(p.b[digits]) && p.b[digits] != '.' {
		return nil, p.missing()
	}
	imaginary := p.at('j')
	if !floating && !imaginary {
		p.at('L')
	}
	if isNameByte(p.peek(0)) && p.p < len(p.b) {
		return nil, errForm
	}
	if imaginary {
		return p.raw(start)
	}
	return p.finite(text, floating)
}

// finite makes a number of its text. Longs beyond int64 stay text.
func (p *parser) finite(text []byte, floating bool) (any, error) {
	if floating {
		f, err := strconv.ParseFloat(string(text), 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return nil, errForm
		}
		return float(f, p)
	}
	if p.skip {
		return nil, nil
	}
	i, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return string(text), nil
	}
	return i, nil
}

// float spares a skipped number its place on the heap.
func float(f float64, p *parser) (any, error) {
	if p.skip {
		return nil, nil
	}
	return f, nil
}

// complex reads "(1+2j)" as its text.
func (p *parser) complex() (any, bool) {
	for i := p.p + 1; i < len(p.b) && i < p.p+64; i++ {
		switch c := p.b[i]; {
		case c == 'j' && i+1 < len(p.b) && p.b[i+1] == ')':
			text := string(p.b[p.p : i+2])
			p.p = i + 2
			return text, true
		case isDigit(c) || c == '.' || c == '+' || c == '-' || c == 'e' || c == 'n' || c == 'a' || c == 'i' || c == 'f':
		default:
			return nil, false
		}
	}
	return nil, false
}

// floatText writes a float as Python does.
func floatText(f float64) string {
	size := math.Abs(f)
	switch {
	case math.IsNaN(f):
		return "nan"
	case math.IsInf(f, 0):
		return strings.TrimPrefix(strings.ToLower(strconv.FormatFloat(f, 'g', -1, 64)), "+")
	case size != 0 && (size < 1e-4 || size >= 1e16):
		return strconv.FormatFloat(f, 'e', -1, 64)
	case f == math.Trunc(f):
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
