package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Swap replaces the rules. A rule whose state hash is the same keeps its state,
// and its new severity, texts and times take effect at once; the alerts that
// fire of one that is gone or means something else resolve, at the final
// second (semantics §3.4, §3.8).
func (e *Engine) Swap(set *rules.Set) []Output {
	e.out = e.out[:0]
	e.holdNone()
	waiting := e.waiting()
	old := e.rules
	e.rules, e.set = nil, newSelection(set, e.o.Redactor)
	e.matcher = newMatcher(e.set)
	places := map[int]int{}
	for _, m := range e.set.rules {
		r := e.inherit(m, old, places)
		r.frozen = e.freezes(r)
		e.rules = append(e.rules, r)
	}
	for _, r := range old {
		if _, kept := places[r.index]; !kept && e.final != never {
			r.endAll(e, e.final, reasonFor(r, set))
		}
	}
	e.sortKinds()
	e.reindex(waiting, places)
	return e.out
}

func reasonFor(r *ruleState, set *rules.Set) string {
	if now := set.Find(r.rule.ID); now != nil && now.Status != rules.Disabled {
		return "rule_changed"
	}
	return "rule_removed"
}

// inherit returns the state of the old rule with the same meaning, or a new one.
// places maps the kept ones' old places to their new.
func (e *Engine) inherit(m *matching, old []*ruleState, places map[int]int) *ruleState {
	rule := m.rule
	for _, r := range old {
		if r.rule.ID != rule.ID || !r.continues(rule) {
			continue
		}
		places[r.index] = m.index
		kept := *r
		kept.matching = m
		kept.timers, kept.victims = nil, victims{}
		if adapted, err := r.records.adapted(rule); err == nil {
			kept.records = adapted
		} else {
			kept.records = newRecall(rule) // it cannot be: the state was just taken
		}
		kept.readjust(e.final)
		return &kept
	}
	r := newRuleState(m)
	if e.begun {
		r.begin(e.final+1, e.final+1)
	}
	return r
}

// continues reports whether the rule's state has the same meaning for an edited
// rule. One in quarantine gets another chance.
func (r *ruleState) continues(rule *rules.Rule) bool {
	return r.rule.StateHash() == rule.StateHash() && !r.faults.Quarantined
}

// readjust moves the times that groups wait for to those of the new rule, never
// into the past.
func (r *ruleState) readjust(final int64) {
	for i := range r.active {
		inc := &r.active[i]
		switch {
		case inc.State == alert.Pending && inc.Reported && r.warming(final+1):
			inc.Wake = r.began + r.rule.Warmup
		case inc.State == alert.Pending:
			inc.Wake = max(inc.ActiveAt+r.rule.For, final+1)
		case inc.State == alert.Firing:
			inc.Wake = r.nextLook(inc, final)
		}
	}
	if r.order != nil {
		r.order.rule = r.rule
		r.order.steps = newOrder(r.rule).steps
	}
	if r.cron = never; r.rule.Schedule != nil && final != never {
		r.planSchedule(final)
	}
	r.rearm(final)
}

// nextLook is when a firing group wants to be judged next: when it has been quiet,
// or below its level, for long enough.
func (r *ruleState) nextLook(inc *incident, final int64) int64 {
	at := int64(never)
	for _, since := range []int64{inc.QuietSince, inc.LowSince} {
		if end := max(since+r.rule.KeepFiringFor, final+1); since != never && (at == never || end < at) {
			at = end
		}
	}
	return at
}

// reindex rebuilds what refers to rules by place.
func (e *Engine) reindex(waiting []pendingSecond, places map[int]int) {
	e.pending = newPending()
	e.adopt(waiting, places)
	e.findAiling()
	e.scheduleNone()
	if e.begun {
		for _, r := range e.rules {
			e.schedule(r)
		}
	}
}
