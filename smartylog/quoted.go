package smartylog

import (
	"bytes"
	"sort"
)

// quotedText finds headers that are only text in a quoted value. Clients send
// what they like as a user agent, and Python's quotes show where it ends: such a
// line is one record. Torn writes leave the quote open or break it; or it is
// closed by a quote of the record that follows, and then the rest of the line
// makes no sense.
type quotedText struct {
	splitter       // stands after the values that were looked at
	of       int64 // file offset of the record whose pairs these are
	known    bool
	sound    bool // the rest of the line is pairs and nothing else
	rest     splitter
	value    span  // the value looked at last
	within   trace // what it holds
}

// end is where the literal ends in whose middle b[at] is; -1 if there is none. b
// is the first line of the record at pos. Calls for one record come with growing
// at; together they look at each byte a few times at most.
func (q *quotedText) end(b []byte, at, message int, pos int64) int {
	b = bytes.TrimRight(b, "\r\n")
	if !q.known || q.of != pos {
		q.known, q.of, q.sound, q.value = true, pos, false, span{}
		name, pairs := eventAt(b[message:])
		q.begin(b, message+pairs, documented.keysOf(name))
	}
	if at < q.value.to {
		return q.literalAround(b, at)
	}
	q.b, q.eol = b[:at], 0
	k, ok := q.openValue()
	if !ok {
		return -1
	}
	q.b, q.eol = b, 0
	q.within.values = q.within.values[:0]
	if q.readTraced(k.value, &q.within) != nil {
		return -1
	}
	end := q.parser.p
	if q.sound = q.sound || q.endsWell(end); !q.sound || !q.endsValue(end) {
		return -1
	}
	q.value = span{k.value, end}
	q.keep(pair{name: k.name, from: q.p, value: q.value, repr: true})
	return q.literalAround(b, at)
}

// literalAround is where the literal ends that holds b[at]; -1 if none does. What
// an object prints is free text, whose end is a guess: it has no literals.
func (q *quotedText) literalAround(b []byte, at int) int {
	values := q.within.values // in the order of their ends
	i := sort.Search(len(values), func(i int) bool { return values[i].to > at })
	if i < len(values) && values[i].from < at && isLiteral(b[values[i].from:]) {
		return values[i].to
	}
	return -1
}

// isLiteral tells whether the value at the start of b is a text in quotes.
func isLiteral(b []byte) bool {
	p := parser{b: b}
	n := p.literalPrefix()
	return n < len(b) && (b[n] == '\'' || b[n] == '"')
}

// openValue passes over the pairs in q.b and stops at the one whose value goes on
// beyond its end.
func (q *quotedText) openValue() (k keyPlace, ok bool) {
	for {
		q.p = skipGap(q.b, q.p)
		if q.p >= len(q.b) {
			return k, false
		}
		if k, ok = keyAt(q.b, q.p); !ok {
			q.skipWord()
			continue
		}
		if !q.isEmpty(k) && q.read(k.value) == errOpen {
			return k, true
		}
		q.add(k)
	}
}

// endsWell tells whether from p on the line has pairs only, and no quote that
// they leave over; the last of them may be cut off.
func (q *quotedText) endsWell(p int) bool {
	rest := &q.rest
	rest.begin(q.b, p, q.event)
	if !rest.endsValue(p) {
		return false
	}
	for {
		rest.p = skipGap(rest.b, rest.p)
		if rest.p >= len(rest.b) {
			return true
		}
		k, ok := keyAt(rest.b, rest.p)
		if !ok {
			return false
		}
		rest.add(k)
		last := rest.pairs[len(rest.pairs)-1]
		if last.open {
			return true
		}
		if !last.repr && bytes.ContainsAny(last.value.of(rest.b), `'"`) {
			return false
		}
	}
}
