package engine_test

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
)

// judge is semantics §3 for one group at one second.
func (o *oracle) judge(st *oState, g *oGroup, s int64) {
	r := st.rule
	if r.absence && s < g.armed+r.window {
		return
	}
	values, empty := st.values(g, s)
	lookup := func(name string) any {
		for _, v := range values {
			if v.Name == name {
				return v.V
			}
		}
		return g.shown.Get(name)
	}
	holds := r.cond == nil || r.cond.holds(lookup)
	switch {
	case !r.stateMode():
		o.judgeEvent(st, g, s, holds, values)
	case g.state == 0 && holds:
		g.state, g.activeAt, g.startsAt, g.quietFrom = alert.Pending, s, 0, oNever
		if r.hold > 0 {
			o.tell(st, g, alert.Pending, s, values)
			return
		}
		o.fire(st, g, s, values)
	case g.state == alert.Pending && !holds:
		g.state = 0
	case g.state == alert.Pending && s >= g.activeAt+r.hold:
		o.fire(st, g, s, values)
	case g.state == alert.Firing:
		quiet := !holds
		if r.resolve != nil {
			quiet = r.resolve.holds(lookup)
		}
		o.judgeFiring(st, g, s, quiet || empty && !r.absence, values)
	}
}

func (o *oracle) fire(st *oState, g *oGroup, s int64, values []alert.Value) {
	g.state, g.startsAt = alert.Firing, s
	st.fired++
	o.tell(st, g, alert.Firing, s, values)
}

func (o *oracle) judgeFiring(st *oState, g *oGroup, s int64, quiet bool, values []alert.Value) {
	if !quiet {
		g.quietFrom = oNever
		return
	}
	if g.quietFrom == oNever {
		g.quietFrom = s
	}
	if s >= g.quietFrom+st.rule.keep {
		st.resolved++
		o.tell(st, g, alert.Resolved, s, values)
		g.state = 0
	}
}

func (o *oracle) judgeEvent(st *oState, g *oGroup, s int64, holds bool, values []alert.Value) {
	fresh := g.fresh
	g.fresh = 0
	if fresh == 0 {
		return
	}
	if s < g.until {
		if g.suppressed == 0 {
			o.out = append(o.out, engine.Output{Suppressed: &alert.Suppression{At: s, Rule: st.rule.id, Group: g.shown,
				Fingerprint: alert.Fingerprint(st.rule.id, g.labels), By: "cooldown"}})
		}
		g.suppressed += fresh
		st.suppressed += fresh
		return
	}
	if !holds {
		return
	}
	g.activeAt, g.startsAt = s, s
	st.fired++
	o.tell(st, g, alert.Event, s, values)
	g.records, g.until, g.suppressed = nil, s+st.rule.cooldown, 0
}

// values recomputes every column of the group at s.
func (st *oState) values(g *oGroup, s int64) (values []alert.Value, empty bool) {
	empty = true
	for i := range st.cols {
		c := &st.cols[i]
		var in []*oRecord
		for _, rec := range g.records {
			if oInside(c, rec, s) && oCounts(c, rec) {
				in = append(in, rec)
			}
		}
		empty = empty && len(in) == 0
		values = append(values, alert.Value{Name: c.name, V: oValue(*c, in)})
	}
	return values, empty
}

func oShown(labels alert.Labels) alert.Labels {
	out := alert.Labels{}
	for _, l := range labels {
		out = append(out, alert.Label{Name: l.Name, Value: redactor.Value(l.Name, l.Value).(string)})
	}
	return out
}

func (o *oracle) tell(st *oState, g *oGroup, state alert.State, s int64, values []alert.Value) {
	r := st.rule
	t := &alert.Transition{At: s, Rule: r.id, Group: g.shown, State: state, Severity: alert.Warning,
		Fingerprint: alert.Fingerprint(r.id, g.labels), ActiveAt: g.activeAt, StartsAt: g.startsAt, Values: values,
		Samples: o.samples(st, g, s), Window: r.window}
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
	o.out = append(o.out, engine.Output{Alert: t})
}

func (o *oracle) samples(st *oState, g *oGroup, s int64) []alert.Sample {
	var all []alert.Sample
	for i := max(0, len(st.recent)-128); i < len(st.recent); i++ {
		rec := st.recent[i]
		if st.recentG[i] == g.labels.String() && rec.sec > s-max(1, st.reach) {
			all = append(all, alert.Sample{At: rec.sec, Source: rec.source.name(), File: rec.scanned.File, Pos: rec.pos,
				Text: rec.shown()})
		}
	}
	if len(all) > 6 {
		all = append(all[:3:3], all[len(all)-3:]...)
	}
	return all
}
