package smartylog

import (
	"bytes"
	"strings"
)

// angle reads an object printed as <…>. A QueryDict is a dict whose one-element
// lists are unwrapped, a QuerySet a list; all else keeps its text.
func (p *parser) angle() (any, error) {
	start := p.p
	if p.hasPrefix("<?xml") {
		return p.xml()
	}
	for _, name := range [...]string{"<QueryDict: ", "<MultiValueDict: ", "<QuerySet ", "<ValuesListQuerySet "} {
		if !p.hasPrefix(name) {
			continue
		}
		p.p += len(name)
		v, err := p.value()
		if err == nil && p.at('>') {
			return unwrapped(v), nil
		}
		if err == errOpen {
			return nil, err
		}
		p.p = start
	}
	end := p.angleEnd()
	if end < 0 {
		p.p = len(p.b)
		return nil, errOpen
	}
	p.p = end
	return p.raw(start)
}

// unwrapped takes the values of a QueryDict out of their lists.
func unwrapped(v any) any {
	d, ok := v.(Dict)
	if !ok {
		return v
	}
	for i := range d {
		if list, ok := d[i].Value.([]any); ok && len(list) == 1 {
			d[i].Value = list[0]
		}
	}
	return d
}

// angleEnd finds the end of the object at p. Names inside may hold quotes and
// angle brackets, so the balanced end only counts if the text goes on as it
// should; else the first ">" of the line after which it does.
func (p *parser) angleEnd() int {
	balanced := balancedAngle(p.b, p.p)
	if balanced > 0 && p.goesOn(balanced) {
		return balanced
	}
	limit := len(p.b)
	if i := bytes.IndexByte(p.b[p.p:], '\n'); i >= 0 {
		limit = p.p + i
	}
	for q := p.p + 1; q < limit; q++ {
		i := bytes.IndexByte(p.b[q:limit], '>')
		if i < 0 {
			break
		}
		if q += i; p.goesOn(q + 1) {
			return q + 1
		}
	}
	return balanced
}

// goesOn tells whether a value may end before b[q]: at top level the line ends
// there or the next key follows, within a container a comma or a bracket.
func (p *parser) goesOn(q int) bool {
	if p.depth > 1 {
		for q < len(p.b) && (p.b[q] == ' ' || p.b[q] == '\n') {
			q++
		}
		return q >= len(p.b) || strings.IndexByte(",)]}:>", p.b[q]) >= 0
	}
	return q >= len(p.b) || keyFollows(p.b[q:])
}

// balancedAngle finds where the "<" at b[p] is closed; -1 if it is not.
// Quotes count where a printed value can begin.
func balancedAngle(b []byte, p int) int {
	depth := 0
	for ; p < len(b); p++ {
		switch b[p] {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 {
				return p + 1
			}
		case '\'', '"':
			if !opensText(b, p) {
				continue
			}
			if end, _ := closingQuote(b, p+1, b[p]); end > 0 {
				p = end
			}
		}
	}
	return -1
}

// opensText tells whether the quote at b[p] can be the start of a literal.
func opensText(b []byte, p int) bool {
	c := b[p-1]
	if (c == 'u' || c == 'b') && p >= 2 {
		c = b[p-2]
	}
	return strings.IndexByte(" =([{,:", c) >= 0
}

// xml reads an XML document with a prolog, which may span lines.
func (p *parser) xml() (any, error) {
	start := p.p
	i := bytes.Index(p.b[p.p:], []byte("?>"))
	if i < 0 {
		p.p = len(p.b)
		return nil, errOpen
	}
	p.p += i + 2
	p.space()
	if p.peek(0) != '<' {
		return p.raw(start)
	}
	name := p.b[p.p+1:]
	if end := bytes.IndexAny(name, " />\r\n\t"); end >= 0 {
		name = name[:end]
	}
	end := balancedAngle(p.b, p.p)
	if end < 0 {
		p.p = len(p.b)
		return nil, errOpen
	}
	if p.b[end-2] != '/' {
		closing := append(append([]byte("</"), name...), '>')
		if i := bytes.Index(p.b[end:], closing); i >= 0 {
			end += i + len(closing)
		}
	}
	p.p = end
	return p.raw(start)
}

// cutAddresses removes memory addresses (" at 0x7f3d2c11ad50") from a repr, so
// that equal objects have equal text.
func cutAddresses(s string) string {
	const at = " at 0x"
	if !strings.Contains(s, at) {
		return s
	}
	var out strings.Builder
	for {
		i := strings.Index(s, at)
		if i < 0 {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(s[:i])
		s = s[i+len(at):]
		for s != "" && (isDigit(s[0]) || s[0]|0x20 >= 'a' && s[0]|0x20 <= 'f') {
			s = s[1:]
		}
	}
}
