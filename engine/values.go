package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// ask evaluates what decides about a group at a second. A rule without a
// condition holds whenever it is asked.
func (r *ruleState) ask(e *Engine, slot uint32, s int64) (v verdict) {
	r.noteDeciding(slot, s, e.o.Courses)
	r.bound = bound{r: r, slot: slot, s: s}
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

// values are count and the aggregates at this second. They are valid until they are
// asked for again. Most judgements change nothing and need few of them: what decides
// asks for each by itself.
func (r *ruleState) values(slot uint32, s int64) []alert.Value {
	out := r.room[:0]
	for i := range r.rule.Columns {
		out = append(out, r.value(slot, i, s))
	}
	r.room = out
	return out
}

func (r *ruleState) value(slot uint32, col int, s int64) alert.Value {
	v := alert.Value{Name: r.valueName(col)}
	switch f := r.rule.Columns[col].Func; f {
	case windowing.Top, windowing.Values:
		var texts []windowing.Ranked
		texts, v.Approx = r.table.Texts(slot, col)
		v.V = listed(texts, f == windowing.Top)
		return v
	case windowing.First, windowing.Last:
		v.V = r.table.Any(slot, col)
		return v
	}
	n, ok, approx := r.number(slot, col, s)
	v.Approx = approx
	switch {
	case r.counting(col):
		v.V = int64(n)
	case ok:
		v.V = n
	}
	return v
}

func (r *ruleState) valueName(col int) string {
	if col == 0 {
		return "count"
	}
	return r.rule.Aggregates[col-1].Name
}

// number is a value that is a number.
func (r *ruleState) number(slot uint32, col int, s int64) (n float64, ok, approx bool) {
	if col == 0 && r.order != nil {
		return float64(r.order.count(slot, s)), true, false
	}
	return r.table.Value(slot, col)
}

// counting tells whether a column's values are whole numbers, and never nil.
func (r *ruleState) counting(col int) bool { return counting(r.rule.Columns[col].Func) }

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
	r    *ruleState
	slot uint32
	s    int64
}

// Variable is the value of that name.
func (b *bound) Variable(name string) any {
	if col := b.column(name); col >= 0 {
		if b.r.counting(col) {
			n, _ := b.Int(name)
			return n // the type that expressions are checked with
		}
		return b.r.value(b.slot, col, b.s).V
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

// Int is the value of that name, if it is always a whole number.
func (b *bound) Int(name string) (int, bool) {
	col := b.column(name)
	if col < 0 || !b.r.counting(col) {
		return 0, false
	}
	n, _, _ := b.r.number(b.slot, col, b.s)
	return int(n), true
}

// column is the place of the value of that name; -1 if there is none.
func (b *bound) column(name string) int {
	if name == "count" {
		return 0
	}
	for i := range b.r.rule.Aggregates {
		if b.r.rule.Aggregates[i].Name == name {
			return i + 1
		}
	}
	return -1
}
