package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// maxBucket bounds how many rules over the same records are compared with each other.
const maxBucket = 20

// pairs finds rules that say the same.
func (l *linter) pairs() {
	same := map[string]*rules.Rule{}
	alike := map[string][]*rules.Rule{}
	var order []string
	for _, r := range l.set.Rules {
		if r.Status != rules.Stable {
			continue // one on trial tells nobody anything
		}
		key := r.StateHash() + life(r)
		if first := same[key]; first != nil {
			l.ruleAt(r, "duplicate-rule", "remove one of them, or give one severity by levels", "the rule does the same as %q in %s:%d: each incident is told twice", first.ID, first.File, first.Line)
			continue
		}
		same[key] = r
		if r.Condition == nil || len(r.Sequence)+len(r.AllOf) > 0 {
			continue
		}
		key = looksAt(r)
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], r)
	}
	for _, key := range order {
		if bucket := alike[key]; len(bucket) <= maxBucket {
			l.overlaps(bucket)
		}
	}
}

// ruleAt warns of the rule as a whole.
func (l *linter) ruleAt(r *rules.Rule, code, hint, format string, args ...any) {
	l.at(r, "id").Warn(code, hint, format, args...)
}

// life is when and to whom the rule's alerts are told, but for severity and texts.
func life(r *rules.Rule) string {
	schedule := ""
	if r.Schedule != nil {
		schedule = r.Schedule.String()
	}
	return fmt.Sprintf("|%d %d %d %q %s %q %s", r.For, r.KeepFiringFor, r.Cooldown, r.ActiveIn, schedule, r.Labels.String(), text(r.Resolve))
}

// looksAt is all that the rule's condition is about, and what decides who is told.
func looksAt(r *rules.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %q %q %s %d %s %t %s", r.Source, r.Logs, r.Events, text(r.Match), r.Window, r.Mode, r.Absence, life(r))
	for _, g := range r.GroupBy {
		fmt.Fprintf(&b, "|%s", g.Name)
	}
	for _, f := range r.Fields {
		fmt.Fprintf(&b, "|%s=%s", f.Name, text(f.Expr))
	}
	for i, a := range r.Aggregates {
		fmt.Fprintf(&b, "|%s %s %s %+v", a.Name, text(a.Where), text(a.Value), r.Columns[i+1])
	}
	return b.String() + r.Severity.String()
}

func text(x *rules.Expr) string {
	if t := x.Term(); t != nil {
		return t.String()
	}
	if x != nil {
		return x.Source
	}
	return ""
}

// overlaps finds rules of which one fires whenever the other does.
func (l *linter) overlaps(bucket []*rules.Rule) {
	for i, a := range bucket {
		for j, b := range bucket {
			if i == j || inhibits(a, b) || inhibits(b, a) {
				continue
			}
			f, x, y := conditionFacts(a), a.Condition.Term(), b.Condition.Term()
			if x == nil || y == nil || f.refute(claim{term: x}) != nil {
				continue
			}
			strongerThan := f.refute(claim{term: x}, claim{term: y, not: true}) != nil
			equal := strongerThan && f.refute(claim{term: y}, claim{term: x, not: true}) != nil
			if !strongerThan || equal && i < j {
				continue
			}
			l.ruleAt(a, "overlapping-rule", fmt.Sprintf("one rule with levels tells of both; or inhibits: [%s]", b.ID),
				"whenever it fires, %q fires too, with the same severity", b.ID)
			break
		}
	}
}

func inhibits(a, b *rules.Rule) bool { return slices.Contains(a.Inhibits, b.ID) }

// inhibitions looks at who keeps whom silent.
func (l *linter) inhibitions() {
	for _, r := range l.set.Rules {
		items := r.At("inhibits", &l.faults).List()
		for i, id := range r.Inhibits {
			other := l.byID[id]
			if other == nil || i >= len(items) || r.Status == rules.Disabled {
				continue
			}
			switch {
			case other.Status == rules.Disabled:
				items[i].Warn("inhibits-disabled", "remove it", "the rule %q is disabled: there is nothing to keep silent", id)
			case r.MaxSeverity() < leastSeverity(other):
				items[i].Warn("inhibits-more-severe", "raise the severity of the rule, or remove it", "an alert of severity %s keeps the %s alerts of %q silent", r.MaxSeverity(), leastSeverity(other), id)
			}
		}
	}
}

func leastSeverity(r *rules.Rule) alert.Severity {
	if n := len(r.Levels); n > 0 {
		return r.Levels[n-1].Severity
	}
	return r.Severity
}
