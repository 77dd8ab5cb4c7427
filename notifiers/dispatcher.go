package notifiers

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// ReceiverOptions is what the decision needs to know of a receiver.
type ReceiverOptions struct {
	SendResolved bool
	RateLimit    RateLimit
	ShowsAcks    bool // its messages are edited, also when only acknowledgements change
}

// Options configure a Dispatcher.
type Options struct {
	Root      *Route
	Receivers map[string]ReceiverOptions // by name; all that the routes name
	External  alert.Labels               // on every alert
	// RuleCalendars are those that rules name in active_in. A name that is not
	// there holds nothing back.
	RuleCalendars map[string]Calendar
	Flapping      FlapOptions
	Inhibit       []InhibitRule   // beside what rules say themselves
	Silences      []alert.Silence // of the configuration: not stored, not to be expired
	// OnTime is how long after its second a transition is seen when all is well; 0:
	// DefaultOnTime. What is seen later was read late.
	OnTime time.Duration
	// CatchUp is how far back an alert must be over to be told in the digest of what
	// was read late; 0: DefaultCatchUp.
	CatchUp time.Duration
}

// Decision is one sending or holding back, for people: the journal, replay, the
// page.
type Decision struct {
	At       time.Time
	Receiver string
	GroupKey string
	Status   string // firing or resolved
	Reason   string
	Sent     bool
	AlertIDs []string
	By       string // what held it back, as in alert.Suppression: calendar, inhibition, silence, ack, unsteady, repeat
}

// Dispatcher routes transitions into groups and decides when each group's
// receiver is told. It reads no clock and sends nothing: the caller passes the
// time and stores what comes out. It is not safe for concurrent use.
//
// A group is told of its first alerts group_wait after the first of them; later
// changes are told together, group_wait after the first of them and no sooner
// than group_interval after the group's last message. What is over before it was
// told is never told, unless it was read late. An alert that was told stays in its group until it is
// over, wherever its labels would lead it later, so that whoever got the firing
// gets the resolve.
type Dispatcher struct {
	o      Options
	groups map[string]*group            // by key
	in     map[string]map[string]*group // alert id → groups that hold it, by key
	// inhibitors are the firing alerts that keep others from being told, by id.
	inhibitors map[string]inhibitor
	limits     map[string]*limit // by receiver; those that are not at rest
	lags
	mutes

	changed       map[string]bool // keys touched since the last Changed
	gone          map[string]bool
	changedLimits map[string]bool // receivers
	toShow        map[string]bool // keys of groups whose acknowledgements changed
}

// NewDispatcher goes on from the saved groups, as Reload would. The error is a
// faulty route tree.
func NewDispatcher(o Options, saved []alert.NotifyGroup, now time.Time) (*Dispatcher, error) {
	d := &Dispatcher{groups: map[string]*group{}, in: map[string]map[string]*group{},
		inhibitors: map[string]inhibitor{}, limits: map[string]*limit{}, mutes: newMutes(),
		changed: map[string]bool{}, gone: map[string]bool{}, changedLimits: map[string]bool{}, toShow: map[string]bool{}}
	for _, n := range saved {
		if n.Limit != nil {
			d.limits[n.Receiver] = &limit{Limit: *n.Limit, receiver: n.Receiver}
			continue
		}
		d.add(newGroup(n))
	}
	if err := d.Reload(o, now); err != nil {
		return nil, err
	}
	return d, nil
}

