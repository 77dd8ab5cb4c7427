package engine

import (
	"math"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Thresholds of semantics §1.8: so many records in a row, each older than the
// source's newest by more than so many seconds, mean that its clock was set back.
const (
	stepRecords = 5
	stepSeconds = 60
)

const never = math.MinInt64

// source is what the engine knows of one log: how far its time has come.
type source struct {
	Name     string
	Maxts    int64 // greatest accepted timestamp; never when there is none
	Final    int64 // greatest second that was final for the source; never falls
	Back     int   // records in a row that lie far before Maxts
	Stepped  bool  // the clock was set back: the source does not hold F until it passes it
	Ahead    int   // records in a row from the future
	Finished bool
	Stalled  bool // it cannot be read, as was said last
	Down     bool // and as it is for the second evaluated last
	// Doubted is the second of a record that looks forged, if it came last and
	// lies beyond Maxts: nothing has contradicted it yet.
	Doubted int64
	// Held are items of records from the future that came before any other
	// record of the source; the next record says which second they are taken at.
	Held []item

	Late, Future, Steps int64
}

// observe notes one timestamp and returns the second the record is taken at and
// the second at which it is evaluated, which is later than the first when the
// record is late. A record that looks forged is taken like any other, but does
// not move the source's time. wait is true when only the source's next record can tell.
func (e *Engine) observe(s *source, rec *smartylog.Record) (taken, at int64, wait bool) {
	if rec.Flags.Has(smartylog.Future) {
		s.Future++
		s.Ahead++
		e.ordered = true
		if s.Maxts == never && !e.placed(s) {
			return 0, 0, true
		}
		taken = max(s.Maxts, e.reached+1)
		e.first = min(taken, positive(e.first, taken))
		return taken, taken, false
	}
	s.Ahead = 0
	sec := rec.Sec
	forged := s.movedBy(sec) && rec.IsSuspect()
	if !forged {
		e.step(s, sec)
		s.Maxts = max(s.Maxts, sec)
	}
	at = sec
	if sec <= s.Final || sec <= e.reached {
		s.Late++
		at = max(s.Final, e.reached) + 1
	}
	e.first = min(at, positive(e.first, at))
	if s.Doubted = never; forged {
		s.Doubted = sec
		return sec, at, false
	}
	e.newest = max(e.newest, sec)
	s.Final = max(s.Final, s.Maxts-e.o.Lateness-1)
	if s.Maxts > e.reached {
		s.Stepped = false
	}
	return sec, at, false
}

// placed reports whether a source without a time of its own has one all the same:
// live it was read to its end, so that what comes now is of now. Local time printed
// as +0000 brings nothing but records from the future, which nothing may hold back.
func (e *Engine) placed(s *source) bool { return s.Final != never && e.reached != never }

// passed counts the late ones among records that were passed over before rec.
func (s *source) passed(rec *smartylog.Record, reached int64) {
	if rec.Sec <= s.Final || rec.Sec <= reached {
		s.Late += rec.Passed
	}
}

// movedBy tells whether a timestamp would change what is known of the source's
// clock. A source's first record has nothing to be forged in.
func (s *source) movedBy(sec int64) bool {
	return s.Maxts != never && (sec > s.Maxts || s.Back > 0 || sec < s.Maxts-stepSeconds)
}

// positive is v, or other when v is never.
func positive(v, other int64) int64 {
	if v == never {
		return other
	}
	return v
}

// step finds a clock that was set back (semantics §1.8).
func (e *Engine) step(s *source, sec int64) {
	if s.Maxts == never || sec >= s.Maxts-stepSeconds {
		s.Back = 0
		return
	}
	if s.Back++; s.Back < stepRecords {
		return
	}
	s.Back, s.Maxts, s.Stepped = 0, sec, true
	e.ordered = true
	s.Steps++
}

// clock is what a record may change of that which the final second F follows from.
type clock struct {
	final, newest int64
	stepped       bool
}

func (e *Engine) clockOf(s *source) clock { return clock{s.Final, e.newest, s.Stepped} }

// refinal moves the final second F on: it is the least over the sources that
// hold it, the newest timestamp when none does, and never falls. It is done
// after every change of a source, so that what is late does not depend on when
// Advance is called.
func (e *Engine) refinal() {
	f, held := int64(math.MaxInt64), false
	for i := range e.sources {
		at := (e.holder + i) % len(e.sources)
		s := e.sources[at]
		if s.Finished || s.Stepped {
			continue
		}
		if s.Final <= e.reached { // the least is no greater; with thousands of sources it is mostly this one again
			e.holder = at
			return
		}
		f, held = min(f, s.Final), true // never while the source was not read
	}
	if !held {
		f = e.newest
	}
	e.reached = max(e.reached, f)
}
