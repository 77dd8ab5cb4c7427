package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Answer is what one rule makes of one record.
type Answer struct {
	Counts bool
	// Named tells whether the record has a group, whether it counts or not.
	Named bool
	Group alert.Labels // as they may be shown
	// Fingerprint is the group's, for those that look alike.
	Fingerprint string
	Steps       uint64 // of a sequence or all_of: the steps it satisfies, a bit for each; until comes after them
	Err         error  // the first expression that could not be evaluated
}

// Ask tells what the rule with the id makes of a record that it selects, and of which
// group the record is or would be. It is Match for those who want to know why.
func (m *Matcher) Ask(id string, rec *smartylog.Record) (a Answer) {
	for _, r := range m.set.rules {
		if r.rule.ID == id {
			rec.Remember(m.values)
			defer rec.Remember(nil)
			return m.ask(r, rec)
		}
	}
	return a
}

func (m *Matcher) ask(r *matching, rec *smartylog.Record) (a Answer) {
	ms := &Matches{of: m.set}
	ms.begin()
	a.Counts = m.match(r, rec, rec.Log, rec.Event, ms)
	a.Steps = m.found.mask
	if m.found.failures > 0 {
		a.Err = ms.failures[m.found.failed].err
	}
	m.scratch.Begin()
	m.found = &finding{}
	if a.Named = m.groupKey(r, rec); a.Named {
		a.Group, a.Fingerprint = r.identity(ms.bytes[m.found.key.from:m.found.key.to])
	}
	return a
}

// Sample is a record that the rule with the id selects, as alerts show theirs.
func (m *Matcher) Sample(id string, rec *smartylog.Record) alert.Sample {
	var held arrivals
	it := arrivedRecord{At: rec.Sec, Origin: rec.Source(), File: rec.File, Pos: rec.Pos, sample: held.excerpt(rec)}
	var sm sample
	sm.view(&it, held.bytes)
	out := alert.Sample{At: sm.At, Source: sm.Source, File: sm.File, Pos: sm.Pos}
	for _, r := range m.set.rules {
		if r.rule.ID == id {
			out.Text = sm.redacted(r.redact)
		}
	}
	return out
}
