package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Stats are one rule's totals since the engine was made or restored.
type Stats struct {
	Rule           string
	Matched        int64 // records that counted
	Groups         int64 // groups ever seen
	Fired          int64 // firing and event transitions
	Resolved       int64
	Suppressed     int64 // records swallowed by cooldowns and in event mode by the warmup
	Folded         int64 // groups that fired beyond max_firing
	Quarantined    bool
	EvalErrors     int64
	FirstError     string
	MissingGroup   int64 // records without a group_by field
	Evicted        int64
	TemplateErrors int64
	Peak           Peak
	Course         *Course // with Options.Courses; of a rule that was never judged nil
}

// Peak is the highest value of the rule's deciding aggregate, and where: the
// nearest miss of a rule that did not fire.
type Peak struct {
	Of    string
	Value float64
	At    int64
	Group alert.Labels
	Seen  bool
}

// SourceStats are one source's totals.
type SourceStats struct {
	Name                string
	Late, Future, Steps int64
	Newest              int64 // greatest timestamp, when Seen
	Seen                bool
}

// Stats returns the totals of every rule, in file order, and every source.
func (e *Engine) Stats() ([]Stats, []SourceStats) {
	perRule := make([]Stats, len(e.rules))
	for i, r := range e.rules {
		perRule[i] = r.stats
		perRule[i].Rule = r.rule.ID
		if r.course.Span > 0 {
			perRule[i].Course = &r.course
		}
	}
	perSource := make([]SourceStats, len(e.sources))
	for i, s := range e.sources {
		perSource[i] = SourceStats{Name: s.Name, Late: s.Late, Future: s.Future, Steps: s.Steps, Newest: s.Maxts, Seen: s.Maxts != never}
	}
	return perRule, perSource
}

// notePeak keeps the first highest value of the deciding column; of equal ones
// in a second, the first group by labels.
func (r *ruleState) notePeak(slot uint32, s int64, values []alert.Value) {
	v := values[r.rule.PeakOf]
	n, ok := rules.Number(v.V)
	p := &r.stats.Peak
	if !ok || p.Seen && (n < p.Value || n == p.Value && s > p.At) || r.hidesValue(r.rule.PeakOf, n) {
		return
	}
	group := r.labels(r.groups.Key(slot))
	if p.Seen && n == p.Value && p.Group.Compare(group) <= 0 {
		return
	}
	*p = Peak{Of: v.Name, Value: n, At: s, Group: group, Seen: true}
}
