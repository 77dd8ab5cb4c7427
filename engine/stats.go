package engine

import (
	"math"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
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

// noteDeciding keeps what Stats tells of the deciding column.
func (r *ruleState) noteDeciding(slot uint32, s int64, courses bool) {
	n, ok := r.deciding(slot, s)
	if !ok {
		return
	}
	r.notePeak(slot, s, n)
	if courses && !r.hidesValue(r.rule.PeakOf, n) {
		r.course.note(s, n)
	}
}

// deciding is the value of the deciding column, if it is a number.
func (r *ruleState) deciding(slot uint32, s int64) (n float64, ok bool) {
	switch r.rule.Columns[r.rule.PeakOf].Func {
	case windowing.Top, windowing.Values:
		return 0, false
	case windowing.First, windowing.Last:
		return rules.Number(r.table.Any(slot, r.rule.PeakOf))
	}
	n, ok, _ = r.number(slot, r.rule.PeakOf, s)
	return n, ok && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// notePeak keeps the first highest value of the deciding column; of equal ones
// in a second, the first group by labels.
func (r *ruleState) notePeak(slot uint32, s int64, n float64) {
	p := &r.stats.Peak
	if p.Seen && (n < p.Value || n == p.Value && s > p.At) || r.hidesValue(r.rule.PeakOf, n) {
		return
	}
	group := r.labels(r.groups.Key(slot))
	if p.Seen && n == p.Value && p.Group.Compare(group) <= 0 {
		return
	}
	*p = Peak{Of: r.valueName(r.rule.PeakOf), Value: n, At: s, Group: group, Seen: true}
}
