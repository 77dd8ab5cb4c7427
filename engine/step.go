package engine

import (
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Step takes the next record of a source. Nothing of the record is kept but
// copies. A record without a time (an orphan, a bad header) changes nothing.
func (e *Engine) Step(src int, rec *smartylog.Record) {
	e.own.Reset()
	e.StepMatched(src, rec, &e.own, e.matcher.Match(rec, &e.own))
}

// StepMatched is Step for a record that a Matcher of this engine has matched: ms
// and its place in it are those of Match. Of the record it needs what stands in the
// struct, and if it counts for some rule or a Swap came between Match and this, its bytes too.
// Whether it looks forged may be found out as well (Record.IsSuspect). Nothing of ms is kept.
func (e *Engine) StepMatched(src int, rec *smartylog.Record, ms *Matches, place int) {
	if !rec.HasTime() {
		return
	}
	if place >= 0 && ms.of != e.set {
		e.Step(src, rec)
		return
	}
	s := e.sources[src]
	s.passed(rec, e.reached)
	waited := s.Maxts == never && s.Future > 0
	before := e.clockOf(s)
	taken, at, wait := e.observe(s, rec)
	if !wait && waited {
		second := max(taken, e.reached+1)
		e.first = min(second, positive(e.first, second))
		e.release(s, second)
	}
	if e.clockOf(s) != before {
		e.refinal()
	}
	if s.Ahead > 0 {
		e.skewed(s)
	}
	var found []finding
	if place >= 0 {
		m := &ms.records[place]
		found = ms.findings[m.findings.from:m.findings.to]
		e.takeFound(rec, ms, m, moment{src, taken, at, wait})
	}
	if len(e.ailing) > 0 {
		e.ordered = true
		e.heal(rec, at, found)
	}
}

// moment is where a record stands in time.
type moment struct {
	src       int
	taken, at int64 // it is taken and evaluated at
	wait      bool  // only the source's next record can tell
}

// takeFound takes what the rules found in a record.
func (e *Engine) takeFound(rec *smartylog.Record, ms *Matches, m *matchedRecord, t moment) {
	var into *arrivals
	var shift shifts
	found := ms.findings[m.findings.from:m.findings.to]
	for i := range found {
		f := &found[i]
		r := e.rules[f.rule]
		if r.faults.closed(t.at) {
			continue
		}
		e.note(r, f, ms, rec)
		if !t.wait {
			e.doubt(r, t.at)
		}
		if f.result != counted {
			continue
		}
		if into == nil {
			if into = &e.held; !t.wait {
				into = e.pending.second(t.at)
			}
			shift = into.copy(ms, m)
			e.arrive(into, rec, t)
		}
		into.arrival(into.add(f.rule, e.sources), f, ms, r, shift)
	}
	if t.wait && into != nil {
		s := e.sources[t.src]
		s.Held = append(s.Held, into.items(e.rules, e.sources)...)
		into.reset()
	}
}

// arrive adds a record, which is written where it stays.
func (e *Engine) arrive(into *arrivals, rec *smartylog.Record, t moment) {
	into.records = append(into.records, arrivedRecord{})
	x := &into.records[len(into.records)-1]
	x.Source, x.Gen, x.Pos, x.Sec, x.At = t.src, rec.Gen, rec.Pos, t.taken, rec.Sec
	x.Origin, x.File = e.sources[t.src].origin(rec), rec.File
	into.doubtful(rec, &x.doubt)
	x.sample = into.excerpt(rec)
}

// origin is rec.Source(), which is as a rule the source's own name.
func (s *source) origin(rec *smartylog.Record) string {
	n := len(rec.Instance)
	switch {
	case n == 0:
		return rec.Log
	case len(s.Name) == n+1+len(rec.Log) && s.Name[:n] == rec.Instance && s.Name[n] == '/' && s.Name[n+1:] == rec.Log:
		return s.Name
	}
	return rec.Source()
}

// shifts are how far the parts of a record's lists lie from where they were.
type shifts struct{ bytes, inputs int }

// copy takes over all texts and inputs of a record.
func (a *arrivals) copy(ms *Matches, m *matchedRecord) shifts {
	by := shifts{len(a.bytes) - int(m.bytes.from), len(a.inputs) - int(m.inputs.from)}
	a.bytes = append(a.bytes, ms.bytes[m.bytes.from:m.bytes.to]...)
	a.inputs = append(a.inputs, ms.inputs[m.inputs.from:m.inputs.to]...)
	return by
}

// arrival makes x that of a finding, whose texts and inputs are here.
func (a *arrivals) arrival(x *arrival, f *finding, ms *Matches, r *ruleState, by shifts) {
	x.mask, x.key, x.inputs, x.pattern = f.mask, f.key.moved(by.bytes), f.inputs.moved(by.inputs), f.pattern
	if r.records != nil {
		x.kept.from = int32(len(a.kept))
		a.kept = r.records.placed(a.kept, ms.kept[f.kept.from:f.kept.to])
		x.kept.to = int32(len(a.kept))
	}
}

// release gives the items that waited for a first timestamp their second.
func (e *Engine) release(s *source, at int64) {
	for _, it := range s.Held {
		it.Sec = at
		e.pending.second(at).put(it, e.sources)
	}
	s.Held = nil
}

// matchOwn is what a rule makes of one of the engine's own records; nil if it does
// not count.
func (e *Engine) matchOwn(r *ruleState, rec rules.Fielder, log, event string) *finding {
	e.own.Reset()
	e.own.begin()
	counts := e.matcher.match(r.matching, rec, log, event, &e.own)
	e.own.end()
	if len(e.own.findings) == 0 {
		r.faults.Records = 0 // its match has refused the record and did not fail
		return nil
	}
	f := &e.own.findings[0]
	e.note(r, f, &e.own, rec)
	if !counts {
		return nil
	}
	return f
}

// takeOwn takes such a record, the i-th of its second, for the rule that matchOwn
// asked last.
func (e *Engine) takeOwn(items *arrivals, f *finding, s int64, i int, origin, text string) {
	by := items.copy(&e.own, e.own.last())
	rec := arrivedRecord{Source: nowhere, Pos: int64(i), Sec: s, At: s, Origin: origin}
	rec.sample.text = items.append([]byte(text))
	items.records = append(items.records, rec)
	items.arrival(items.add(f.rule, e.sources), f, &e.own, e.rules[f.rule], by)
}
