package smartylog

import (
	"bytes"
	"strings"
)

// angle reads an object printed as <…>. A QueryDict is a dict whose one-element
// lists are unwrapped, a QuerySet a list; all else keeps its text.
func (p *parser) angle() (any, error) {
	if p.exhausted() {
		return nil, errForm
	}
	start, after := p.p, p.after
	if n := plainModelEnd(p.b[start:]); n > 0 && p.goesOn(start+n, after) {
		p.p += n
		return p.raw(start)
	}
	if p.hasPrefix("<?xml") {
		return p.xml()
	}
	if n := containerName(p.b[p.p:]); n > 0 {
		p.p += n
		v, err := p.next(">")
		if err == nil && p.at('>') {
			return unwrapped(v), nil
		}
		if err == errOpen {
			return nil, err
		}
		p.ahead += p.p - start
		p.p = start
	}
	end := p.elementEnd()
	if end < 0 {
		end = p.angleEnd(after)
	}
	if end < 0 {
		p.p = len(p.b)
		return nil, errOpen
	}
	p.p = end
	return p.raw(start)
}

// containerName is the length of "<QueryDict: ", "<QuerySet " and the like before
// a dict or a list; 0 if b begins otherwise.
func containerName(b []byte) int {
	n := 1
	for n < len(b) && isNameByte(b[n]) {
		n++
	}
	switch name, rest := b[1:n], b[n:]; {
	case bytes.HasSuffix(name, []byte("QuerySet")) && bytes.HasPrefix(rest, []byte(" [")):
		return n + 1
	case (string(name) == "QueryDict" || string(name) == "MultiValueDict") && bytes.HasPrefix(rest, []byte(": {")):
		return n + 2
	}
	return 0
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
func (p *parser) angleEnd(after string) int {
	asked, answer := -1, false
	goes := func(q int) bool {
		if q != asked {
			asked, answer = q, p.goesOn(q, after)
		}
		return answer
	}
	body := modelName(p.b[p.p:])
	if body > 0 && isQuoted(p.b[p.p+body:]) {
		if end := p.quotedName(p.p + body); end > 0 && goes(end) && !p.event.within(p.b[p.p:end]) {
			return end
		}
	}
	var early func(int) bool
	if body > 0 {
		early = func(q int) bool { return goes(q) && (after != "" || !endsLine(p.b, afterGap(p.b, q))) }
	}
	literals := !p.names && (body == 0 || holdsReprs(p.b[p.p:], body))
	balanced := p.balanced(literals, early)
	if balanced > 0 && goes(balanced) {
		return balanced
	}
	if end := p.nextEnd(goes); end > 0 {
		return end
	}
	return balanced
}

// nextEnd is behind the first ">" of the line after which the text goes on as it
// should; -1 if there is none.
func (p *parser) nextEnd(goes func(int) bool) int {
	for q := p.p + 1; ; {
		i := bytes.IndexByte(p.b[q:], '>')
		if i < 0 {
			p.ahead += len(p.b) - p.p
			return -1
		}
		line := p.b[q : q+i]
		if q += i + 1; bytes.IndexByte(line, '\n') >= 0 {
			p.ahead += q - p.p
			return -1
		}
		if goes(q) {
			return q
		}
	}
}

// modelName is where the name begins in the repr of one of Django's models,
// "<Account: name>"; 0 if b begins otherwise. Quotes in a name are no literals.
func modelName(b []byte) int {
	n := 1
	for n < len(b) && (isNameByte(b[n]) || b[n] == '.' || b[n] >= 0x80) {
		n++
	}
	if bytes.HasPrefix(b[n:], []byte(": ")) && n+2 < len(b) {
		return n + 2
	}
	return 0
}

// plainModelEnd is the length of the repr of a model at the start of b whose name holds no
// quotes and no brackets; 0 if b begins otherwise. Whatever follows decides whether it is a
// value, as it does for angle.
func plainModelEnd(b []byte) int {
	if b[0] != '<' {
		return 0
	}
	name := modelName(b)
	if name == 0 {
		return 0
	}
	for q, c := range b[name:] {
		switch {
		case c == '>':
			return name + q + 1
		case c == '\n' || balances[c]:
			return 0
		}
	}
	return 0
}

// holdsReprs tells whether the object at the start of b, though it looks like a
// model with its name at body, shows reprs: a request, an object, a container.
func holdsReprs(b []byte, body int) bool {
	switch b[body] {
	case '<':
		return modelName(b[body:]) > 0
	case '[', '(', '{':
		return startsItem(b[body+1:])
	}
	return bytes.HasSuffix(b[:body], []byte("Request: "))
}

// isQuoted tells whether b begins like a literal.
func isQuoted(b []byte) bool {
	if len(b) > 1 && (b[0] == 'u' || b[0] == 'b') {
		b = b[1:]
	}
	return b[0] == '\'' || b[0] == '"'
}

// quotedName is the end of an object whose name at b[q] is one literal, as those
// of enums are; -1 if it is not.
func (p *parser) quotedName(q int) int {
	if p.b[q] == 'u' || p.b[q] == 'b' {
		q++
	}
	end, _ := closingQuote(p.b, q+1, p.b[q])
	if end < 0 {
		p.ahead += endOfLine(p.b, q) - q
		return -1
	}
	p.ahead += end - q
	if end+1 >= len(p.b) || p.b[end+1] != '>' {
		return -1
	}
	return end + 2
}

// afterGap is where b goes on after white space and commas.
func afterGap(b []byte, p int) int {
	for p < len(b) && (b[p] == ' ' || b[p] == ',' || b[p] == '\t') {
		p++
	}
	return p
}

// goesOn tells whether a value may end at q: at top level the line ends there or
// the next key follows, within a container what after has.
func (p *parser) goesOn(q int, after string) bool {
	b := p.b[q:]
	if after == "" {
		return p.event.follows(b)
	}
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\n') {
		b = b[1:]
	}
	if len(b) == 0 || strings.IndexByte(after, b[0]) < 0 {
		return false
	}
	return b[0] != ',' || startsItem(b[afterSpace(b, 1):])
}

