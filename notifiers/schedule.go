package notifiers

import (
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// schedule sets when the group is looked at next. A group that holds nothing is
// over; it lingers only after events, for one interval, so that a rule that emits
// one every second is told once per interval, and while what it held may yet be
// found to be flapping.
func (f *flush) schedule(sent, ripe, lingers bool) {
	g := f.g
	g.NextFlush = time.Time{}
	quiet := g.LastSent.Add(f.route.interval())
	if len(g.alerts) == 0 && len(g.flaps) == 0 && !(lingers && quiet.After(f.now)) {
		f.d.drop(g)
		return
	}
	f.scheduleDue(sent, ripe)
	if g.NotBefore.After(f.now) {
		g.wake(g.NotBefore)
	} else {
		g.NotBefore = time.Time{}
	}
	if g.Due.After(f.now) {
		g.wake(g.Due)
	} else if f.Held > 0 {
		g.wake(f.nextPoll())
	}
	if len(g.alerts) == 0 {
		g.wake(later(quiet, f.now.Add(time.Second)))
		g.wakeWhenCalm(f.d.o.Flapping, f.now)
	}
	f.scheduleRepeats()
	f.d.touch(g)
}

// scheduleDue says when changes that were not told may be.
func (f *flush) scheduleDue(sent, ripe bool) {
	g := f.g
	if sent || ripe && f.Held == 0 {
		g.Due = time.Time{}
	}
	switch {
	case f.Held > 0 && f.route.Digest != nil && (sent || ripe):
		g.Due = f.route.nextDigest(f.now)
	case f.Held > 0 && sent:
		g.Due = f.now.Add(f.route.interval())
	}
}

// scheduleRepeats sets the timers for what was told, the message just made
// included. A repeat that is overdue now was held back.
func (f *flush) scheduleRepeats() {
	for id := range f.g.told {
		f.scheduleRepeat(f.g.alerts[id], f.nextPoll())
	}
}

func (f *flush) scheduleRepeat(t alert.Transition, overdue time.Time) {
	if _, told := f.g.told[t.AlertID]; told && t.Active() && f.routed(t) {
		at := f.g.LastSent.Add(f.repeatOf(t))
		if !at.After(f.now) {
			at = overdue
			if free := f.freeAgain(t); free.After(f.now) && free.Before(at) {
				at = free
			}
		}
		if f.route.Digest != nil {
			at = f.route.nextDigest(at.Add(-time.Nanosecond))
		}
		f.g.wake(at)
	}
}

// freeAgain is when the first of what mutes an alert is known to end; the zero time
// if nothing does.
func (f *flush) freeAgain(t alert.Transition) (at time.Time) {
	at = f.d.silenceEnds(t, f.now)
	if f.unsteady(t) {
		if calm := f.g.flaps[t.Fingerprint].calmAt(f.d.o.Flapping); at.IsZero() || calm.Before(at) {
			at = calm
		}
	}
	return at
}

// nextPoll is when a muted group looks again whether it may speak.
func (f *flush) nextPoll() time.Time {
	poll := f.now.Truncate(calendarPoll).Add(calendarPoll)
	if f.freed.After(f.now) && f.freed.Before(poll) {
		return f.freed
	}
	return poll
}
