package engine

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// choose returns the rules that may not refuse a record, in file order. The list is
// valid until the next call.
func (m *Matcher) choose(in *interest, rec rules.Fielder) []*candidate {
	if len(in.fields) == 0 {
		return in.always
	}
	chosen := append(m.chosen[:0], in.always...)
	for i := range in.fields {
		x := &in.fields[i]
		chosen = x.rules.Find(rec.Field(x.path), chosen)
	}
	if m.chosen = chosen; len(chosen) == len(in.always) {
		return chosen
	}
	slices.SortFunc(chosen, func(a, b *candidate) int { return a.index - b.index })
	return slices.Compact(chosen)
}

// match decides whether a record counts for a rule, for which group and with
// which values, and adds that to ms. It looks at nothing but the record; log and
// event are "" for one that has none. Where the record came from is left to the
// caller. A plain refusal of the rule's match is nothing to say.
func (m *Matcher) match(r *matching, rec rules.Fielder, log, event string, ms *Matches) bool {
	m.scratch.Begin()
	ms.findings = append(ms.findings, finding{})
	m.into, m.found = ms, &ms.findings[len(ms.findings)-1]
	m.found.rule = int32(r.index)
	m.read(r, rec, log, event)
	f := m.found
	if f.result == refused && f.failures == 0 && r.rule.Match != nil {
		ms.findings = ms.findings[:len(ms.findings)-1]
		return false
	}
	return f.result == counted
}

func (m *Matcher) read(r *matching, rec rules.Fielder, log, event string) {
	if !m.test(matchAnswer, r.rule.Match, rec) {
		return
	}
	f := m.found
	if r.steps != nil {
		if f.mask = m.stepMask(r, rec, log, event); f.mask == 0 {
			return
		}
	}
	if f.result = nameless; m.groupKey(r, rec) {
		f.result = counted
		m.inputs(r, rec)
		m.keep(r, rec)
	}
}

// test evaluates a boolean expression over a record; none is true. Its answer stands in
// the i-th place of those that are known; it has none where that is beyond them.
func (m *Matcher) test(i int, x *rules.Expr, rec rules.Fielder) bool {
	if x == nil {
		return true
	}
	m.found.asked = true
	if i < len(m.answers) && m.answers[i] >= no {
		return m.answers[i] == yes
	}
	ok, err := x.Holds(m.scratch, rec)
	if err != nil {
		m.failed(err)
	} else if i < len(m.answers) && m.answers[i] == awaited {
		if m.answers[i] = no; ok {
			m.answers[i] = yes
		}
	}
	return ok
}

// failed notes an evaluation error.
func (m *Matcher) failed(err error) {
	f := m.found
	if f.failures++; f.failures == 1 {
		f.failed = int32(len(m.into.failures))
		m.into.failures = append(m.into.failures, failure{err})
	}
}

// groupKey adds the tuple of the record's labels; false when one is missing.
func (m *Matcher) groupKey(r *matching, rec rules.Fielder) bool {
	if len(r.rule.GroupBy) == 0 {
		return true
	}
	l := &m.label
	l.texts, l.bare = l.texts[:0], l.bare[:0]
	for i, g := range r.rule.GroupBy {
		m.found.asked = m.found.asked || g.Field != nil
		v, err := g.Value(m.scratch, rec)
		if err != nil {
			m.failed(err)
		}
		text, ok := rules.Label(v)
		if !ok {
			return false
		}
		l.texts, l.bare = append(l.texts, text), append(l.bare, r.bare(&r.origins.labels[i], v, text))
	}
	ms := m.into
	from := len(ms.bytes)
	ms.bytes = l.key(ms.bytes, r)
	m.found.key = span{int32(from), int32(len(ms.bytes))}
	return true
}

// inputs adds what the record brings to each column: that is a pattern of the rule as
// long as no column takes a value. A value that is missing or does not fit is skipped
// (semantics §2.7).
func (m *Matcher) inputs(r *matching, rec rules.Fielder) {
	ms, pattern, from := m.into, 0, len(m.into.inputs)
	patterned := r.patterns != nil
	if !patterned {
		ms.inputs = append(ms.inputs, windowing.Input{On: r.steps == nil}) // which counts for itself
	}
	for i := range r.rule.Aggregates {
		a := &r.rule.Aggregates[i]
		on := m.test(whereAnswer(i), a.Where, rec)
		hit := on && a.Func == windowing.Streak && m.test(valueAnswer(i), a.Value, rec)
		takes := on && a.Value != nil && a.Func != windowing.Streak
		if patterned && !takes {
			pattern |= r.bits[i].of(on, hit)
			continue
		}
		if patterned {
			patterned = false
			ms.inputs = append(ms.inputs, r.patterns[pattern][:i+1]...)
		}
		in := windowing.Input{On: on, Hit: hit}
		if takes {
			in = m.input(r, i, a, rec)
		}
		ms.inputs = append(ms.inputs, in)
	}
	if m.found.pattern = int32(pattern); !patterned {
		m.found.inputs = span{int32(from), int32(len(ms.inputs))}
	}
}

