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
	work    splitter
	bare    bool // its piece ends with a line, and has no traceback
	wants   bool // its event has one
}

// tornFor is how long the rest of a record is waited for, in seconds.
const tornFor = 2

// follow decides, when a record begins at pos, whether it was written between the
// pieces of another one. closed is the record before it, nil if there is none;
// cut tells that its middle was dropped.
func (t *torn) follow(m *mark, pos int64, before *pending, closed []byte) {
	glued := m.flags&Glued != 0
	if t.waits && before.loose {
		own := ownEnd(closed, &before.mark, &t.work)
		t.foreign += int64(own)
		t.waits = own == len(closed) || glued
	}
	if t.waits {
		t.waits = soon(t.sec, m.sec) && (!glued || (pos-t.pos-t.foreign)%split == 0)
	}
	if !t.waits && closed != nil && endsPiece(pos, before) && (glued || soon(before.sec, m.sec)) {
		t.waits, t.pos, t.sec, t.foreign = true, before.pos, before.sec, 0
		if t.bare, t.wants = false, false; !glued && bodyEnd(closed, before.message) == len(closed) {
			t.bare, t.wants = true, keysIn(closed, before.message).hasTrace()
		}
	}
	m.spliced = glued && t.waits
	m.loose = glued || t.waits
	m.bare, m.wants = t.waits && t.bare, t.waits && t.wants
}

// soon tells whether two times are so near that a piece written at one may be
// followed by the rest after what is written at the other.
func soon(a, b int64) bool { return a-b <= tornFor && b-a <= tornFor }

// endsPiece tells whether a record before one at pos may be torn there.
func endsPiece(pos int64, before *pending) bool {
	return pos-before.pos >= split && (pos-before.pos)%split == 0 && before.message > 0
}

// ownEnd is where the bytes end that are surely a loose record's own: its
// context, and the traceback directly after it. What follows may be the rest of
// a torn record. One that was spliced in and is itself longer than a piece may
// have been torn too.
func ownEnd(raw []byte, m *mark, work *splitter) int {
	if m.message <= 0 || m.message >= len(raw) {
		return len(raw)
	}
	end := contextEnd(raw, m.message, work)
	if m.spliced && end > split {
		return split
	}
	if beginsTraceback(raw[end:]) && (!m.bare || m.tracesOwn(raw)) {
		end += tracebackLen(raw[end:])
	}
	return end
}

// tracesOwn decides whose a traceback is after a record that may be the rest of
// a torn one: where neither event tells by what is documented, the record's.
func (m *mark) tracesOwn(raw []byte) bool {
	keys := keysIn(raw, m.message)
	return keys.hasTrace() || keys == nil && !m.wants
}

// keysIn is what is known of the event of a message.
func keysIn(raw []byte, message int) *eventKeys {
	name, _ := eventAt(raw[message:])
	return documented.keysOf(name)
}

// contextEnd is where the line ends in which the context ends, or the traceback
// begins that is its last value. work is reused, as in ownEnd.
func contextEnd(raw []byte, message int, work *splitter) int {
	name, pairs := eventAt(raw[message:])
	body := raw[:bodyEnd(raw, message)]
	work.begin(body, message+pairs, documented.keysOf(name))
	work.split()
	return min(endOfLine(body, min(work.p, len(body)))+1, len(body))
}
