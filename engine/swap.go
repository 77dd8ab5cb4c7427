package engine

import (
	"container/heap"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Swap replaces the rules. A rule whose state hash is the same keeps its state,
// and its new severity, texts and times take effect at once; the alerts that
// fire of one that is gone or means something else resolve, at the final
// second (semantics §3.4, §3.8).
func (e *Engine) Swap(set *rules.Set) []Output {
	e.out = e.out[:0]
	old := e.rules
	e.rules = nil
	places := map[int]int{}
	for _, rule := range set.Rules {
		if rule.Status != rules.Disabled {
			r := e.inherit(rule, old, places)
			r.index = len(e.rules)
			e.rules = append(e.rules, r)
		}
	}
	for _, r := range old {
		if _, kept := places[r.index]; !kept && e.final != never {
			e.retire(r, reasonFor(r, set))
		}
	}
	e.reindex(places)
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
func (e *Engine) inherit(rule *rules.Rule, old []*ruleState, places map[int]int) *ruleState {
	for _, r := range old {
		if r.rule.ID != rule.ID || r.rule.StateHash() != rule.StateHash() || r.rule.Mode != rule.Mode || r.rule.Absence != rule.Absence {
			continue
		}
		places[r.index] = len(e.rules)
		kept := *r
		kept.rule, kept.due = rule, never
		kept.timers, kept.victims = nil, victims{}
		kept.readjust(e.final)
		return &kept
	}
	r := newRuleState(rule, len(e.rules), e.o.Redactor)
	if e.begun {
		r.begin(e.final+1, e.final+1)
	}
	return r
}

// readjust moves the times that groups wait for to those of the new rule, never
// into the past.
func (r *ruleState) readjust(final int64) {
	for i := range r.active {
		inc := &r.active[i]
		switch {
		case inc.State == alert.Pending:
			inc.Wake = max(inc.ActiveAt+r.rule.For, final+1)
		case inc.State == alert.Firing && inc.QuietSince != never:
			inc.Wake = max(inc.QuietSince+r.rule.KeepFiringFor, final+1)
		}
	}
	if r.cron = never; r.rule.Schedule != nil && final != never {
		r.planSchedule(final)
	}
	r.rearm(final)
}

// retire resolves whatever fires of a rule that goes.
func (e *Engine) retire(r *ruleState, reason string) {
	r.told = r.told[:0]
	for slot := r.lru.head; slot != none; {
		next := r.slots[slot].next
		if inc := r.incident(slot); inc != nil && inc.State == alert.Firing {
			from := len(e.out)
			r.resolve(e, inc, e.final, reason, r.values(slot))
			r.collect(e, slot, from)
		}
		slot = next
	}
	r.tell(e)
}

// reindex rebuilds what refers to rules by place.
func (e *Engine) reindex(places map[int]int) {
	waiting := e.pending.bySecond
	e.pending = newPending()
	e.adopt(waiting, places)
	for i := range e.index {
		e.index[i] = map[string][]*ruleState{}
	}
	e.due = e.due[:0]
	heap.Init(&e.due)
	if e.begun {
		for _, r := range e.rules {
			e.schedule(r)
		}
	}
}
