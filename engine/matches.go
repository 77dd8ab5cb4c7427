package engine

import "github.com/smarty-alert/smarty-alert/windowing"

// Matches are what the rules made of a number of records, in a compact form that
// is meant to be used again: see Matcher.Match. The zero Matches are empty.
type Matches struct {
	of       *selection // of the Matcher that filled it
	records  []matchedRecord
	findings []finding
	bytes    []byte // keys of groups
	inputs   []windowing.Input
	kept     []any
	failures []failure
}

// Reset empties the matches, so that others can take their place.
func (ms *Matches) Reset() {
	clear(ms.inputs)
	clear(ms.kept)
	clear(ms.failures)
	ms.records, ms.findings, ms.bytes = ms.records[:0], ms.findings[:0], ms.bytes[:0]
	ms.inputs, ms.kept, ms.failures = ms.inputs[:0], ms.kept[:0], ms.failures[:0]
}

// span is a part of one of the lists of Matches or of a second's arrivals.
type span struct{ from, to int32 }

// moved is the same part where the list begins elsewhere.
func (s span) moved(by int) span {
	if s.from == s.to {
		return span{}
	}
	return span{s.from + int32(by), s.to + int32(by)}
}

// matchedRecord is a record and what was found for it: each span is the record's
// own part of the list.
type matchedRecord struct {
	findings, bytes, inputs, kept span
}

// finding is what one rule made of a record.
type finding struct {
	rule     int32
	key      span   // in bytes: the group, if the record counts
	inputs   span   // empty: those of pattern
	pattern  int32  // of the rule's patterns of inputs
	kept     span   // in the order of rule.Kept
	mask     uint64 // of a sequence: the steps it satisfies
	result   result
	asked    bool  // some expression was evaluated
	failures int32 // how many expressions failed
	failed   int32 // of the first of them the place in failures
}

// result says whether the record counts for the rule.
type result uint8

const (
	refused  result = iota
	nameless        // it lacks a label of its group
	counted
)

// failure is why an expression could not be evaluated.
type failure struct{ err error }

// record is the record added last.
func (ms *Matches) last() *matchedRecord { return &ms.records[len(ms.records)-1] }

// begin adds a record. What is appended to the lists until end belongs to it.
func (ms *Matches) begin() {
	ms.records = append(ms.records, matchedRecord{
		findings: span{from: int32(len(ms.findings))}, bytes: span{from: int32(len(ms.bytes))},
		inputs: span{from: int32(len(ms.inputs))}, kept: span{from: int32(len(ms.kept))}})
}

func (ms *Matches) end() {
	r := ms.last()
	r.findings.to, r.bytes.to = int32(len(ms.findings)), int32(len(ms.bytes))
	r.inputs.to, r.kept.to = int32(len(ms.inputs)), int32(len(ms.kept))
}
