package rules

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

func (fc *fileContext) readWindow(m *strictyaml.Mapping, r *Rule) {
	d, _ := m.Get("window").Duration()
	r.Window = int64(d / time.Second)
	r.Columns = []windowing.Column{{Func: windowing.Count, Window: r.Window}}
	if v := m.Get("aggregates"); v.There() {
		fc.readAggregates(v, r)
	}
	if v := m.Get("condition"); v.There() {
		r.Condition = compile(v, fc.conditionScope(r), wantBool)
	}
	if v := m.Get("levels"); v.There() {
		fc.readLevels(v, m, r)
	}
	if v := m.Get("resolve"); v.There() {
		r.Resolve = compile(v, fc.conditionScope(r), wantBool)
	}
	r.PeakOf = peakColumn(r)
	r.LookBack = r.Window == 0 && len(r.Recorded) > 0 ||
		slices.ContainsFunc(r.Columns, func(c windowing.Column) bool { return c.Window == windowing.Forever })
}

// readLevels reads one expression per severity.
func (fc *fileContext) readLevels(v strictyaml.Value, m *strictyaml.Mapping, r *Rule) {
	lm := v.Mapping()
	for severity := alert.Critical; severity >= alert.Info; severity-- {
		lv := lm.Get(severity.String())
		if !lv.There() {
			continue
		}
		x := compile(lv, fc.conditionScope(r), wantBool)
		r.Levels = append(r.Levels, Level{Severity: severity, Expr: x})
	}
	lm.Done()
	if len(lm.Keys()) == 0 && v.IsMapping() {
		v.Fault("levels: {warning: count >= 5, critical: count >= 20}", "there are no levels")
	}
	if len(r.Levels) > 0 {
		r.Severity = r.Levels[0].Severity
	}
	if m.Get("condition").There() && !fc.ordered {
		m.Key("condition").Fault("remove it: a rule's levels are its conditions", "a rule has condition or levels, not both")
	}
	if m.Get("severity").There() && !fc.wide["severity"] {
		m.Key("severity").Fault("remove it", "the severity is that of the highest level that holds")
	}
	r.Levels = slices.DeleteFunc(r.Levels, func(l Level) bool { return l.Expr == nil })
}

// Judges are the expressions that decide whether the rule's alerts begin: the condition,
// or the levels, most severe first; none of a rule that goes without.
func (r *Rule) Judges() []*Expr {
	if len(r.Levels) > 0 {
		var out []*Expr
		for _, l := range r.Levels {
			out = append(out, l.Expr)
		}
		return out
	}
	if r.Condition == nil {
		return nil
	}
	return []*Expr{r.Condition}
}

// peakColumn is the first number that the condition, or the lowest level, names:
// the value that decides, and so the one whose nearest miss is worth showing.
func peakColumn(r *Rule) int {
	judges := r.Judges()
	if len(judges) == 0 {
		return 0
	}
	for _, name := range judges[len(judges)-1].Names {
		for i, a := range r.Aggregates {
			if a.Name == name && a.numeric() {
				return i + 1
			}
		}
		if name == "count" {
			return 0
		}
	}
	return 0
}