// startsItem tells whether b can begin an item of a container, or close it.
func startsItem(b []byte) bool {
	n := 0
	for n < len(b) && (isNameByte(b[n]) || b[n] == '.') {
		n++
	}
	switch word := b[:n]; {
	case n == len(b):
		return true
	case n == 0:
		return strings.IndexByte("'\"[({<-)]}", b[0]) >= 0
	case isDigit(b[0]) || b[0] == '.':
		return true
	case strings.IndexByte("('\"=<", b[n]) >= 0 || bytes.IndexByte(word, '.') > 0:
		return true
	default:
		return isConstant(string(word))
	}
}

// balanced finds where the "<" at p is closed; -1 if it is not. With literals,
// brackets in what looks like one do not count, and the object is one whose end
// depends on that. A name may hold a "<" of its own, so the object also ends where
// early says so, outside other brackets. Nothing real nests deeper than maxDepth.
func (p *parser) balanced(literals bool, early func(p int) bool) int {
	b, q := p.b, p.p
	for depth, brackets := 0, 0; q < len(b) && depth <= maxDepth; q++ {
		if !balances[b[q]] {
			continue
		}
		switch b[q] {
		case '<':
			depth++
		case '>':
			if depth--; depth == 0 || early != nil && brackets == 0 && early(q+1) {
				return q + 1
			}
		case '[', '(', '{':
			brackets++
		case ']', ')', '}':
			brackets = max(brackets-1, 0)
		case '\'', '"':
			if !literals || !opensText(b, q) {
				continue
			}
			if end, _ := closingQuote(b, q+1, b[q]); end > 0 && closesText(b, end) {
				q, p.unsure = end, true
			}
		}
	}
	p.ahead += q - p.p
	return -1
}

// balances marks the bytes that balanced looks at.
var balances = func() (t [256]bool) {
	for _, c := range []byte(`<>[](){}'"`) {
		t[c] = true
	}
	return t
}()

// closesText tells whether the quote at b[p] can be the end of a literal: no
// word follows.
func closesText(b []byte, p int) bool {
	return p+1 >= len(b) || !isNameByte(b[p+1]) && b[p+1] < 0x80
}

// opensText tells whether the quote at b[p] can be the start of a literal.
func opensText(b []byte, p int) bool {
	c := b[p-1]
	if (c == 'u' || c == 'b') && p >= 2 {
		c = b[p-2]
	}
	return strings.IndexByte(" =([{,:", c) >= 0
}

// maxProlog bounds the prolog of an XML document, in bytes.
const maxProlog = 1 << 10

// xml reads an XML document with a prolog, which may span lines.
func (p *parser) xml() (any, error) {
	start := p.p
	i := bytes.Index(p.b[p.p:min(len(p.b), p.p+maxProlog)], []byte("?>"))
	if i < 0 {
		p.p = len(p.b)
		return nil, errOpen
	}
	p.p += i + 2
	prolog := p.p
	p.space()
	if p.peek(0) != '<' {
		p.p = prolog
		return p.raw(start)
	}
	name := p.b[p.p+1:]
	if end := bytes.IndexAny(name, " />\r\n\t"); end >= 0 {
		name = name[:end]
	}
	end := p.balanced(true, nil)
	if end < 0 {
		p.p = len(p.b)
		return nil, errOpen
	}
	if p.b[end-2] != '/' {
		if closed := p.closingTag(end, name); closed > 0 {
			end = closed
		}
	}
	p.p = end
	return p.raw(start)
}

// addressText is before a memory address.
const addressText = " at 0x"

var addressStart = []byte(addressText)

// cutAddresses removes memory addresses (" at 0x7f3d2c11ad50") from a repr, so
// that equal objects have equal text.
func cutAddresses(s string) string {
	const at = addressText
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