// input is what the record brings to a column that takes a value.
func (m *Matcher) input(r *matching, i int, a *rules.Aggregate, rec rules.Fielder) (in windowing.Input) {
	m.found.asked = true
	v, err := a.Value.Record(m.scratch, rec)
	if err != nil {
		m.failed(err)
		return in
	}
	switch a.Func {
	case windowing.Distinct, windowing.FirstSeen:
		in.Hash, in.On = rules.Hash(v)
	case windowing.Top, windowing.Values:
		if in.On = v != nil; in.On {
			in.Text = r.storedText(&r.origins.values[i], v)
		}
	case windowing.First, windowing.Last:
		in.Any = r.stored(&r.origins.values[i], v)
		in.On = in.Any != nil
	default:
		in.Num, in.On = rules.Number(v)
	}
	return in
}

// keep adds what the record leaves behind for first., last. and prev.
func (m *Matcher) keep(r *matching, rec rules.Fielder) {
	ms := m.into
	from := len(ms.kept)
	for i, ref := range r.rule.Kept {
		m.found.asked = m.found.asked || ref.Field != nil
		v, err := ref.Value(m.scratch, rec)
		if err != nil {
			m.failed(err)
			v = nil
		}
		ms.kept = append(ms.kept, r.stored(&r.origins.kept[i], v))
	}
	m.found.kept = span{int32(from), int32(len(ms.kept))}
}

// note takes what a finding says about the rule itself: its totals, and whether it
// keeps failing. The first error of a rule is kept to be shown.
func (e *Engine) note(r *ruleState, f *finding, ms *Matches, rec rules.Fielder) {
	switch f.result {
	case nameless:
		r.stats.MissingGroup++
	case counted:
		r.stats.Matched++
	}
	if f.failures == 0 {
		if f.asked {
			r.faults.Records = 0
		}
		return
	}
	r.stats.EvalErrors += int64(f.failures)
	if r.stats.FirstError == "" {
		r.stats.FirstError = r.errorText(ms.failures[f.failed].err, placeOf(rec))
	}
	if r.faults.Records++; r.faults.Records == 1 && r.rule.Source == rules.LogRecords {
		e.ailing = append(e.ailing, r)
	}
}

func placeOf(rec rules.Fielder) string {
	switch rec := rec.(type) {
	case *smartylog.Record:
		return fmt.Sprintf("%s, byte %d", rec.File, rec.Pos)
	case fmt.Stringer:
		return rec.String()
	}
	return ""
}

// heal ends the row of failures of the rules that a record was matched with
// without a word: their match has refused it and did not fail.
func (e *Engine) heal(rec *smartylog.Record, at int64, found []finding) {
	ailing := e.ailing[:0]
	for _, r := range e.ailing {
		if r.rule.Match != nil && r.rule.Source == rules.LogRecords && !r.faults.closed(at) && r.rule.Selects(rec.Log, rec.Event) && !tells(found, r) {
			r.faults.Records = 0
		}
		if r.faults.Records > 0 {
			ailing = append(ailing, r)
		}
	}
	clear(e.ailing[len(ailing):])
	e.ailing = ailing
}

// tells reports whether one of the findings is the rule's.
func tells(found []finding, r *ruleState) bool {
	for i := range found {
		if int(found[i].rule) == r.index {
			return true
		}
	}
	return false
}

// findAiling notes the rules whose last records failed.
func (e *Engine) findAiling() {
	e.ailing = nil
	for _, r := range e.rules {
		if r.faults.Records > 0 {
			e.ailing = append(e.ailing, r)
		}
	}
}

func (r *ruleState) errorText(err error, where string) string {
	return fmt.Sprintf("%v (%s)", r.redact.Text(firstLine(err.Error())), r.redact.Text(where))
}

func firstLine(s string) string {
	line, _, _ := bytes.Cut([]byte(s), []byte("\n"))
	return string(line)
}
