package smartylog

import "bytes"

// elementEnd is where the XML element at b[p] ends that has no attributes and no
// prolog before it but others in it, maybe over several lines, such as an answer
// of a payment gateway; -1 if there is none.
func elementEnd(b []byte, p int) int {
	n := p + 1
	for n < len(b) && isNameByte(b[n]) {
		n++
	}
	if n == p+1 || n+1 >= len(b) || b[n] != '>' || b[n+1] != '<' && b[n+1] != '\n' && b[n+1] != '\r' {
		return -1
	}
	closing := append(append([]byte("</"), b[p+1:n]...), '>')
	if i := bytes.Index(b[n:], closing); i >= 0 {
		return n + i + len(closing)
	}
	return -1
}
