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
	say      []alert.Transition  // what a message would tell
	held     map[Reason][]string // would be told otherwise, by what holds them back
	flapping []string            // fingerprints that a message would say are flapping
	brief    []string            // over before they were told
	past     bool                // there are some for the receiver's digest
	done     []string            // of no more interest, once the group is settled
	freed    time.Time           // when the first of what holds alerts back is known to end

	delivery *alert.Delivery
	why      []Decision
}

func (f *flush) run() {
	g := f.g
	g.calm(f.d.o.Flapping, f.now)
	ids := slices.Sorted(maps.Keys(g.alerts))
	f.held = map[Reason][]string{}
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
	if !sent && (why == Unchanged || why == RepeatInterval) && !g.Due.IsZero() && len(f.brief)+len(f.done) == 0 && !f.past {
		f.report(why, "repeat", slices.Sorted(maps.Keys(g.alerts)))
	}
	f.settleHeld()
	for _, id := range slices.Concat(f.brief, f.done) {
		g.forget(id)
	}
}

// settleHeld reports, once for each alert, what is held back.
func (f *flush) settleHeld() {
	var all []string
	for _, why := range holders {
		all = append(all, f.held[why]...)
	}
	fresh := f.g.hold(all)
	for _, why := range holders {
		ids := slices.DeleteFunc(slices.Clone(f.held[why]), func(id string) bool { return !slices.Contains(fresh, id) })
		if len(ids) > 0 {
			f.report(why, string(why), ids)
		}
	}
}

// tell makes the message and takes over what it tells.
func (f *flush) tell(why Reason) {
	g := f.g
	m := f.compose(why)
	g.remember(m, f.now)
	g.noticed(f.flapping)
	if g.Repeats++; why != Repeat {
		g.Repeats = 0
	}
}

func (f *flush) compose(why Reason) alert.Message {
	g := f.g
	slices.SortFunc(f.say, byUrgency)
	m := alert.Message{
		Receiver: g.Receiver, Status: status(f.say), GroupKey: g.Key,
		GroupLabels: g.GroupLabels, External: f.d.o.External, Alerts: f.say,
		Acks: f.d.acksOf(f.say), Flapping: f.flapping,
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
	return m
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

func status(ts []alert.Transition) string {
	for _, t := range ts {
		if t.State != alert.Resolved {
			return "firing"
		}
	}
	return "resolved"
}
