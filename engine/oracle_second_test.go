package engine_test

import (
	"slices"
	"sort"

	"github.com/smarty-alert/smarty-alert/alert"
)

// run evaluates every second, both ends included. Unless every is set it leaves
// out the seconds at which no rule's windows, timers or groups can change.
func (o *oracle) run(last int64, every bool) {
	for _, st := range o.rules {
		for _, tuple := range st.rule.expect {
			st.groups = append(st.groups, st.newGroup(st.rule.labels(tuple), o.first))
			st.groups[len(st.groups)-1].expected = true
			st.created++
		}
		for _, k := range o.skews {
			st.date(k.at)
		}
		for s := o.first; st.rule.cron != "" && s <= last; s++ {
			if oCron(st.rule.cron, s) {
				st.date(s)
			}
		}
	}
	for s := o.first; s <= last; {
		o.evaluate(s)
		next := s + 1
		if !every {
			next = last + 1
			for _, st := range o.rules {
				next = min(next, st.next(s))
			}
		}
		s = next
	}
}

// evaluate is one second: the log rules, then those over their transitions, then
// those over the engine's health (§2.6).
func (o *oracle) evaluate(s int64) {
	o.health = nil
	for _, k := range o.skews {
		if max(k.at, o.first) == s {
			o.health = append(o.health, &oFacts{fields: map[string]any{"event": "CLOCK_SKEW", "source": k.source}})
		}
	}
	from := len(o.out)
	for _, kind := range []string{"", "alerts", "health"} {
		var facts []*oFacts
		switch kind {
		case "alerts":
			facts = o.transitions(from)
		case "health":
			facts = o.health
		}
		for _, st := range o.rules {
			if st.rule.source != kind {
				continue
			}
			for _, f := range facts {
				f.taken, f.at = s, s
				st.offer(f, o.fails)
			}
			o.second(st, s)
		}
	}
}

func (o *oracle) second(st *oState, s int64) {
	if st.broken.done || st.broken.noted() && s >= st.broken.at {
		o.quarantine(st, s)
		return
	}
	changed := map[*oGroup]bool{}
	for _, g := range st.groups {
		changed[g] = st.contentChanged(g, s)
	}
	arrived := st.arrives[s]
	slices.SortFunc(arrived, totalOrder)
	for _, x := range arrived {
		if g := o.add(st, x, s); g != nil {
			changed[g] = true
		}
	}
	st.groups = slices.DeleteFunc(st.groups, func(g *oGroup) bool {
		return !g.expected && g.state == 0 && g.last <= s-st.forget
	})
	slices.SortFunc(st.groups, (*oGroup).compare)
	scheduled := st.rule.cron != ""
	for _, g := range st.groups {
		if scheduled && oCron(st.rule.cron, s) || !scheduled && (changed[g] || st.timer(g, s)) {
			o.judge(st, g, s)
		}
		if !scheduled {
			g.fresh, g.stepped = 0, false
		}
	}
	o.overflow(st, s)
	if st.broken.done {
		o.quarantine(st, s)
	}
	st.wake(s)
}

// contentChanged tells whether a record is in a window at s that was not at s-1,
// or the other way round, or what a memory hides has changed. It lets go what no
// window will see again.
func (st *oState) contentChanged(g *oGroup, s int64) bool {
	changed := false
	for i := range st.cols {
		c := &st.cols[i]
		for _, x := range g.records {
			if x.cells[i].ok && oInside(c, x, s) != oInside(c, x, s-1) {
				changed = true
			}
		}
		if c.memory > 0 {
			now := oFresh(st.cols, i, within(st.cols, i, g.records, s), g.records, s)
			before := oFresh(st.cols, i, within(st.cols, i, g.records, s-1), g.records, s-1)
			changed = changed || !slices.Equal(now, before)
		}
	}
	if st.keep != oForever {
		g.records = slices.DeleteFunc(g.records, func(x *oSeen) bool { return x.taken < s-st.keep })
	}
	return changed
}

// timer is §2.5's seconds that are evaluated without a change.
func (st *oState) timer(g *oGroup, s int64) bool {
	return slices.Contains(st.timers(nil, g), s) || st.rule.absentLast() && st.started(g, s)
}

func (st *oState) timers(out []int64, g *oGroup) []int64 {
	r := st.rule
	if r.absence {
		out = append(out, g.armed+r.window)
	}
	switch g.state {
	case alert.Pending:
		out = append(out, g.activeAt+r.hold, st.warmEnd)
	case alert.Firing:
		if g.quietFrom != oNever {
			out = append(out, g.quietFrom+r.keep)
		}
		if g.lowSince != oNever {
			out = append(out, g.lowSince+r.keep)
		}
	}
	return out
}

// date notes a second at which something may happen.
func (st *oState) date(s int64) {
	if i := sort.Search(len(st.dates), func(i int) bool { return st.dates[i] >= s }); i == len(st.dates) || st.dates[i] != s {
		st.dates = slices.Insert(st.dates, i, s)
	}
}

// remember notes the seconds that a record can make interesting.
func (st *oState) remember(x *oSeen) {
	st.date(x.at)
	for i := range st.cols {
		if x.cells[i].ok {
			for _, s := range st.cols[i].dates(x) {
				st.date(s)
			}
		}
	}
	if st.rule.steps != nil {
		st.date(x.taken + st.rule.within)
	}
}

// wake notes the seconds at which the groups have timers or may be forgotten.
func (st *oState) wake(s int64) {
	for _, g := range st.groups {
		for _, at := range st.timers(nil, g) {
			if at > s {
				st.date(at)
			}
		}
		if !g.expected && g.state == 0 {
			st.date(max(s+1, g.last+st.forget))
		}
	}
}

// next is the first second after s at which something may happen.
func (st *oState) next(s int64) int64 {
	i := sort.Search(len(st.dates), func(i int) bool { return st.dates[i] > s })
	if i == len(st.dates) {
		return -oNever
	}
	return st.dates[i]
}

// add counts a record; nil when it does not count.
func (o *oracle) add(st *oState, x *oSeen, s int64) *oGroup {
	labels := st.rule.labels(st.rule.tuple(x))
	var g *oGroup
	for _, other := range st.groups {
		if other.labels.Compare(labels) == 0 {
			g = other
		}
	}
	if g == nil {
		st.created++
		g = st.newGroup(labels, s)
		if st.groups = append(st.groups, g); len(st.groups) > st.rule.max && o.evict(st) == g {
			return nil
		}
	}
	if g.state == alert.Firing && x.rec != nil && x.rec.suspect {
		return nil
	}
	g.last = s
	g.fresh++
	g.stepped = g.stepped || slices.Contains(x.steps, true)
	g.records = append(g.records, x)
	slices.SortFunc(g.records, totalOrder)
	st.recent = append(st.recent, x)
	st.recentG = append(st.recentG, labels.String())
	return g
}

func (o *oracle) evict(st *oState) *oGroup {
	var victim *oGroup
	for _, g := range st.groups {
		if g.expected || g.state != 0 {
			continue
		}
		if victim == nil || g.last < victim.last || g.last == victim.last && g.compare(victim) < 0 {
			victim = g
		}
	}
	if victim != nil {
		st.evicted++
		o.sick("GROUP_EVICTED", st.rule.id)
		st.groups = slices.DeleteFunc(st.groups, func(g *oGroup) bool { return g == victim })
	}
	return victim
}
