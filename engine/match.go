package engine

import (
	"bytes"
	"fmt"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// match decides whether a record counts for a rule, for which group and with
// which values. It looks at nothing but the record; log and event are "" for one
// that has none. Where the record came from is left to the caller.
func (e *Engine) match(r *ruleState, rec rules.Fielder, log, event string) (item, bool) {
	r.faults.asked, r.faults.failing = false, false
	e.scratch.Begin()
	it, ok := e.read(r, rec, log, event)
	r.faults.matched()
	return it, ok
}

func (e *Engine) read(r *ruleState, rec rules.Fielder, log, event string) (item, bool) {
	if !e.test(r, r.rule.Match, rec) {
		return item{}, false
	}
	it := item{Rule: r.index}
	if r.order != nil {
		if it.Mask = e.stepMask(r, rec, log, event); it.Mask == 0 {
			return item{}, false
		}
	}
	var ok bool
	if it.Key, ok = e.groupKey(r, rec); !ok {
		r.stats.MissingGroup++
		return item{}, false
	}
	r.stats.Matched++
	it.Inputs = e.inputs(r, rec)
	if r.records != nil {
		it.Kept = e.keep(r, rec)
	}
	return it, true
}

// test evaluates a boolean expression over a record; none is true.
func (e *Engine) test(r *ruleState, x *rules.Expr, rec rules.Fielder) bool {
	if x == nil {
		return true
	}
	r.faults.asked = true
	ok, err := x.Holds(e.scratch, rec)
	if err != nil {
		r.failed(err, rec)
	}
	return ok
}

// groupKey is the tuple of the record's labels; ok is false when one is missing.
func (e *Engine) groupKey(r *ruleState, rec rules.Fielder) ([]byte, bool) {
	if len(r.rule.GroupBy) == 0 {
		return nil, true
	}
	e.labels, e.bare = e.labels[:0], e.bare[:0]
	for i, g := range r.rule.GroupBy {
		r.faults.asked = r.faults.asked || g.Field != nil
		v, err := g.Value(e.scratch, rec)
		if err != nil {
			r.failed(err, rec)
		}
		text, ok := rules.Label(v)
		if !ok {
			return nil, false
		}
		e.labels, e.bare = append(e.labels, text), append(e.bare, r.bare(r.origins.labels[i], v, text))
	}
	return r.key(e.labels, e.bare), true
}

// inputs are what the record brings to each column. A value that is missing or
// does not fit is skipped (semantics §2.7).
func (e *Engine) inputs(r *ruleState, rec rules.Fielder) []windowing.Input {
	in := make([]windowing.Input, len(r.rule.Columns))
	in[0].On = r.order == nil // which counts for itself
	for i := range r.rule.Aggregates {
		if a := &r.rule.Aggregates[i]; e.test(r, a.Where, rec) {
			in[i+1] = e.input(r, i, a, rec)
		}
	}
	return in
}

func (e *Engine) input(r *ruleState, i int, a *rules.Aggregate, rec rules.Fielder) (in windowing.Input) {
	if a.Value == nil {
		return windowing.Input{On: true}
	}
	if a.Func == windowing.Streak {
		return windowing.Input{On: true, Hit: e.test(r, a.Value, rec)}
	}
	r.faults.asked = true
	v, err := a.Value.Record(e.scratch, rec)
	if err != nil {
		r.failed(err, rec)
		return in
	}
	switch a.Func {
	case windowing.Distinct, windowing.FirstSeen:
		in.Hash, in.On = rules.Hash(v)
	case windowing.Top, windowing.Values:
		if in.On = v != nil; in.On {
			in.Text = r.storedText(r.origins.values[i], v)
		}
	case windowing.First, windowing.Last:
		in.Any = r.stored(r.origins.values[i], v)
		in.On = in.Any != nil
	default:
		in.Num, in.On = rules.Number(v)
	}
	return in
}

// keep is what the record leaves behind for first., last. and prev.
func (e *Engine) keep(r *ruleState, rec rules.Fielder) []kept {
	c := r.records
	out := make([]kept, len(c.names))
	for i, ref := range r.rule.Kept {
		r.faults.asked = r.faults.asked || ref.Field != nil
		v, err := ref.Value(e.scratch, rec)
		if err != nil {
			r.failed(err, rec)
			continue
		}
		out[c.place[i]].V = r.stored(r.origins.kept[i], v)
	}
	return out
}

// failed counts an evaluation error over a record; the first of a rule is kept to
// be shown.
func (r *ruleState) failed(err error, rec rules.Fielder) {
	r.faults.failing = true
	if r.stats.EvalErrors++; r.stats.FirstError != "" {
		return
	}
	where := ""
	switch rec := rec.(type) {
	case *smartylog.Record:
		where = fmt.Sprintf("%s, byte %d", rec.File, rec.Pos)
	case fmt.Stringer:
		where = rec.String()
	}
	r.stats.FirstError = r.errorText(err, where)
}

func (r *ruleState) errorText(err error, where string) string {
	return fmt.Sprintf("%v (%s)", r.redact.Text(firstLine(err.Error())), r.redact.Text(where))
}

func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}
