package notifiers

import (
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// InhibitRule says which alerts keep which others from being told, with
// Alertmanager's meaning: a label that neither alert has counts as equal, and an
// alert that is both source and target is not kept back by others of that kind.
type InhibitRule struct {
	Source, Target alert.Matchers
	Equal          []string
}

// inhibitor is an alert that fires and keeps others from being told.
type inhibitor struct {
	alert.Transition
	labels alert.Labels
}

// inhibits reports whether one alert, while it fires, keeps another with these
// labels from being told: its rule names the other's, and all labels that both
// groups have are equal; or a rule of the configuration says so.
func (d *Dispatcher) inhibits(by inhibitor, t alert.Transition, ls alert.Labels) bool {
	if by.AlertID == t.AlertID {
		return false
	}
	if slices.Contains(by.Inhibits, t.Rule) && agree(by.Group, t.Group) {
		return true
	}
	return slices.ContainsFunc(d.o.Inhibit, func(r InhibitRule) bool { return r.keeps(by.labels, ls) })
}

func agree(a, b alert.Labels) bool {
	for _, l := range a {
		if v, both := b.Lookup(l.Name); both && v != l.Value {
			return false
		}
	}
	return true
}

func (r InhibitRule) keeps(by, ls alert.Labels) bool {
	if !r.Source.Matches(by) || !r.Target.Matches(ls) || r.Target.Matches(by) && r.Source.Matches(ls) {
		return false
	}
	return !slices.ContainsFunc(r.Equal, func(name string) bool {
		name = alert.SafeName(name)
		return by.Get(name) != ls.Get(name)
	})
}

// inhibited reports whether some alert that fires keeps this one from being told.
func (d *Dispatcher) inhibited(t alert.Transition) bool { return len(d.inhibitorsOf(t, 1)) > 0 }

// inhibitorsOf are the fingerprints of at most so many of the alerts that do.
func (d *Dispatcher) inhibitorsOf(t alert.Transition, most int) (found []string) {
	if len(d.inhibitors) == 0 {
		return nil
	}
	ls := t.Set(d.o.External)
	for _, by := range d.inhibitors {
		if len(found) < most && d.inhibits(by, t, ls) {
			found = append(found, by.Fingerprint)
		}
	}
	return found
}

// noteInhibitor keeps what is known of the firing alerts that inhibit others. It
// follows from the groups, so that a restart finds the same.
func (d *Dispatcher) noteInhibitor(t alert.Transition) {
	by := inhibitor{t, t.Set(d.o.External)}
	if t.Active() && (len(t.Inhibits) > 0 || d.isSource(by.labels)) {
		d.inhibitors[t.AlertID] = by
	} else {
		delete(d.inhibitors, t.AlertID)
	}
}

func (d *Dispatcher) isSource(ls alert.Labels) bool {
	return slices.ContainsFunc(d.o.Inhibit, func(r InhibitRule) bool { return r.Source.Matches(ls) })
}

// noteInhibitors looks at all alerts again, by the rules there are now.
func (d *Dispatcher) noteInhibitors() {
	clear(d.inhibitors)
	for _, g := range d.groups {
		for _, t := range g.alerts {
			d.noteInhibitor(t)
		}
	}
}

// lift looks again at what an alert has kept from being told, now that it is
// over. The groups wait as for a first alert: what ends with it is not told.
func (d *Dispatcher) lift(over alert.Transition, now time.Time) {
	by := inhibitor{over, over.Set(d.o.External)}
	if len(over.Inhibits) == 0 && !d.isSource(by.labels) {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(d.groups)) {
		g := d.groups[key]
		if !d.withholds(g, by) {
			continue
		}
		g.NotBefore = later(g.NotBefore, now.Add(d.routeOf(g).wait()))
		g.wake(g.NotBefore)
		d.touch(g)
	}
}

// withholds reports whether a group has something to tell or to repeat that the
// alert kept back.
func (d *Dispatcher) withholds(g *group, by inhibitor) bool {
	for _, t := range g.alerts {
		if t.Active() && d.inhibits(by, t, t.Set(d.o.External)) {
			return true
		}
	}
	return false
}
