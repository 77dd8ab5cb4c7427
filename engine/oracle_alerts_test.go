package engine_test

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"slices"
)

// transitions are the second's transitions of log rules, as records.
//
// Where the page is silent: a group label that the rule does not have is nil; the
// records have no samples.
func (o *oracle) transitions(from int) (facts []*oFacts) {
	for i, out := range o.out[from:] {
		t := out.Alert
		if t == nil || t.Group.Get("overflow") == "true" {
			continue
		}
		fields := map[string]any{"rule": t.Rule, "state": t.State.String(), "severity": t.Severity.String()}
		for _, l := range t.Group {
			fields["labels."+l.Name] = l.Value
		}
		for _, v := range t.Values {
			fields["values."+v.Name] = v.V
		}
		facts = append(facts, &oFacts{place: int64(i), fields: fields})
	}
	return facts
}

// oOverflow is the one alert for a rule's folded groups (§4.4).
type oOverflow struct {
	folded   int64
	startsAt int64
}

// overflow tells at the end of a rule's second how many groups are folded, if
// that has changed.
//
// Where the page is silent: the same number of other groups is no change; the
// alert is not counted as fired or resolved.
func (o *oracle) overflow(st *oState, s int64) {
	v := &st.overflow
	n := int64(0)
	groups := []any{}
	for _, g := range st.groups { // by labels
		if g.folded {
			if n++; n <= 5 {
				groups = append(groups, g.shown.String())
			}
		}
	}
	if n == v.folded {
		return
	}
	state := alert.Update
	switch {
	case v.folded == 0:
		state, v.startsAt = alert.Firing, s
	case n == 0:
		state = alert.Resolved
	}
	v.folded = n
	shown := alert.NewLabels(alert.Label{Name: "overflow", Value: "true"})
	t := &alert.Transition{At: s, Rule: st.rule.id, Group: shown, State: state, Severity: st.rule.severity(),
		Fingerprint: alert.Fingerprint(st.rule.id, shown), ActiveAt: v.startsAt, StartsAt: v.startsAt,
		Values: []alert.Value{{Name: "overflow", V: n}, {Name: "groups", V: groups}}}
	if state == alert.Resolved {
		t.EndsAt, t.Reason = s, "condition"
	}
	t.AlertID = alert.ID(t.Fingerprint, v.startsAt)
	t.ID = alert.TransitionID(t.AlertID, state, s)
	o.out = append(o.out, engine.Output{Alert: t})
}

// builtin are the rules about the engine's health, as package rules ships them.
func builtin() []*oRule {
	of := func(id, event, label string) *oRule {
		r := &oRule{id: id, source: "health", match: oCmp("==", "event", event), window: 600,
			cond: oCmp(">=", "count", 1), warmup: -1, max: 10000}
		if label != "" {
			r.groupBy = []string{label}
		}
		switch label {
		case "of_rule":
			r.fields = []oNamed{{"of_rule", oName("rule")}}
		case "receiver":
			r.fields = []oNamed{{"receiver", oName("source")}}
		}
		return r
	}
	return []*oRule{of("group-limit", "GROUP_EVICTED", "of_rule"), of("rule-quarantined", "RULE_QUARANTINED", "of_rule"),
		of("clock-skew", "CLOCK_SKEW", "source"), of("receiver-failing", "RECEIVER_FAILING", "receiver"),
		of("outbox-backlog", "OUTBOX_BACKLOG", "receiver"), of("dead-letters", "DEAD_LETTER", "receiver"), of("state-disk", "STATE_DISK", ""),
		of("state-broken", "STATE_BROKEN", ""),
		of("source-stalled", "SOURCE_STALLED", "source"), of("gap", "GAP", "source"), of("parse-failures", "PARSE_FAILURES", "source"),
		of("engine-lag", "ENGINE_LAG", "")} // those from state-disk on never see a record
}

func isBuiltin(id string) bool {
	return slices.ContainsFunc(builtin(), func(r *oRule) bool { return r.id == id })
}

// sick notes a health record of the second being evaluated.
func (o *oracle) sick(event, rule string) {
	o.health = append(o.health, &oFacts{fields: map[string]any{"event": event, "rule": rule}, place: int64(len(o.health))})
}

// oBroken is why a rule is about to be quarantined, or was.
//
// Where the page is silent: a failure over a record is noted when the record is
// read, and takes effect at the second that evaluates it. A judgement's failure
// takes effect in its second, after all of the rule's groups were judged.
type oBroken struct {
	records, judgements int // failures in a row
	at                  int64
	done                bool // at the end of the second being evaluated, or before
	told                bool
}

func (b *oBroken) noted() bool { return b.done || b.at != 0 }

// record counts a record over which the rule's expressions were evaluated.
func (b *oBroken) record(failed bool, limit int, at int64) {
	b.records++
	if !failed {
		b.records = 0
	}
	if b.records >= limit && !b.noted() {
		b.at = at
	}
}

func (b *oBroken) judged(failed bool, limit int) {
	b.judgements++
	if !failed {
		b.judgements = 0
	}
	b.done = b.done || b.judgements >= limit
}

// quarantine resolves what fires and forgets the rule's state.
func (o *oracle) quarantine(st *oState, s int64) {
	st.broken.done = true
	if st.broken.told {
		return
	}
	st.broken.told = true
	for _, g := range st.groups {
		if g.state == alert.Firing && !g.folded {
			st.resolved++
			values, _ := st.values(g, s)
			o.tell(st, g, alert.Resolved, s, values)
			o.out[len(o.out)-1].Alert.Reason = "rule_quarantined"
		}
		g.folded = false
	}
	st.groups, st.recent, st.recentG, st.arrives, st.dates = nil, nil, nil, nil, nil
	from := len(o.out)
	o.overflow(st, s)
	for _, out := range o.out[from:] {
		out.Alert.Reason = "rule_quarantined"
	}
	o.sick("RULE_QUARANTINED", st.rule.id)
}