// Reload changes the configuration. Groups are kept by their keys; those of
// receivers that are gone are dropped; a route that is gone tells no news, only
// how the alerts it told of ended. What fires now is announced on routes that
// have become its own. After an error nothing has changed.
func (d *Dispatcher) Reload(o Options, now time.Time) error {
	if o.Root == nil {
		return errors.New("there is no route")
	}
	root, err := o.Root.Resolve()
	errs := []error{err}
	root.each(func(r *Route) {
		if _, ok := o.Receivers[r.Receiver]; !ok && r.Receiver != "" {
			errs = append(errs, fmt.Errorf("route %q: there is no receiver %q", r.Name, r.Receiver))
		}
	})
	if err := errors.Join(errs...); err != nil {
		return err
	}
	o.Root = root
	o.OnTime, o.CatchUp = cmp.Or(o.OnTime, DefaultOnTime), cmp.Or(o.CatchUp, DefaultCatchUp)
	d.o = o
	d.fixed = map[string]bool{}
	for _, s := range o.Silences {
		d.fixed[s.ID] = true
	}
	d.noteInhibitors()
	d.reroute(now)
	return nil
}

// reroute looks at every alert and every timer again.
func (d *Dispatcher) reroute(now time.Time) {
	for receiver := range d.limits {
		if d.limitOf(receiver) == nil {
			delete(d.limits, receiver)
			d.changedLimits[receiver] = true
		}
	}
	firing := map[string]alert.Transition{}
	for _, key := range slices.Sorted(maps.Keys(d.groups)) {
		g := d.groups[key]
		for id, t := range g.alerts {
			if t.Active() && t.At >= firing[id].At {
				firing[id] = t
			}
		}
		if _, ok := d.o.Receivers[g.Receiver]; !ok {
			d.drop(g)
			continue
		}
		g.wake(now)
		d.adopt(g, now)
	}
	before := maps.Clone(d.groups)
	for _, id := range slices.Sorted(maps.Keys(firing)) {
		d.route(firing[id], now)
	}
	for key, g := range d.groups {
		if before[key] == nil {
			g.Made = now // one of this name may have told of the same alerts
		}
	}
}

// Observe takes transitions in, in their order, each of them once.
func (d *Dispatcher) Observe(ts []alert.Transition, now time.Time) {
	for _, t := range ts {
		switch {
		case t.State == alert.Pending, t.Silent && t.State != alert.Resolved:
			continue
		case t.State != alert.Event:
			for _, key := range slices.Sorted(maps.Keys(d.in[t.AlertID])) {
				d.put(d.groups[key], t, now)
			}
		}
		if t.State != alert.Resolved {
			d.route(t, now)
		} else {
			d.unack(t.AlertID)
			d.lift(t, now)
			d.notePast(t, now)
		}
	}
}

// route puts an alert into the groups that its labels lead it to, unless the
// route holds it already.
func (d *Dispatcher) route(t alert.Transition, now time.Time) {
	ls := t.Set(d.o.External)
	for _, r := range d.o.Root.Match(ls) {
		if !d.holds(r, r.groupKey(r.groupLabels(ls)), t.AlertID) {
			d.put(d.groupOn(r, ls), t, now)
		}
	}
}

func (d *Dispatcher) holds(r *Route, key, alertID string) bool {
	for _, g := range d.in[alertID] {
		_, told := g.told[alertID]
		if g.Key == key || told && g.of(r) {
			return true
		}
	}
	return false
}

func (g *group) of(r *Route) bool { return g.Route == r.Name && g.Receiver == r.Receiver }

func (d *Dispatcher) put(g *group, t alert.Transition, now time.Time) {
	r := d.routeOf(g)
	d.noteLate(g, r, t, now)
	g.alerts[t.AlertID] = t
	d.index(g, t.AlertID)
	if d.behind(t, now) <= d.o.CatchUp { // the wall clock knows nothing of when it came and went
		g.noteFlap(d.o.Flapping, t, now)
	}
	g.change(r, now)
	f := flush{d: d, g: g, route: r, now: now}
	f.scheduleRepeat(t, now) // its labels may have led it back here
	d.touch(g)
}

// routeOf returns the route of a group; the root stands in for one that is gone.
func (d *Dispatcher) routeOf(g *group) *Route {
	found := d.o.Root
	d.o.Root.each(func(r *Route) {
		if g.of(r) {
			found = r
		}
	})
	return found
}

