package engine

import (
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Matcher decides what the rules of an engine make of records. That depends on
// nothing but the rules and the record, so several goroutines may each have a
// Matcher of their own and match records ahead of the engine, in any order; the
// engine takes the results in the order of the records (Engine.StepMatched). A
// Matcher is not safe for concurrent use.
type Matcher struct {
	set     *selection
	scratch *rules.Scratch
	lists   map[string]map[string]*interest // by log and event
	log     string                          // of byEvent
	byEvent map[string]*interest            // of lists, for the log of the last record
	names   int                             // in lists
	event   string                          // of interest
	last    *interest                       // what was returned last; nil: nothing
	chosen  []*candidate
	answers []answer // of the one under way
	values  *smartylog.Values
	label   labeller
	into    *Matches
	found   *finding // of the rule under way
}

// NewMatcher returns a Matcher for the engine's rules as they are now. After a
// Swap new ones are needed.
func (e *Engine) NewMatcher() *Matcher { return newMatcher(e.set) }

func newMatcher(set *selection) *Matcher {
	return &Matcher{set: set, scratch: rules.NewScratch(), lists: map[string]map[string]*interest{}, values: smartylog.NewValues(), label: labeller{memo: &memo{}}}
}

// maxIndexed bounds how many event names a matcher remembers the rules of: names
// come from the log and may be hostile.
const maxIndexed = 10_000

// interested returns the rules that select records of a log and an event.
func (m *Matcher) interested(log, event string) *interest {
	if m.last != nil && m.log == log && m.event == event {
		return m.last
	}
	if m.byEvent == nil || m.log != log {
		if m.byEvent = m.lists[log]; m.byEvent == nil {
			m.byEvent = map[string]*interest{}
			m.lists[log] = m.byEvent
		}
		m.log = log
	}
	list, ok := m.byEvent[event]
	if !ok {
		list = newInterest(m.set.of(log, event))
		if m.names < maxIndexed {
			m.byEvent[event] = list
			m.names++
		}
	}
	m.event, m.last = event, list
	return list
}

// Wants tells whether some rule selects records of a log and an event. Of a record
// that none wants the engine needs to know no more than that it was there: it is
// stepped with the place -1.
func (m *Matcher) Wants(log, event string) bool { return m.interested(log, event).any() }

// Match adds to ms what the rules make of a record, and returns its place there;
// -1 if they have nothing to say about it. A record without a time is nothing to
// them. Nothing of the record is kept but copies. All records of one Matches must
// be matched by matchers of the same engine, between the same two Swaps.
func (m *Matcher) Match(rec *smartylog.Record, ms *Matches) int {
	if !rec.HasTime() {
		return -1
	}
	in := m.interested(rec.Log, rec.Event)
	if !in.any() {
		return -1
	}
	rec.Remember(m.values)
	defer rec.Remember(nil)
	ms.of = m.set
	ms.begin()
	for _, c := range m.choose(in, rec) {
		m.answers = c.answers
		m.match(c.matching, rec, rec.Log, rec.Event, ms)
	}
	m.answers = nil
	if ms.last().findings.from == int32(len(ms.findings)) {
		ms.records = ms.records[:len(ms.records)-1]
		return -1
	}
	ms.end()
	return len(ms.records) - 1
}
