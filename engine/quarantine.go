package engine

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
)

// DefaultQuarantineAfter is how many evaluations of a rule in a row may fail
// before it is quarantined.
const DefaultQuarantineAfter = 1000

// faults counts how a rule's expressions fail. One that keeps failing says
// nothing and costs time: it is quarantined until its file changes.
type faults struct {
	Records, Windows int64 // evaluations in a row that failed
	Quarantined      bool
	From             int64 // the second at which the quarantine begins; never: it does not
	failing          bool  // the judgement under way has failed
	err              error // of the judgement under way, when it has failed
	failures         int   // judgements of the second under way that failed
}

// judged is a group that was judged at the second under way.
type judged struct {
	slot uint32
	err  error // nil: it did not fail
}

// countJudged counts the second's judgements in the order of the groups' labels:
// which of them failed in a row must not depend on where the groups lie.
func (r *ruleState) countJudged(limit int, s int64) {
	f := &r.faults
	if f.failures > 0 {
		slices.SortFunc(r.judged, func(a, b judged) int { return r.compareSlots(a.slot, b.slot) })
	}
	for _, j := range r.judged {
		if f.Windows++; j.err == nil {
			f.Windows = 0
		} else if r.stats.FirstError == "" {
			r.stats.FirstError = r.errorText(j.err, "while judging a window")
		}
		if f.Windows >= int64(limit) {
			f.From = s
		}
	}
	r.judged, f.failures = r.judged[:0], 0
}

// due reports whether the quarantine begins by that second.
func (f *faults) due(s int64) bool { return f.From != never && f.From <= s }

// noted reports whether the rule wants no records any more.
func (f *faults) noted() bool { return f.From != never }

// broken reports whether the rule has just failed over a record once too often.
func (f *faults) broken(limit int) bool { return f.Records >= int64(limit) && !f.noted() }

// closed reports whether the rule wants no records of that second any more.
func (f *faults) closed(s int64) bool { return f.Quarantined || f.due(s) }

// doubt decides about a rule after a record that is evaluated at a second: there
// the quarantine begins. What was evaluated before stands, however far ahead
// records are read.
func (e *Engine) doubt(r *ruleState, at int64) {
	if !r.faults.broken(e.o.QuarantineAfter) {
		return
	}
	r.faults.From = at
	e.schedule(r)
}

// quarantine ends what a rule has begun and forgets it.
func (r *ruleState) quarantine(e *Engine, s int64) {
	r.endAll(e, s, "rule_quarantined")
	empty := newRuleState(r.matching)
	empty.began, empty.stats = r.began, r.stats
	empty.stats.Quarantined, empty.faults.Quarantined, empty.faults.From = true, true, s
	*r = *empty
	e.notice(r, health{Event: ruleQuarantined, Rule: r.rule.ID, Times: 1})
}

// endAll resolves whatever fires of a rule.
func (r *ruleState) endAll(e *Engine, s int64, reason string) {
	r.told = r.told[:0]
	for slot := r.lru.head; slot != none; {
		next := r.slots.At(slot).next
		if inc := r.incident(slot); inc != nil && inc.State == alert.Firing {
			from := len(e.out)
			r.resolve(e, inc, s, reason)
			r.collect(e, slot, from)
		}
		slot = next
	}
	r.tell(e)
	r.endCrowd(e, s, reason)
}
