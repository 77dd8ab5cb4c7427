package smartylog

import "bytes"

// elementEnd is where the XML element at p ends that has no attributes and no
// prolog before it but others in it, maybe over several lines, such as an answer
// of a payment gateway; -1 if there is none.
func (p *parser) elementEnd() int {
	b, n := p.b, p.p+1
	for n < len(b) && isNameByte(b[n]) {
		n++
	}
	if n == p.p+1 || n+1 >= len(b) || b[n] != '>' || b[n+1] != '<' && b[n+1] != '\n' && b[n+1] != '\r' {
		return -1
	}
	return p.closingTag(n, b[p.p+1:n])
}

// closingTag is behind the first "</name>" at or after b[from]; -1 if there is none.
func (p *parser) closingTag(from int, name []byte) int {
	for q := from; ; {
		i := bytes.Index(p.b[q:], []byte("</"))
		if i < 0 {
			p.ahead += len(p.b) - from
			return -1
		}
		q += i + len("</")
		if rest := p.b[q:]; len(rest) > len(name) && rest[len(name)] == '>' && bytes.HasPrefix(rest, name) {
			return q + len(name) + 1
		}
	}
}
