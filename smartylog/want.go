package smartylog

import "math"

// Want lets Next pass over records that nobody wants and that say nothing about
// time that the records around them do not say: of an unwanted event, complete and
// plain, at the greatest second so far, after a record and before another one of
// that same second. Records without an event or with anything unusual about them
// are always returned. high is the greatest second of the log before the first
// byte, Unsure if there is none. Call it before the first Next.
func (s *Scanner) Want(wants func(event string) bool, high int64) {
	s.wants, s.calm = wants, calm{high: high, at: Unsure}
}

// Unsure is no second.
const Unsure = math.MinInt64

// Passed is how many records were passed over so far.
func (s *Scanner) Passed() int64 { return s.calm.passed }

// calm is what allows records to be passed over.
type calm struct {
	high   int64 // greatest second of a record that is believed
	at     int64 // second of the last record, if it is high; else Unsure
	passed int64
	before int64 // passed, when the last record was returned
}

// settleDown notes the record that is about to be returned. One that is ahead of the
// next is not believed.
func (s *Scanner) settleDown(rec *Record, next *mark) {
	if s.wants == nil {
		return
	}
	c := &s.calm
	rec.Passed, rec.PassedSec = c.passed-c.before, 0
	if rec.Passed > 0 {
		rec.PassedSec = c.at
	}
	c.before = c.passed
	if !rec.HasTime() || rec.Sec < c.high {
		c.at = Unsure
		return
	}
	if rec.Sec == c.at {
		return
	}
	if c.at = Unsure; rec.IsSuspect() || next != nil && next.flags&BadHeader == 0 && rec.Sec > next.sec+aheadSlack {
		return
	}
	c.high, c.at = rec.Sec, rec.Sec
}

// aheadSlack is how many seconds a record may be ahead of the next before its time is
// not believed, as that of records from the future is not (semantics §1.7).
const aheadSlack = 120

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
	s.calm.passed++
	_, cur := s.neighbours()
	*cur = previous{raw: s.buf[s.start:s.line], message: s.cur.message, pairs: s.cur.pairs, event: s.cur.event, timed: true, sec: s.cur.sec}
	s.pos = s.base + int64(s.line)
}
