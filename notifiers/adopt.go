package notifiers

import (
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// adopt takes what a receiver was told of a group whose route is gone (its
// matchers were edited, say) over to the routes that lead to the same receiver
// now: an edited file is no reason to tell anybody anything twice.
func (d *Dispatcher) adopt(g *group, now time.Time) {
	if d.hasRoute(g) {
		return
	}
	ids := slices.Sorted(maps.Keys(g.told))
	for _, id := range ids {
		t := g.alerts[id]
		if r := d.routeTo(g.Receiver, t); t.Active() && r != nil {
			heir := d.groupOn(r, t.Set(d.o.External))
			heir.alerts[id], heir.told[id] = t, g.told[id]
			heir.LastSent, heir.InStorm = later(heir.LastSent, g.LastSent), heir.InStorm || g.InStorm
			g.forget(id)
			d.index(heir, id)
			heir.wake(now)
			d.touch(heir)
		}
	}
	d.unindex(g, ids)
	d.touch(g)
}

func (d *Dispatcher) hasRoute(g *group) (found bool) {
	d.o.Root.each(func(r *Route) { found = found || g.of(r) })
	return found
}

// routeTo is the first route by which a receiver gets an alert; nil if none.
func (d *Dispatcher) routeTo(receiver string, t alert.Transition) *Route {
	for _, r := range d.o.Root.Match(t.Set(d.o.External)) {
		if r.Receiver == receiver {
			return r
		}
	}
	return nil
}

// groupOn is the group of a route for an alert with these labels.
func (d *Dispatcher) groupOn(r *Route, ls alert.Labels) *group {
	labels := r.groupLabels(ls)
	key := r.groupKey(labels)
	g := d.groups[key]
	if g == nil {
		g = newGroup(alert.NotifyGroup{Key: key, Receiver: r.Receiver, Route: r.Name, GroupLabels: labels})
		d.add(g)
	}
	return g
}
