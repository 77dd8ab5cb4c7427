package smartylog

import (
	"cmp"
	"slices"
	"strings"
)

// trace is what a parser leaves behind: the places of the values it has read, a
// container after what it contains.
type trace struct {
	values []span
}

// note remembers the value that began at from. What was read within it is
// forgotten if it was no value, or if it was one thing of its own: what an object
// prints in its brackets is text unless it prints a container.
func (t *trace) note(p *parser, from int, err error) {
	if err != nil || p.b[from] == '<' && !t.holdsContainer(p, from) {
		for len(t.values) > 0 && t.values[len(t.values)-1].from >= from {
			t.values = t.values[:len(t.values)-1]
		}
	}
	if err == nil {
		t.values = append(t.values, span{from, p.p})
	}
}

// holdsContainer tells whether the object at from was read as <QuerySet […]> and
// the like: the value noted last then ends right before its bracket.
func (t *trace) holdsContainer(p *parser, from int) bool {
	if len(t.values) == 0 {
		return false
	}
	last := t.values[len(t.values)-1]
	return last.from > from && last.to+1 == p.p
}

// inOrder gives the values as they begin, a container before what it contains.
func (t *trace) inOrder() []span {
	slices.SortFunc(t.values, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to))
	})
	return t.values
}

// callName is the name of a call such as datetime.date(…); "" if s is none.
func callName(s []byte) string {
	n := 0
	for n < len(s) && (isNameByte(s[n]) || s[n] == '.') {
		n++
	}
	if n == 0 || n >= len(s) || s[n] != '(' || isDigit(s[0]) {
		return ""
	}
	name := string(s[:n])
	return name[strings.LastIndexByte(name, '.')+1:]
}
