package notifiers

import (
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// What is set where nothing is.
const (
	DefaultOnTime  = 10 * time.Second
	DefaultCatchUp = 15 * time.Minute
)

const (
	catchUpHolds   = time.Minute      // at most: what fires, though it may prove to be over
	catchUpLongest = 15 * time.Minute // at most: the digest, though reading is behind still
)

// What became of an alert that was read late, in alert.Late. It stays until the
// receiver was told, or never will be.
const (
	lateFired  = "fired"  // as far as has been read
	lateMissed = "missed" // over, and would have been told, had it been read in time
	latePast   = "past"   // the same, longer ago than catch_up
	lateMuted  = "muted"  // would not have been told in time either
)

// lags is what is known of reading that is behind. A restart finds it out anew,
// except for past: after a kill amid the backlog an alert may be told though one
// that was over before the kill inhibited it.
type lags struct {
	waits time.Time   // reading is behind, it is looked again then; zero: it is not
	past  []inhibitor // over already; what they inhibited may be read still
}

// Progress says up to which second everything has been read. While that is further
// back than catch_up, it is not known yet what still fires.
func (d *Dispatcher) Progress(final int64, now time.Time) {
	if now.Sub(time.Unix(final, 0)) > d.o.CatchUp+d.o.OnTime {
		d.waits = now.Add(time.Second)
		return
	}
	d.lags = lags{}
}

// behind is how long after its second a transition is seen.
func (d *Dispatcher) behind(t alert.Transition, now time.Time) time.Duration {
	return now.Sub(time.Unix(t.At, 0))
}

// noteLate follows alerts that the receiver knows nothing of and that are read late.
// One that is over by the time it is read was never due by the wall clock: it is
// told afterwards if it lasted as long as its group waits, and nothing held it back
// all that time. Digests tell what is over anyway.
func (d *Dispatcher) noteLate(g *group, r *Route, t alert.Transition, now time.Time) {
	_, known := g.alerts[t.AlertID]
	_, told := g.told[t.AlertID]
	if told || r.Digest != nil {
		return
	}
	late := d.behind(t, now) > d.o.OnTime
	switch {
	case t.State == alert.Resolved:
		d.noteLateEnd(g, r, t, now)
	case t.State == alert.Event && d.behind(t, now) > d.o.CatchUp:
		d.judgeLate(g, r, t, time.Unix(t.At, 0), now)
	case t.State != alert.Event && late && !known:
		g.late[t.AlertID] = alert.Late{AlertID: t.AlertID, Since: t.At, Fate: lateFired}
	}
}

func (d *Dispatcher) noteLateEnd(g *group, r *Route, t alert.Transition, now time.Time) {
	l, late := g.late[t.AlertID]
	var due time.Time
	switch {
	case late:
		due = time.Unix(l.Since, 0).Add(r.wait())
	case d.behind(t, now) > d.o.OnTime && !g.Due.IsZero():
		due = g.Due // nobody was there when it came
	default:
		return
	}
	if delete(g.late, t.AlertID); !due.After(time.Unix(t.At, 0)) {
		d.judgeLate(g, r, t, due, now)
	}
}

// judgeLate decides what becomes of an alert that is over, and would have been due.
func (d *Dispatcher) judgeLate(g *group, r *Route, t alert.Transition, due, now time.Time) {
	fate := lateMissed
	switch {
	case !d.wasFree(g, r, t, due):
		fate = lateMuted
	case d.behind(t, now) > d.o.CatchUp:
		fate = latePast
		if g.CatchUp.IsZero() {
			g.CatchUp = now.Add(r.wait())
		}
	}
	g.late[t.AlertID] = alert.Late{AlertID: t.AlertID, Since: t.StartsAt, Fate: fate}
}

// wasFree reports whether there was a moment, from when an alert was due until it
// was over, at which it was not muted. Calendars have whole minutes.
func (d *Dispatcher) wasFree(g *group, r *Route, t alert.Transition, due time.Time) bool {
	over := time.Unix(t.At, 0)
	for at := due; ; at = at.Add(calendarPoll) {
		f := flush{d: d, g: g, route: r, now: at}
		if !f.outOfCalendar(t) && !d.silenced(t, at) && !d.wasInhibited(t, at) {
			return true
		}
		if !at.Add(calendarPoll).Before(over) {
			return false
		}
	}
}

func (d *Dispatcher) wasInhibited(t alert.Transition, at time.Time) bool {
	ls := t.Set(d.o.External)
	for _, by := range d.inhibitors {
		if by.StartsAt <= at.Unix() && d.inhibits(by, t, ls) {
			return true
		}
	}
	for _, by := range d.past {
		if by.StartsAt <= at.Unix() && at.Unix() < by.At && d.inhibits(by, t, ls) {
			return true
		}
	}
	return false
}

// notePast keeps an inhibitor that is over for what is still to be read of its time.
func (d *Dispatcher) notePast(t alert.Transition, now time.Time) {
	by := inhibitor{t, t.Set(d.o.External)}
	if d.behind(t, now) > d.o.OnTime && (len(t.Inhibits) > 0 || d.isSource(by.labels)) {
		d.past = append(d.past, by)
	}
}

// nextLook is when a group is due. While reading is behind, one with alerts that may
// be over by now waits a little: people want to know what goes on.
func (d *Dispatcher) nextLook(g *group) time.Time {
	if g.NextFlush.Before(d.waits) {
		for _, l := range g.late {
			if l.Fate == lateFired {
				return delayed(g.NextFlush, d.waits, catchUpHolds)
			}
		}
	}
	return g.NextFlush
}

// catchUpAt is when what a group has for the receiver's digest may be told.
func (d *Dispatcher) catchUpAt(g *group) time.Time {
	return delayed(g.CatchUp, d.waits, catchUpLongest)
}

// delayed is at, put off until another time, by most at most; zero stays zero.
func delayed(at, until time.Time, most time.Duration) time.Time {
	switch longest := at.Add(most); {
	case at.IsZero() || !until.After(at):
		return at
	case until.After(longest):
		return longest
	}
	return until
}
