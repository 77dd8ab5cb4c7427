package notifiers

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// sort finds out how one alert stands.
func (f *flush) sort(t alert.Transition) {
	fate := f.g.late[t.AlertID].Fate
	if fate == latePast { // the receiver's digest tells it
		f.past = true
		return
	}
	told, knows := f.g.told[t.AlertID]
	flap := f.g.flaps[t.Fingerprint]
	notice := flap != nil && flap.Flapping && !flap.Noticed && f.routed(t) && f.mutedBy(t) == ""
	if notice {
		f.Flaps++
		f.flapping = append(f.flapping, t.Fingerprint)
	}
	switch {
	case t.State == alert.Resolved && !knows && notice:
		f.say = append(f.say, t)
	case t.State == alert.Resolved && !knows && f.route.Digest != nil && f.routed(t) && f.mutedBy(t) == "":
		f.New++ // a digest tells what came and went as well
		f.say = append(f.say, t)
	case fate == lateMissed && !f.routed(t):
		f.done = append(f.done, t.AlertID)
	case fate == lateMissed && f.mutedBy(t) != "":
		f.hold(t)
	case fate == lateMissed: // told when it was
		f.New++
		f.say = append(f.say, t)
	case t.State == alert.Resolved && !knows, fate == lateMuted:
		f.brief = append(f.brief, t.AlertID)
	case t.State == alert.Resolved:
		f.Knows = true
		f.over(t)
	case knows:
		f.Knows = true
		f.sortTold(t, told)
	case !f.routed(t):
		f.done = append(f.done, t.AlertID)
	case f.mutedBy(t) != "":
		f.hold(t)
	default:
		f.New++
		f.say = append(f.say, t)
	}
}

// over takes the end of an alert that was told: whoever was told hears of it,
// muted or not, unless the receiver wants no resolves. Of what is said to be
// flapping the end is told when it is calm.
func (f *flush) over(t alert.Transition) {
	switch {
	case !f.d.o.Receivers[f.g.Receiver].SendResolved:
		f.done = append(f.done, t.AlertID)
	case f.unsteady(t):
		f.holdBy(t, Unsteady)
	default:
		f.Resolved++
		f.say = append(f.say, t)
	}
}

func (f *flush) sortTold(t alert.Transition, told alert.Told) {
	f.say = append(f.say, t)
	muted := f.mutedBy(t) != ""
	switch {
	case told.Severity != t.Severity && muted:
		f.hold(t)
	case told.Severity != t.Severity:
		f.Updated++
	}
	if muted || !f.routed(t) {
		return
	}
	every := f.repeatOf(t)
	if f.Firing == 0 || every < f.Repeat {
		f.Repeat = every
	}
	f.Firing++
}

// hold notes that an alert would be told, were it not muted. What is past does
// not fire when the mute ends.
func (f *flush) hold(t alert.Transition) { f.holdBy(t, f.mutedBy(t)) }

func (f *flush) holdBy(t alert.Transition, by Reason) {
	f.held[by] = append(f.held[by], t.AlertID)
	if t.State == alert.Event {
		f.done = append(f.done, t.AlertID)
		return
	}
	f.Held++
	if f.HeldBy == "" || slices.Index(holders[:], by) < slices.Index(holders[:], f.HeldBy) {
		f.HeldBy = by
	}
	switch by {
	case Silenced:
		f.frees(f.d.silenceEnds(t, f.now))
	case Unsteady:
		f.frees(f.g.flaps[t.Fingerprint].calmAt(f.d.o.Flapping))
	}
}

// frees notes when something that holds an alert back ends.
func (f *flush) frees(at time.Time) {
	if !at.IsZero() && (f.freed.IsZero() || at.Before(f.freed)) {
		f.freed = at
	}
}

// repeatOf is the rule's own interval, else the route's, stretched by the repeats
// that the group was told since anything changed.
func (f *flush) repeatOf(t alert.Transition) time.Duration {
	every := f.route.repeat()
	if t.RepeatInterval > 0 {
		every = max(t.RepeatInterval, time.Second)
	}
	return t.RepeatBackoff.After(f.g.Repeats, every)
}

// routed reports whether the alert's labels still lead it here.
func (f *flush) routed(t alert.Transition) bool {
	ls := t.Set(f.d.o.External)
	_, told := f.g.told[t.AlertID]
	return slices.ContainsFunc(f.d.o.Root.Match(ls), func(r *Route) bool {
		return f.g.of(r) && (told || r.groupKey(r.groupLabels(ls)) == f.g.Key)
	})
}

// mutedBy says what holds the alert back, "" for nothing.
func (f *flush) mutedBy(t alert.Transition) Reason {
	switch {
	case f.outOfCalendar(t):
		return OutOfCalendar
	case f.d.inhibited(t):
		return Inhibition
	case f.d.silenced(t, f.now):
		return Silenced
	case f.d.acked(t):
		return Acked
	case f.unsteady(t):
		return Unsteady
	}
	return ""
}

// outOfCalendar reports whether the route's or the rule's calendars hold the
// alert back.
func (f *flush) outOfCalendar(t alert.Transition) bool {
	if f.route.muted(f.now) {
		return true
	}
	known := false
	for _, name := range t.ActiveIn {
		c := f.d.o.RuleCalendars[name]
		if c == nil {
			continue
		}
		if c.Contains(f.now) {
			return false
		}
		known = true
	}
	return known
}
