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
// Unsure if there is none. Call it before the first Next, or WantNow.
func (s *Scanner) Want(wants func(event string) bool, high int64) {
	s.wants, s.calm = wants, calm{high: high, low: math.MaxInt64, at: Unsure}
	s.After(high)
}

// WantNow is Want for a scanner that has returned records: it holds for all that were
// neither returned nor passed over.
func (s *Scanner) WantNow(wants func(event string) bool, high int64) {
	passed, before, bytes := s.calm.passed, s.calm.before, s.calm.bytes
	s.Want(wants, high)
	s.calm.passed, s.calm.before, s.calm.bytes = passed, before, bytes
	s.places = places{} // they tell what was wanted then
}

// Trust says that the log is read as it is written: records up to second until are
// believed whatever follows them, and none after it is passed over. Without it
// what follows a record decides. Call it after Want, again as time goes on.
func (s *Scanner) Trust(until int64) { s.calm.until = until }

// After says of what second the log was before the first byte: in the hour that autumn
// repeats, a file that begins, or is read from the middle, goes on with it. Once a record
// was read, that tells.
func (s *Scanner) After(sec int64) {
	if s.stamps.n == 0 {
		s.stamps.last.sec = sec
	}
}

// Unsure is no second.
const Unsure = math.MinInt64

// Passed is how many records were passed over so far.
func (s *Scanner) Passed() int64 { return s.calm.passed }

// Owes tells whether records were passed over since the last one was returned.
func (s *Scanner) Owes() bool { return s.calm.passed > s.calm.before }

// Owed returns the record passed over last, without its text, if no record was
// returned since; PassedBytes are its own too. It is for a log that breaks off there:
// else the next record tells of those passed over before it.
func (s *Scanner) Owed(rec *Record) bool {
	c := &s.calm
	if !s.Owes() {
		return false
	}
	last := s.last()
	*rec = Record{Pos: s.pos, Sec: last.sec, Offset: s.cur.offset, Event: last.event, Passed: c.passed - c.before - 1, PassedBytes: c.bytes}
	c.before, c.bytes = c.passed, 0
	return true
}

// calm is what allows records to be passed over.
type calm struct {
	high   int64 // no second was greater that may have been believed
	low    int64 // the least second of which records were passed over
	at     int64 // the second of the record returned last, if more of it may be passed over; else Unsure
	until  int64 // what is later is not passed over, what is not is believed; 0: what follows decides
	passed int64
	before int64 // passed, when the last record was returned
	bytes  int64 // of the records passed over since then
}

// BackSlack is how many seconds a record may be behind the greatest second for others
// of its second to be passed over: whoever watches for clocks that are set back
// takes no notice of that much (semantics §1.8).
const BackSlack = 60

// aheadSlack is how many seconds a record may be ahead of the next before its time is
// surely not believed (semantics §1.7).
const aheadSlack = 120

// fits tells whether records of a second may be passed over after those before.
func (c *calm) fits(sec int64) bool { return c.high == Unsure || sec >= c.high-BackSlack }

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
	rec.Passed, rec.PassedBytes = c.passed-c.before, c.bytes
	c.before, c.bytes = c.passed, 0
	if s.wants == nil || rec.HasTime() && rec.Sec == c.at {
		return
	}
	c.at = Unsure
	timed := next != nil && next.flags&(Orphan|BadHeader) == 0
	if !rec.HasTime() || c.doubts(rec, next, timed) {
		return
	}
	if timed && rec.Sec == next.sec && c.fits(rec.Sec) && !rec.IsSuspect() {
		c.at = rec.Sec
	}
	c.high = max(c.high, rec.Sec)
}

// doubts tells whether a record's time is surely not believed, as far as is known by
// now.
func (c *calm) doubts(rec *Record, next *mark, timed bool) bool {
	if c.until != 0 {
		return rec.Sec > c.until
	}
	return timed && rec.Sec > next.sec+aheadSlack
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
	s.calm.bytes += int64(end - s.start)
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

// seenLine is where a call seen before has printed a line.
type seenLine struct {
	start, close int // in the block; the thread's bracket, behind the stamp
	seen         *place
}

// call is the line as a record, whose stamp is n bytes long.
func (l seenLine) call(n int) callLine {
	return callLine{l.start, n + l.close + l.seen.message, n + l.close + l.seen.tail - 1, l.seen.event}
}

// passLines passes over records as long as each is one plain line, printed by a
// call seen before, in the second of the next: it does what Next does with them, in
// one go. It begins and ends where all that is known of the open record has been
// looked at.
func (s *Scanner) passLines() {
	if s.torn.waits || !s.passable(&s.cur.mark) || !s.stamps.repeats(&s.cur.stamp) {
		return
	}
	var last, open seenLine
	line, n, start := s.line, int64(0), s.start
	for line-start < split && (s.stop == 0 || line < s.stop) {
		next, end := s.nextCall(line)
		if end < 0 {
			break
		}
		last, open = open, next
		start, line = line, end
		n++
	}
	if n == 0 {
		return
	}
	before := callLine{s.start, s.cur.message, s.cur.pairs, s.cur.event}
	if n > 1 {
		before = last.call(s.stamps.n)
	}
	s.passed(n, before, start)
	s.lines += n
	now := open.call(s.stamps.n)
	s.cur.junk, s.cur.lines, s.cur.level, s.cur.pos = 0, 1, s.stamps.n, s.pos
	s.cur.message, s.cur.pairs, s.cur.event = now.message, now.pairs, now.event
	s.start, s.line, s.scan, s.end = start, line, line, 0
}

// callAt reads a line of the second read last that nobody wants and in which there
// is but one record, and where it ends; -1 if there is something else.
func (s *Scanner) callAt(line int) (l seenLine, end int) {
	b, n := s.buf[line:s.w], s.stamps.n
	if len(b) <= n || !bytes.Equal(b[:n], s.stamps.text[:n]) {
		return l, -1
	}
	b = b[n:]
	var c call
	seen := s.places.known(b, &c)
	if seen == nil || !seen.idle {
		return l, -1
	}
	pairs := c.close + seen.tail - 1
	if end = plainEndOfLine(b[pairs:]); end < 0 {
		return l, -1
	}
	return seenLine{line, c.close, seen}, line + n + pairs + end
}

// plainEndOfLine is behind the end of the line that goes on in b; -1 if there is none, or
// a header may stand before it.
func plainEndOfLine(b []byte) int {
	end := bytes.IndexByte(b, '\n')
	for at := 0; at <= end; {
		i := bytes.IndexByte(b[at:end], '[')
		if i < 0 {
			return end + 1
		}
		if at += i + 1; beginsProcess(b[at:]) {
			return -1
		}
	}
	return -1
}
