package notifiers

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// FlapOptions say when an alert comes and goes too often.
type FlapOptions struct {
	Transitions int           // more than so many; 0: it never does
	Within      time.Duration // of each other
}

// flap is how often an alert came and went.
type flap struct{ alert.Flap }

// noteFlap counts a coming or going of an alert.
func (g *group) noteFlap(o FlapOptions, t alert.Transition, now time.Time) {
	if o.Transitions == 0 || t.State != alert.Firing && t.State != alert.Resolved {
		return
	}
	f := g.flaps[t.Fingerprint]
	if f == nil {
		f = &flap{alert.Flap{Fingerprint: t.Fingerprint}}
		g.flaps[t.Fingerprint] = f
	}
	f.settle(o, now)
	f.Times = append(f.Times, now)
	if len(f.Times) > o.Transitions {
		f.Flapping = true
		f.Times = f.Times[len(f.Times)-o.Transitions-1:] // more of them say no more
	}
}

// settle forgets what is long ago. An alert is calm when it comes and goes half as
// often as makes it flap, so that it does not flap between flapping and not.
func (f *flap) settle(o FlapOptions, now time.Time) {
	f.Times = slices.DeleteFunc(f.Times, func(at time.Time) bool { return !at.Add(o.Within).After(now) })
	if len(f.Times) <= o.Transitions/2 {
		f.Flapping, f.Noticed = false, false
	}
}

// calm settles all that came and went.
func (g *group) calm(o FlapOptions, now time.Time) {
	for fingerprint, f := range g.flaps {
		f.settle(o, now)
		if len(f.Times) == 0 {
			delete(g.flaps, fingerprint)
		}
	}
}

// calmAt is when what flaps will be calm, should nothing happen any more.
func (f *flap) calmAt(o FlapOptions) time.Time {
	leave := len(f.Times) - o.Transitions/2 // so many have to be forgotten
	if leave <= 0 {
		return time.Time{}
	}
	return f.Times[leave-1].Add(o.Within)
}

// unsteady reports whether an alert is said to be flapping, and is not calm yet.
func (f *flush) unsteady(t alert.Transition) bool {
	flap := f.g.flaps[t.Fingerprint]
	return flap != nil && flap.Flapping && flap.Noticed
}

func (g *group) noticed(fingerprints []string) {
	for _, fingerprint := range fingerprints {
		g.flaps[fingerprint].Noticed = true
	}
}

// wakeWhenCalm lets a group that holds nothing go once it has forgotten all.
func (g *group) wakeWhenCalm(o FlapOptions, now time.Time) {
	for _, f := range g.flaps {
		g.wake(later(f.Times[len(f.Times)-1].Add(o.Within), now.Add(time.Second)))
	}
}

func (g *group) savedFlaps() (out []alert.Flap) {
	for _, fingerprint := range slices.Sorted(maps.Keys(g.flaps)) {
		f := g.flaps[fingerprint].Flap
		f.Times = slices.Clone(f.Times)
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b alert.Flap) int { return cmp.Compare(a.Fingerprint, b.Fingerprint) })
	return out
}
