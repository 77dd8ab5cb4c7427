package smartylog

// split is the size of the pieces in which Python 2.7 writes long records. A
// header at a multiple of it is another process's record, not a forgery.
const split = 4096

// torn is a long record between whose pieces others were written. Its rest comes
// as lines without a header, after one of those others.
type torn struct {
	waits   bool // its rest has not come yet
	pos     int64
	sec     int64
	foreign int64 // bytes of other records since
}

// tornFor is how long the rest of a record is waited for, in seconds.
const tornFor = 2

// follow decides, when a record begins at pos, whether it was written between the
// pieces of another one. closed is the record before it, nil if there is none;
// cut tells that its middle was dropped.
func (t *torn) follow(m *mark, pos int64, before *pending, closed []byte) {
	glued := m.flags&Glued != 0
	if t.waits && before.loose {
		own := ownEnd(closed, before.message, before.spliced)
		t.foreign += int64(own)
		t.waits = own == len(closed) || glued
	}
	if t.waits {
		t.waits = m.sec-t.sec <= tornFor && t.sec-m.sec <= tornFor && (!glued || (pos-t.pos-t.foreign)%split == 0)
	}
	if !t.waits && glued && closed != nil && (pos-before.pos)%split == 0 {
		*t = torn{waits: true, pos: before.pos, sec: before.sec}
	}
	m.spliced = glued && t.waits
	m.loose = glued || t.waits
}

// ownEnd is where the bytes end that are surely a loose record's own: its
// context, and the traceback directly after it. What follows may be the rest of
// a torn record. One that was spliced in and is itself longer than a piece may
// have been torn too.
func ownEnd(raw []byte, message int, spliced bool) int {
	if message <= 0 || message >= len(raw) {
		return len(raw)
	}
	end := contextEnd(raw, message)
	if spliced && end > split {
		return split
	}
	if beginsTraceback(raw[end:]) {
		end += tracebackLen(raw[end:])
	}
	return end
}

// contextEnd is where the line ends in which the context ends, or the traceback
// begins that is its last value.
func contextEnd(raw []byte, message int) int {
	name, pairs := eventAt(raw[message:])
	s := splitter{b: raw[:bodyEnd(raw, message)], p: message + pairs, event: documented.keysOf(name)}
	s.split()
	at := min(s.p, len(s.b))
	return min(endOfLine(s.b, at)+1, len(s.b))
}
