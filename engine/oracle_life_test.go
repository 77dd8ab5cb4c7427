package engine_test

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
)

// oLook is what a judgement sees.
type oLook struct {
	values []alert.Value
	lookup func(string) any
	empty  bool // all windows are
	holds  bool // the condition, any level, or the sequence is complete
	level  alert.Severity
	failed bool
}

// judge is semantics §3 for one group at one second.
func (o *oracle) judge(st *oState, g *oGroup, s int64) {
	r := st.rule
	if r.absence && s < g.armed+r.window {
		return
	}
	l := st.look(g, s)
	if o.saw != nil {
		o.saw(g, s, l)
	}
	switch {
	case r.steps != nil:
		o.judgeSequence(st, g, s, l)
	case r.stateMode():
		o.judgeState(st, g, s, l)
	default:
		o.judgeEvent(st, g, s, l)
	}
	st.broken.judged(l.failed, o.fails)
}

func (st *oState) look(g *oGroup, s int64) *oLook {
	r := st.rule
	l := &oLook{level: r.severity()}
	l.values, l.empty = st.values(g, s)
	l.lookup = func(name string) any {
		if v, ok := oConstant(name); ok {
			return v
		}
		for _, v := range l.values {
			if v.Name == name {
				return v.V
			}
		}
		if which, field, ok := strings.Cut(name, "."); ok {
			return st.recorded(g, s, which, field)
		}
		return g.shown.Get(name)
	}
	switch {
	case r.steps != nil:
		l.holds = st.complete(g, s)
	case r.levels != nil:
		l.level = 0
		for _, v := range r.levels {
			holds, failed := v.expr.holds(l.lookup)
			if l.failed = l.failed || failed; holds {
				l.level = max(l.level, v.severity)
			}
		}
		l.holds = l.level > 0
	case r.cond != nil:
		l.holds, l.failed = r.cond.holds(l.lookup)
	default:
		l.holds = true
	}
	return l
}

// values recomputes every column of the group at s.
func (st *oState) values(g *oGroup, s int64) (values []alert.Value, empty bool) {
	empty = !st.rule.endless()
	for i := range st.cols {
		records := g.records
		if st.cols[i].staged {
			records = afterUntil(g.unspent())
		}
		in := within(st.cols, i, records, s)
		empty = empty && len(in) == 0
		values = append(values, alert.Value{Name: st.cols[i].name, V: oValue(st.cols, i, in, g.records, s)})
	}
	return values, empty
}

// recorded is a field of the first, last or second-last record of the rule's
// window.
func (st *oState) recorded(g *oGroup, s int64, which, field string) any {
	c := &oAgg{window: st.rule.window}
	if c.window == 0 {
		c.window = oForever
	}
	var in []*oSeen
	for _, x := range g.records {
		if oInside(c, x, s) {
			in = append(in, x)
		}
	}
	i := map[string]int{"first": 0, "last": len(in) - 1, "prev": len(in) - 2}[which]
	if i < 0 || i >= len(in) {
		return nil
	}
	return in[i].plain(field)
}

func (o *oracle) judgeState(st *oState, g *oGroup, s int64, l *oLook) {
	switch g.state {
	case 0:
		if !l.holds {
			return
		}
		g.state, g.activeAt, g.startsAt, g.severity, g.warned = alert.Pending, s, 0, l.level, false
		if st.rule.hold > 0 {
			o.tell(st, g, alert.Pending, s, l.values)
			return
		}
		o.ripe(st, g, s, l)
	case alert.Pending:
		if !l.holds {
			g.state = 0
		} else if s >= g.activeAt+st.rule.hold {
			o.ripe(st, g, s, l)
		}
	case alert.Firing:
		o.judgeFiring(st, g, s, l)
	}
}

// ripe fires, unless the rule is warming up; beyond max_firing it does so without
// a line.
func (o *oracle) ripe(st *oState, g *oGroup, s int64, l *oLook) {
	if s < st.warmEnd {
		if !g.warned {
			o.suppress(st, g, s, "warmup")
		}
		g.warned = true
		return
	}
	announced := 0
	for _, other := range st.groups {
		announced += one(other.state == alert.Firing && !other.folded)
	}
	g.state, g.startsAt, g.severity, g.quietFrom, g.lowSince = alert.Firing, s, l.level, oNever, oNever
	if g.folded = announced >= st.rule.mayFire(); g.folded {
		o.suppress(st, g, s, "max_firing")
		return
	}
	st.fired++
	o.tell(st, g, alert.Firing, s, l.values)
}

func (r *oRule) mayFire() int {
	if r.maxFiring > 0 {
		return r.maxFiring
	}
	return 100
}

