package notifiers

import (
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// inhibits reports whether one alert, while it fires, keeps another from being
// told: its rule names the other's, and all labels that both groups have are
// equal.
func inhibits(by, t alert.Transition) bool {
	if !slices.Contains(by.Inhibits, t.Rule) || by.AlertID == t.AlertID {
		return false
	}
	for _, l := range by.Group {
		if v, both := t.Group.Lookup(l.Name); both && v != l.Value {
			return false
		}
	}
	return true
}

// inhibited reports whether some alert that fires keeps this one from being told.
func (d *Dispatcher) inhibited(t alert.Transition) bool {
	for _, by := range d.inhibitors {
		if inhibits(by, t) {
			return true
		}
	}
	return false
}

// noteInhibitor keeps what is known of the firing alerts that inhibit others. It
// follows from the groups, so that a restart finds the same.
func (d *Dispatcher) noteInhibitor(t alert.Transition) {
	if t.Active() && len(t.Inhibits) > 0 {
		d.inhibitors[t.AlertID] = t
	} else {
		delete(d.inhibitors, t.AlertID)
	}
}

// lift looks again at what an alert has kept from being told, now that it is
// over. The groups wait as for a first alert: what ends with it is not told.
func (d *Dispatcher) lift(over alert.Transition, now time.Time) {
	if len(over.Inhibits) == 0 {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(d.groups)) {
		g := d.groups[key]
		if !g.withholds(over) {
			continue
		}
		g.NotBefore = later(g.NotBefore, now.Add(d.routeOf(g).wait()))
		g.wake(g.NotBefore)
		d.touch(g)
	}
}

// withholds reports whether the group has something to tell or to repeat that
// the alert kept back.
func (g *group) withholds(by alert.Transition) bool {
	for _, t := range g.alerts {
		if t.Active() && inhibits(by, t) {
			return true
		}
	}
	return false
}