func (d *Dispatcher) add(g *group) {
	d.groups[g.Key] = g
	for id := range g.alerts {
		d.index(g, id)
	}
}

func (d *Dispatcher) index(g *group, alertID string) {
	if d.in[alertID] == nil {
		d.in[alertID] = map[string]*group{}
	}
	d.in[alertID][g.Key] = g
	d.noteInhibitor(g.alerts[alertID])
}

// unindex drops the entries of alerts that g no longer holds.
func (d *Dispatcher) unindex(g *group, ids []string) {
	for _, id := range ids {
		if _, ok := g.alerts[id]; ok {
			continue
		}
		if delete(d.in[id], g.Key); len(d.in[id]) == 0 {
			delete(d.in, id)
			delete(d.inhibitors, id)
		}
	}
}

func (d *Dispatcher) touch(g *group) {
	d.changed[g.Key] = true
	delete(d.gone, g.Key)
}

func (d *Dispatcher) drop(g *group) {
	ids := slices.Collect(maps.Keys(g.alerts))
	clear(g.alerts)
	d.unindex(g, ids)
	delete(d.groups, g.Key)
	delete(d.changed, g.Key)
	d.gone[g.Key] = true
}

// ReceiversOf are those whom the routes lead an alert to.
func (d *Dispatcher) ReceiversOf(t alert.Transition) (names []string) {
	for _, r := range d.o.Root.Match(t.Set(d.o.External)) {
		names = append(names, r.Receiver)
	}
	return names
}

// Next returns when Flush will have something to decide.
func (d *Dispatcher) Next() (time.Time, bool) {
	var next time.Time
	sooner := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	for _, g := range d.groups {
		sooner(d.nextLook(g))
		sooner(d.catchUpAt(g))
	}
	for _, l := range d.limits {
		sooner(l.Due)
	}
	return next, !next.IsZero()
}

// Flush decides everything due at or before now, in the order in which it fell
// due, then by group key.
func (d *Dispatcher) Flush(now time.Time) (ds []alert.Delivery, why []Decision) {
	ds, why = d.tellPast(now)
	var due []*group
	for _, g := range d.groups {
		if at := d.nextLook(g); !at.IsZero() && !at.After(now) {
			due = append(due, g)
		}
	}
	slices.SortFunc(due, func(a, b *group) int {
		if c := a.NextFlush.Compare(b.NextFlush); c != 0 {
			return c
		}
		return strings.Compare(a.Key, b.Key)
	})
	shown, whyShown := d.showAcks(now)
	fs := make([]*flush, len(due))
	for i, g := range due {
		fs[i] = &flush{d: d, g: g, route: d.routeOf(g), now: now}
		fs[i].run()
	}
	told, whyTold := d.restrain(fs, now)
	return slices.Concat(shown, ds, told), slices.Concat(whyShown, why, whyTold)
}

// Changed returns the groups that changed and the keys of those that went since
// the last call, for the transaction that stores them with the deliveries.
func (d *Dispatcher) Changed() (changed []alert.NotifyGroup, gone []string) {
	for _, key := range slices.Sorted(maps.Keys(d.changed)) {
		changed = append(changed, d.groups[key].saved())
	}
	for _, receiver := range slices.Sorted(maps.Keys(d.changedLimits)) {
		if l := d.limits[receiver]; l != nil {
			changed = append(changed, l.saved())
		} else {
			d.gone[stormKey(receiver)] = true
		}
	}
	gone = slices.Sorted(maps.Keys(d.gone))
	clear(d.changed)
	clear(d.gone)
	clear(d.changedLimits)
	return changed, gone
}

// Groups returns all groups as they stand, by key.
func (d *Dispatcher) Groups() []alert.NotifyGroup {
	out := make([]alert.NotifyGroup, 0, len(d.groups))
	for _, key := range slices.Sorted(maps.Keys(d.groups)) {
		out = append(out, d.groups[key].saved())
	}
	return out
}
