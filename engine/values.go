package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// ask evaluates what decides about a group at a second. A rule without a
// condition holds whenever it is asked.
func (r *ruleState) ask(e *Engine, slot uint32, s int64) verdict {
	v := verdict{values: r.values(slot, s)}
	r.notePeak(slot, s, v.values)
	if e.o.Courses {
		r.noteCourse(s, v.values)
	}
	r.bound = bound{r: r, slot: slot, s: s, values: v.values}
	switch {
	case r.order != nil:
		v.holds = r.order.complete(slot, s)
	case len(r.rule.Levels) > 0:
		v.levels = r.askLevels(e)
		v.holds = v.levels != 0
	default:
		v.holds = r.holds(e, r.rule.Condition)
	}
	return v
}

func (r *ruleState) holds(e *Engine, x *rules.Expr) bool {
	if x == nil {
		return true
	}
	ok, err := x.True(e.vars, &r.bound)
	if err != nil {
		r.stats.EvalErrors++
		r.faults.failing = true
		if r.faults.err == nil {
			r.faults.err = err
		}
	}
	return ok
}

// values are count and the aggregates at this second. They are valid until the next
// group is asked about.
func (r *ruleState) values(slot uint32, s int64) []alert.Value {
	out := r.room[:0]
	for i, c := range r.rule.Columns {
		out = append(out, r.value(slot, i, c.Func))
	}
	r.room = out
	if r.order != nil {
		out[0].V = r.order.count(slot, s)
	}
	return out
}

func (r *ruleState) value(slot uint32, col int, f windowing.Func) alert.Value {
	v := alert.Value{Name: "count"}
	if col > 0 {
		v.Name = r.rule.Aggregates[col-1].Name
	}
	switch f {
	case windowing.Top, windowing.Values:
		var texts []windowing.Ranked
		texts, v.Approx = r.table.Texts(slot, col)
		v.V = listed(texts, f == windowing.Top)
		return v
	case windowing.First, windowing.Last:
		v.V = r.table.Any(slot, col)
		return v
	}
	n, ok, approx := r.table.Value(slot, col)
	v.Approx = approx
	switch {
	case counting(f):
		v.V = int64(n)
	case ok:
		v.V = n
	}
	return v
}

// counting tells whether a function's values are numbers of records or of
// different values, which say nothing about what is in them.
func counting(f windowing.Func) bool {
	switch f {
	case windowing.Count, windowing.Distinct, windowing.FirstSeen, windowing.Streak:
		return true
	}
	return false
}

// listed is a list as conditions and messages see it: never nil, so that any and
// len may be asked of an empty window.
func listed(texts []windowing.Ranked, ranked bool) []any {
	list := make([]any, len(texts))
	for i, t := range texts {
		if list[i] = t.Text; ranked {
			list[i] = alert.Ranked{Value: t.Text, Count: t.Count}
		}
	}
	return list
}

// bound is the variables of a group's conditions at a second: aggregates, fields of
// single records and group labels, what is hidden of these hidden.
type bound struct {
	r      *ruleState
	slot   uint32
	s      int64
	values []alert.Value
}

// Variable is the value of that name.
func (b *bound) Variable(name string) any {
	for i, v := range b.values {
		if v.Name != name {
			continue
		}
		if n, ok := v.V.(int64); ok && counting(b.r.rule.Columns[i].Func) {
			return int(n) // the type that expressions are checked with
		}
		return v.V
	}
	for i, g := range b.r.rule.GroupBy {
		if g.Name == name {
			return string(label(b.r.groups.Key(b.slot), i))
		}
	}
	if b.r.records != nil {
		return b.r.records.variable(name, b.slot, b.s)
	}
	return nil
}
