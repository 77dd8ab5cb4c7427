package report

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Threshold is a constant that a condition compares the rule's deciding value with.
type Threshold struct {
	Op       string // <, <=, >, >=, ==
	Value    float64
	Severity alert.Severity
	Alone    bool // the condition is this comparison; else one of several that must hold
}

// thresholds are those of the condition, or of the levels, most severe first. They
// are only what follows from the expression: an or, a value that is computed, or one
// that is compared with another gives none.
func thresholds(r *rules.Rule) (out []Threshold) {
	of := decidingName(r)
	if len(r.Levels) == 0 {
		if t, ok := threshold(r.Condition.Term(), of); ok {
			t.Severity = r.Severity
			out = append(out, t)
		}
		return out
	}
	for _, l := range r.Levels {
		if t, ok := threshold(l.Expr.Term(), of); ok {
			t.Severity = l.Severity
			out = append(out, t)
		}
	}
	if len(out) < len(r.Levels) {
		return nil // the lowest may be the one that is not known
	}
	return out
}

func decidingName(r *rules.Rule) string {
	if r.PeakOf == 0 {
		return "count"
	}
	return r.Aggregates[r.PeakOf-1].Name
}

func threshold(t *rules.Term, of string) (Threshold, bool) {
	if t == nil {
		return Threshold{}, false
	}
	if t.Op == "and" {
		for _, part := range t.Args {
			if found, ok := threshold(part, of); ok {
				found.Alone = false
				return found, true
			}
		}
		return Threshold{}, false
	}
	turned := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
	if turned[t.Op] == "" || len(t.Args) != 2 {
		return Threshold{}, false
	}
	op, name, value := t.Op, t.Args[0], t.Args[1]
	if name.Op == "value" {
		op, name, value = turned[op], value, name
	}
	n, ok := rules.Number(value.Value)
	if name.Op != "name" || name.Name != of || value.Op != "value" || !ok {
		return Threshold{}, false
	}
	return Threshold{Op: op, Value: n, Alone: true}, true
}
