package engine

import (
	"bytes"
	"fmt"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// match decides whether a record counts for a rule, for which group and with
// which values. It looks at nothing but the record.
func (e *Engine) match(r *ruleState, src int, rec *smartylog.Record) (item, bool) {
	if x := r.rule.Match; x != nil {
		ok, err := x.Holds(e.scratch, rec)
		if err != nil {
			r.failed(err, rec)
		}
		if !ok {
			return item{}, false
		}
	}
	key, ok := e.groupKey(r, rec)
	if !ok {
		r.stats.MissingGroup++
		return item{}, false
	}
	r.stats.Matched++
	return item{Rule: r.index, Source: src, Gen: rec.Gen, Pos: rec.Pos, Key: key, Inputs: e.inputs(r, rec),
		Suspect: rec.IsSuspect(), Sample: newSample(rec)}, true
}

// groupKey is the tuple of the record's labels; ok is false when one is missing.
func (e *Engine) groupKey(r *ruleState, rec *smartylog.Record) ([]byte, bool) {
	if len(r.rule.GroupBy) == 0 {
		return nil, true
	}
	e.labels, e.bare = e.labels[:0], e.bare[:0]
	for _, g := range r.rule.GroupBy {
		v := rec.Field(g.Path)
		text, ok := rules.Label(v)
		if !ok {
			return nil, false
		}
		e.labels, e.bare = append(e.labels, text), append(e.bare, r.bare(g.Name, v, text))
	}
	return r.key(e.labels, e.bare), true
}

// inputs are what the record brings to each column. A value that is missing or
// no number is skipped (semantics §2.7).
func (e *Engine) inputs(r *ruleState, rec *smartylog.Record) []windowing.Input {
	in := make([]windowing.Input, len(r.rule.Columns))
	in[0].On = true
	for i, a := range r.rule.Aggregates {
		if a.Where != nil {
			ok, err := a.Where.Holds(e.scratch, rec)
			if err != nil {
				r.failed(err, rec)
			}
			if !ok {
				continue
			}
		}
		col := &in[i+1]
		if a.Value == nil {
			col.On = true
			continue
		}
		v, err := a.Value.Record(e.scratch, rec)
		if err != nil {
			r.failed(err, rec)
			continue
		}
		if a.Func == windowing.Distinct {
			col.Hash, col.On = rules.Hash(v)
		} else {
			col.Num, col.On = rules.Number(v)
		}
	}
	return in
}

// failed counts an evaluation error; the first of a rule is kept to be shown.
func (r *ruleState) failed(err error, rec *smartylog.Record) {
	if r.stats.EvalErrors++; r.stats.EvalErrors > 1 {
		return
	}
	where := "while judging a window"
	if rec != nil {
		where = fmt.Sprintf("%s, byte %d", rec.File, rec.Pos)
	}
	r.stats.FirstError = fmt.Sprintf("%v (%s)", r.redact.Text(firstLine(err.Error())), where)
}

func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}
