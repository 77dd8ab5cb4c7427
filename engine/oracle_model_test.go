package engine_test

import (
	"cmp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
)

// oracle reads semantics.md naively: every second, every rule, every group, every
// record it ever had, from scratch. Only the vocabulary of package alert and the
// redactor are shared with the engine.
type oracle struct {
	rules []*oState
	out   []engine.Output
}

// oState is a rule's memory.
//
// Where the page is silent:
//   - a group is idle since the second that evaluated its newest matching record;
//     it is forgotten at the second s >= that + forget_after, after the records of
//     s and before judging, if it is neither firing nor pending. Expected groups
//     are never forgotten and never evicted;
//   - a group beyond max evicts at once, and may be the one to go itself;
//   - schedule rules judge all groups, at cron seconds only; in event mode with
//     records since the last judgement;
//   - a pending alert whose condition breaks goes without a word;
//   - a record that looks forged does not count for a group that fires;
//   - in the second in which an alert fires resolve is not asked, and in the one
//     in which it resolves the condition is not: both wait for the next evaluation;
//   - without a window, count's window is the second itself;
//   - samples are those of the rule's newest 128 matches that lie in the reach of
//     its windows, by their own timestamps: the first and the last three.
type oState struct {
	rule    *oRule
	cols    []oAgg
	reach   int64
	forget  int64
	arrives map[int64][]*oRecord // matching, by second of evaluation
	groups  []*oGroup
	recent  []*oRecord
	recentG []string

	matched, missing, created, evicted, fired, resolved, suppressed int64
}

type oGroup struct {
	labels      alert.Labels // in full
	shown       alert.Labels // as they are shown, which conditions see; the order of groups
	id          string       // the order of those that look alike
	records     []*oRecord   // that count and are not spent
	last, armed int64
	expected    bool
	fresh       int64 // matching records since the last judgement

	state                         alert.State // Pending, Firing or 0
	activeAt, startsAt, quietFrom int64
	until, suppressed             int64 // cooldown
}

func newOracle(rules []*oRule, order []*oRecord) *oracle {
	o := &oracle{}
	for _, r := range rules {
		st := &oState{rule: r, cols: r.columns(), reach: r.reach(), forget: r.forgetAfter(), arrives: map[int64][]*oRecord{}}
		for _, rec := range order {
			st.offer(rec)
		}
		for _, at := range st.arrives {
			slices.SortFunc(at, totalOrder)
		}
		o.rules = append(o.rules, st)
	}
	return o
}

// totalOrder is §1.3.
func totalOrder(a, b *oRecord) int {
	return cmp.Or(cmp.Compare(a.taken, b.taken), cmp.Compare(a.source.name(), b.source.name()), cmp.Compare(a.gen, b.gen), cmp.Compare(a.pos, b.pos))
}

// offer selects the rule's records.
func (st *oState) offer(rec *oRecord) {
	r := st.rule
	if r.logs != nil && !slices.Contains(r.logs, rec.source.stem) {
		return
	}
	if r.events != nil && !slices.ContainsFunc(r.events, func(e string) bool { return e == "ORACLE_*" || strings.EqualFold(e, rec.event) }) {
		return
	}
	if r.match != nil && !r.match.holds(rec.value) {
		return
	}
	for _, name := range r.groupBy {
		if rec.value(name) == nil {
			st.missing++
			return
		}
	}
	st.matched++
	st.arrives[rec.at] = append(st.arrives[rec.at], rec)
}

// run evaluates every second, both ends included.
func (o *oracle) run(first, last int64) {
	for _, st := range o.rules {
		for _, tuple := range st.rule.expect {
			st.groups = append(st.groups, st.newGroup(st.rule.labels(tuple), first))
			st.groups[len(st.groups)-1].expected = true
			st.created++
		}
	}
	for s := first; s <= last; s++ {
		for _, st := range o.rules {
			o.second(st, s)
		}
	}
}

func (st *oState) newGroup(labels alert.Labels, s int64) *oGroup {
	return &oGroup{labels: labels, shown: oShown(labels), id: alert.Fingerprint(st.rule.id, labels), last: s, armed: s}
}

func (g *oGroup) compare(other *oGroup) int {
	return cmp.Or(g.shown.Compare(other.shown), strings.Compare(g.id, other.id))
}

func (r *oRule) labels(tuple []string) alert.Labels {
	var pairs []alert.Label
	for i, name := range r.groupBy {
		pairs = append(pairs, alert.Label{Name: name, Value: tuple[i]})
	}
	return alert.NewLabels(pairs...)
}

func (r *oRule) tuple(rec *oRecord) (tuple []string) {
	for _, name := range r.groupBy {
		text, _ := oText(rec.value(name))
		tuple = append(tuple, text)
	}
	return tuple
}

func (o *oracle) second(st *oState, s int64) {
	changed := map[*oGroup]bool{}
	for _, g := range st.groups {
		changed[g] = st.contentChanged(g, s)
	}
	for _, rec := range st.arrives[s] {
		if g := st.add(rec, s); g != nil {
			changed[g] = true
		}
	}
	st.groups = slices.DeleteFunc(st.groups, func(g *oGroup) bool {
		return !g.expected && g.state == 0 && g.last <= s-st.forget
	})
	slices.SortFunc(st.groups, (*oGroup).compare)
	for _, g := range st.groups {
		if st.rule.cron > 0 && s%st.rule.cron == 0 || st.rule.cron == 0 && (changed[g] || st.timer(g, s)) {
			o.judge(st, g, s)
		}
		if st.rule.cron == 0 {
			g.fresh = 0
		}
	}
}

// contentChanged tells whether a record is in a window at s that was not at s-1,
// or the other way round. It lets go what no window will see again.
func (st *oState) contentChanged(g *oGroup, s int64) bool {
	changed := false
	for i := range st.cols {
		c := &st.cols[i]
		for _, rec := range g.records {
			if oInside(c, rec, s) != oInside(c, rec, s-1) && oCounts(c, rec) {
				changed = true
			}
		}
	}
	g.records = slices.DeleteFunc(g.records, func(rec *oRecord) bool { return rec.taken < s-st.reach-120 })
	return changed
}

// timer is §2.5's seconds that are evaluated without a change.
func (st *oState) timer(g *oGroup, s int64) bool {
	switch {
	case st.rule.absence && s == g.armed+st.rule.window:
		return true
	case g.state == alert.Pending:
		return s == g.activeAt+st.rule.hold
	case g.state == alert.Firing && g.quietFrom != oNever:
		return s == g.quietFrom+st.rule.keep
	}
	return false
}

// add counts a record; nil when it does not count.
func (st *oState) add(rec *oRecord, s int64) *oGroup {
	labels := st.rule.labels(st.rule.tuple(rec))
	var g *oGroup
	for _, other := range st.groups {
		if other.labels.Compare(labels) == 0 {
			g = other
		}
	}
	if g == nil {
		st.created++
		g = st.newGroup(labels, s)
		if st.groups = append(st.groups, g); len(st.groups) > st.rule.max && st.evict() == g {
			return nil
		}
	}
	if g.state == alert.Firing && rec.suspect {
		return nil
	}
	g.last = s
	g.fresh++
	g.records = append(g.records, rec)
	st.recent = append(st.recent, rec)
	st.recentG = append(st.recentG, labels.String())
	return g
}

func (st *oState) evict() *oGroup {
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
		st.groups = slices.DeleteFunc(st.groups, func(g *oGroup) bool { return g == victim })
	}
	return victim
}
