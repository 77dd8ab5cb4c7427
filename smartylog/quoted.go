package smartylog

import "bytes"

// quotedText finds headers that are only text in a quoted value. Clients send
// what they like as a user agent, and Python's quotes show where it ends: such a
// line is one record. Torn writes leave the quote open or break it.
type quotedText struct {
	splitter
	of    int64 // file offset of the record whose pairs these are
	known bool
}

// end is where the quoted value ends in whose middle b[at] is; -1 if there is
// none. b is the first line of the record at pos.
func (q *quotedText) end(b []byte, at, message int, pos int64) int {
	if !q.known || q.of != pos {
		q.known, q.of = true, pos
		b = bytes.TrimRight(b, "\r\n")
		name, pairs := eventAt(b[message:])
		q.begin(b, message+pairs, documented.keysOf(name))
		q.split()
	}
	for i := range q.pairs {
		if v := q.pairs[i].value; v.from < at && at < v.to {
			// The end of an object is a guess, so that one before the header proves nothing.
			if !q.pairs[i].repr || bytes.IndexByte(q.b[v.from:at], '<') >= 0 {
				return -1
			}
			return v.to
		}
	}
	return -1
}