func (o *oracle) judgeFiring(st *oState, g *oGroup, s int64, l *oLook) {
	r := st.rule
	quiet := !l.holds
	if r.resolve != nil {
		var failed bool
		quiet, failed = r.resolve.holds(l.lookup)
		l.failed = l.failed || failed
	}
	quiet = quiet || l.empty && !r.absence && r.steps == nil
	switch {
	case !quiet:
		g.quietFrom = oNever
	case g.quietFrom == oNever:
		g.quietFrom = s
	}
	if quiet && s >= g.quietFrom+r.keep {
		if !g.folded {
			st.resolved++
			o.tell(st, g, alert.Resolved, s, l.values)
		}
		g.state, g.folded = 0, false
		return
	}
	if r.levels != nil {
		o.relevel(st, g, s, l)
	}
}

// relevel is §3.3: up at once, down when the current level has been false for
// keep_firing_for while a lower one is true.
func (o *oracle) relevel(st *oState, g *oGroup, s int64, l *oLook) {
	holds := false
	for _, v := range st.rule.levels {
		if v.severity == g.severity {
			holds, _ = v.expr.holds(l.lookup)
		}
	}
	switch {
	case holds:
		g.lowSince = oNever
	case g.lowSince == oNever:
		g.lowSince = s
	}
	up := l.level > g.severity
	down := !holds && s >= g.lowSince+st.rule.keep && l.level > 0 && l.level < g.severity
	if !up && !down {
		return
	}
	g.severity, g.lowSince = l.level, oNever
	if !g.folded {
		o.tell(st, g, alert.Update, s, l.values)
	}
}

func (o *oracle) judgeEvent(st *oState, g *oGroup, s int64, l *oLook) {
	fresh := g.fresh
	g.fresh = 0
	switch {
	case fresh == 0:
		l.failed = false
	case s < g.until:
		o.cool(st, g, s, fresh)
	case !l.holds:
	case s < st.warmEnd:
		o.suppress(st, g, s, "warmup")
		st.suppressed += fresh
	default:
		o.event(st, g, s, l)
		g.spend()
	}
}

func (o *oracle) event(st *oState, g *oGroup, s int64, l *oLook) {
	g.activeAt, g.startsAt, g.severity = s, s, l.level
	st.fired++
	o.tell(st, g, alert.Event, s, l.values)
	g.until, g.suppressed, g.cooled = s+st.rule.cooldown, 0, false
}

// cool is a match within the cooldown: the first of each is told.
func (o *oracle) cool(st *oState, g *oGroup, s, fresh int64) {
	if !g.cooled {
		o.suppress(st, g, s, "cooldown")
	}
	g.cooled = true
	g.suppressed += fresh
	st.suppressed += fresh
}

func (o *oracle) suppress(st *oState, g *oGroup, s int64, by string) {
	o.out = append(o.out, engine.Output{Suppressed: &alert.Suppression{At: s, Rule: st.rule.id, Group: g.shown,
		Fingerprint: alert.Fingerprint(st.rule.id, g.labels), By: by}})
}

func (o *oracle) tell(st *oState, g *oGroup, state alert.State, s int64, values []alert.Value) {
	r := st.rule
	t := &alert.Transition{At: s, Rule: r.id, Group: g.shown, State: state, Severity: g.severity,
		Fingerprint: alert.Fingerprint(r.id, g.labels), ActiveAt: g.activeAt, StartsAt: g.startsAt, Values: values,
		Samples: st.samples(g, s), Window: r.window}
	identity := g.startsAt
	switch state {
	case alert.Pending:
		identity = g.activeAt
	case alert.Resolved:
		t.EndsAt, t.Reason = s, "condition"
	case alert.Event:
		t.Suppressed = g.suppressed
	}
	t.AlertID = alert.ID(t.Fingerprint, identity)
	t.ID = alert.TransitionID(t.AlertID, state, s)
	if r.cond != nil {
		t.Condition = r.cond.String()
	}
	for _, v := range r.levels {
		if v.severity == g.severity {
			t.Condition = v.expr.String()
		}
	}
	o.out = append(o.out, engine.Output{Alert: t})
}

func (st *oState) samples(g *oGroup, s int64) []alert.Sample {
	var all []alert.Sample
	for i := max(0, len(st.recent)-128); i < len(st.recent); i++ {
		rec := st.recent[i].rec
		if rec != nil && st.recentG[i] == g.labels.String() && (st.reach == oForever || rec.sec > s-max(1, st.reach)) {
			all = append(all, alert.Sample{At: rec.sec, Source: rec.source.name(), File: rec.scanned.File, Pos: rec.pos,
				Text: rec.shown()})
		}
	}
	if len(all) > 6 {
		all = slices.Concat(all[:3], all[len(all)-3:])
	}
	return all
}
