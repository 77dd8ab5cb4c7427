package notifiers

import (
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// flush is one look at one group: sort its alerts, decide, tell, set the timer.
type flush struct {
	d     *Dispatcher
	g     *group
	route *Route
	now   time.Time

	standing
	say       []alert.Transition // what a message would tell
	held      []string           // by a calendar: would be told otherwise
	inhibited []string           // by another alert: the same
	brief     []string           // over before they were told
	done      []string           // of no more interest, once the group is settled

	delivery *alert.Delivery
	why      []Decision
}

func (f *flush) run() {
	g := f.g
	ids := slices.Sorted(maps.Keys(g.alerts))
	f.LastSent, f.Due, f.NotBefore = g.LastSent, g.Due, g.NotBefore
	for _, id := range ids {
		f.sort(g.alerts[id])
	}
	ripe := !f.now.Before(later(g.Due, g.NotBefore))
	send, why := decide(f.standing, f.now)
	events := false
	if send {
		events = slices.ContainsFunc(f.say, func(t alert.Transition) bool { return t.State == alert.Event })
		f.tell(why)
	}
	if send || ripe {
		f.settle(send, why)
	}
	f.d.unindex(g, ids)
	f.schedule(send, ripe, events || len(ids) == 0)
}

// settle says why what was not told was not, and forgets what never will be.
// Before the group's time it would be too early: an extra look, after a restart
// say, must not change when the group is told.
func (f *flush) settle(sent bool, why Reason) {
	g := f.g
	if len(f.brief) > 0 {
		f.report(ShortLived, "", f.brief)
	}
	if !sent && (why == Unchanged || why == RepeatInterval) && !g.Due.IsZero() && len(f.brief)+len(f.done) == 0 {
		f.report(why, "repeat", slices.Sorted(maps.Keys(g.alerts)))
	}
	f.settleHeld()
	for _, id := range slices.Concat(f.brief, f.done) {
		g.forget(id)
	}
}

// settleHeld reports, once for each alert, what is held back.
func (f *flush) settleHeld() {
	fresh := f.g.hold(slices.Concat(f.held, f.inhibited))
	for _, by := range []struct {
		why Reason
		ids []string
	}{{OutOfCalendar, f.held}, {Inhibition, f.inhibited}} {
		ids := slices.DeleteFunc(slices.Clone(by.ids), func(id string) bool { return !slices.Contains(fresh, id) })
		if len(ids) > 0 {
			f.report(by.why, string(by.why), ids)
		}
	}
}

// sort finds out how one alert stands.
func (f *flush) sort(t alert.Transition) {
	told, knows := f.g.told[t.AlertID]
	switch {
	case t.State == alert.Resolved && !knows:
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
// muted or not, unless the receiver wants no resolves.
func (f *flush) over(t alert.Transition) {
	if !f.d.o.Receivers[f.g.Receiver].SendResolved {
		f.done = append(f.done, t.AlertID)
		return
	}
	f.Resolved++
	f.say = append(f.say, t)
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
func (f *flush) hold(t alert.Transition) {
	by := f.mutedBy(t)
	if by == Inhibition {
		f.inhibited = append(f.inhibited, t.AlertID)
	} else {
		f.held = append(f.held, t.AlertID)
	}
	if t.State == alert.Event {
		f.done = append(f.done, t.AlertID)
		return
	}
	f.Held++
	if by == Inhibition {
		f.Inhibits++
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

func (f *flush) tell(why Reason) {
	g := f.g
	slices.SortFunc(f.say, byUrgency)
	m := alert.Message{
		Receiver: g.Receiver, Status: status(f.say), GroupKey: g.Key,
		GroupLabels: g.GroupLabels, External: f.d.o.External, Alerts: f.say,
	}
	f.delivery = &alert.Delivery{
		ID: g.deliveryID(m), Receiver: g.Receiver, GroupKey: g.Key, Reason: string(why),
		State: alert.DeliveryPending, Created: f.now, Next: f.now, Message: m,
	}
	ids := make([]string, len(f.say))
	for i, t := range f.say {
		ids[i] = t.AlertID
	}
	f.why = append(f.why, Decision{
		At: f.now, Receiver: g.Receiver, GroupKey: g.Key, Status: m.Status, Reason: string(why), Sent: true, AlertIDs: ids,
	})
	g.remember(m, f.now)
	if g.Repeats++; why != Repeat {
		g.Repeats = 0
	}
}

func (f *flush) report(why Reason, by string, ids []string) {
	st := "resolved"
	if why != ShortLived {
		st = "firing"
	}
	f.why = append(f.why, Decision{
		At: f.now, Receiver: f.g.Receiver, GroupKey: f.g.Key, Status: st, Reason: string(why), AlertIDs: ids, By: by,
	})
}

// schedule sets when the group is looked at next. A group that holds nothing is
// over; only after events it lingers for one interval, so that a rule that emits
// one every second is told once per interval.
func (f *flush) schedule(sent, ripe, lingers bool) {
	g := f.g
	g.NextFlush = time.Time{}
	quiet := g.LastSent.Add(f.route.interval())
	if len(g.alerts) == 0 && !(lingers && quiet.After(f.now)) {
		f.d.drop(g)
		return
	}
	if sent || ripe && f.Held == 0 {
		g.Due = time.Time{}
	}
	if sent && f.Held > 0 {
		g.Due = f.now.Add(f.route.interval())
	}
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
		g.wake(quiet)
	}
	f.scheduleRepeats()
	f.d.touch(g)
}

// scheduleRepeats sets the timers for what was told, the message just made
// included. A repeat that is overdue now was held back by a calendar.
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
		}
		f.g.wake(at)
	}
}

func (f *flush) nextPoll() time.Time { return f.now.Truncate(calendarPoll).Add(calendarPoll) }

func status(ts []alert.Transition) string {
	for _, t := range ts {
		if t.State != alert.Resolved {
			return "firing"
		}
	}
	return "resolved"
}
