package smartylog

import (
	"bytes"
	"math"
)

// Want lets Next pass over records that nobody wants and that say nothing about
// time that the records around them do not say: of a documented event that is not
// wanted, complete and plain, after a believed record and before another one of the
// same second. Records without an event or with anything unusual about them are
// always returned. high is the greatest second of the log before the first byte,
// Unsure if there is none. Call it before the first Next.
func (s *Scanner) Want(wants func(event string) bool, high int64) {
	s.wants, s.calm = wants, calm{high: high, low: math.MaxInt64, at: Unsure}
}

// Unsure is no second.
const Unsure = math.MinInt64

// Passed is how many records were passed over so far.
func (s *Scanner) Passed() int64 { return s.calm.passed }

// Owed returns the record passed over last, without its text, if no record was
// returned since. It is for a log that breaks off there: else the next record tells
// of those passed over before it.
func (s *Scanner) Owed(rec *Record) bool {
	c := &s.calm
	if c.passed == c.before {
		return false
	}
	last := s.last()
	*rec = Record{Pos: s.pos, Sec: last.sec, Offset: s.cur.offset, Event: last.event, Passed: c.passed - c.before - 1}
	c.before = c.passed
	return true
}

// calm is what allows records to be passed over.
type calm struct {
	high   int64 // no second was greater that may have been believed
	low    int64 // the least second of which records were passed over
	at     int64 // the second of the record returned last, if more of it may be passed over; else Unsure
	passed int64
	before int64 // passed, when the last record was returned
}

// backSlack is how many seconds a record may be behind the greatest second for others
// of its second to be passed over: whoever watches for clocks that are set back
// takes no notice of that much (semantics §1.8).
const backSlack = 60

// aheadSlack is how many seconds a record may be ahead of the next before its time is
// surely not believed (semantics §1.7).
const aheadSlack = 120

// fits tells whether records of a second may be passed over after those before.
func (c *calm) fits(sec int64) bool { return c.high == Unsure || sec >= c.high-backSlack }

// follow takes over what was known before the first record.
func (c *calm) follow(before *calm) {
	c.high = max(c.high, before.high)
	if !c.fits(c.at) {
		c.at = Unsure
	}
}

// settleDown notes the record that is about to be returned. next is the one that
// follows, nil if it is not known.
func (s *Scanner) settleDown(rec *Record, next *mark) {
	c := &s.calm
	rec.Passed = c.passed - c.before
	c.before = c.passed
	if s.wants == nil || rec.HasTime() && rec.Sec == c.at {
		return
	}
	c.at = Unsure
	timed := next != nil && next.flags&(Orphan|BadHeader) == 0
	if !rec.HasTime() || timed && rec.Sec > next.sec+aheadSlack {
		return
	}
	if timed && rec.Sec == next.sec && c.fits(rec.Sec) && !rec.IsSuspect() {
		c.at = rec.Sec
	}
	c.high = max(c.high, rec.Sec)
}

// passable tells whether the open record, which ends at the current line, may be
// passed over. next is the record that follows.
func (s *Scanner) passable(next *mark) bool {
	c := &s.cur
	return c.idle && c.sec == s.calm.at && next.sec == c.sec && c.flags == 0 && next.flags == 0 &&
		!c.loose && !c.cut && c.lines <= MaxLines && s.line-s.start <= MaxRecord
}

// passOver does for the open record what emit does, as far as it matters to those
// that follow.
func (s *Scanner) passOver() {
	s.passed(1, callLine{s.start, s.cur.message, s.cur.pairs, s.cur.event}, s.line)
}

// passed notes that so many records were passed over, the last of them up to end.
func (s *Scanner) passed(n int64, last callLine, end int) {
	s.calm.passed += n
	s.calm.low = min(s.calm.low, s.cur.sec)
	_, cur := s.neighbours()
	*cur = previous{raw: s.buf[last.start:end], message: last.message, pairs: last.pairs, event: last.event, timed: true, sec: s.cur.sec}
	s.pos = s.base + int64(end)
}

// callLine is a record of one line that was printed by a call seen before.
type callLine struct {
	start          int // in the block
	message, pairs int // from there
	event          string
}

// passLines passes over records as long as each is one plain line, printed by a
// call seen before, in the second of the next: it does what Next does with them, in
// one go. It begins and ends where all that is known of the open record has been
// looked at.
func (s *Scanner) passLines() {
	if s.torn.waits || !s.passable(&s.cur.mark) || !s.stamps.repeats(&s.cur.stamp) {
		return
	}
	var last callLine
	open := callLine{s.start, s.cur.message, s.cur.pairs, s.cur.event}
	line, n := s.line, int64(0)
	for line-open.start < split && (s.stop == 0 || line < s.stop) {
		next, end := s.callAt(line)
		if end < 0 {
			break
		}
		last, open, line = open, next, end
		n++
	}
	if n == 0 {
		return
	}
	s.passed(n, last, open.start)
	s.lines += n
	s.cur.junk, s.cur.lines, s.cur.level, s.cur.pos = 0, 1, s.stamps.n, s.pos
	s.cur.message, s.cur.pairs, s.cur.event = open.message, open.pairs, open.event
	s.start, s.line, s.scan, s.end = open.start, line, line, 0
}

// callAt reads a line of the second read last that nobody wants and in which there
// is but one record, and where it ends; -1 if there is something else.
func (s *Scanner) callAt(line int) (l callLine, end int) {
	b, n := s.buf[line:s.w], s.stamps.n
	if len(b) <= n || !bytes.Equal(b[:n], s.stamps.text[:n]) {
		return l, -1
	}
	var c call
	seen := s.places.at(b[n:], &c)
	if !seen.is(b[n:], &c) || !seen.idle {
		return l, -1
	}
	l = callLine{line, n + c.close + seen.message, n + c.close + seen.tail - 1, seen.event}
	rest := b[l.pairs:]
	if end = bytes.IndexByte(rest, '\n'); end < 0 || mayGlue(rest[:end]) {
		return l, -1
	}
	return l, line + l.pairs + end + 1
}

// mayGlue tells whether a header may stand within the rest of a line.
func mayGlue(rest []byte) bool {
	for {
		i := bytes.IndexByte(rest, '[')
		if i < 0 {
			return false
		}
		if rest = rest[i+1:]; beginsProcess(rest) {
			return true
		}
	}
}
