package engine

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/windowing"
)

// item is one record's match of one rule, by itself: as it is stored, and while it
// waits for its source's first timestamp.
type item struct {
	Rule   int
	Source int // nowhere: it stands in no log
	Gen    int
	Pos    int64
	Sec    int64 // the second the record is taken at
	Key    []byte
	Inputs []windowing.Input
	Mask   uint64 // of a sequence: the steps it satisfies
	Kept   []kept // for first., last. and prev.
	// Suspect marks a record that looks forged: it may raise an alert, never
	// keep or end one.
	Suspect bool
	Sample  sample
}

// kept is a value that a record leaves behind. It is a struct for the encoder,
// which takes no nil in a list.
type kept struct{ V any }

// items are copies of the arrivals.
func (a *arrivals) items(rules []*ruleState, sources []*source) []item {
	var out []item
	var it arrived
	for i := range a.list {
		r := rules[a.list[i].rule]
		a.read(int32(i+1), r, sources, &it)
		out = append(out, it.item(r))
	}
	return out
}

func (it *arrived) item(r *ruleState) item {
	out := item{Rule: r.index, Source: it.Source, Gen: it.Gen, Pos: it.Pos, Sec: it.Sec, Key: slices.Clone(it.Key),
		Inputs: slices.Clone(it.Inputs), Mask: it.Mask, Suspect: it.suspect()}
	for _, v := range it.Kept {
		out.Kept = append(out.Kept, kept{v})
	}
	out.Sample.fill(it.arrivedRecord, it.among.bytes)
	return out
}

// put takes an item among the arrivals.
func (a *arrivals) put(it item, sources []*source) {
	sm := &it.Sample
	rec := arrivedRecord{Source: it.Source, Gen: it.Gen, Pos: it.Pos, Sec: it.Sec, At: sm.At, doubt: doubt{suspect: it.Suspect}, Origin: sm.Source, File: sm.File}
	rec.sample = excerpt{text: a.append(sm.Text), tail: a.append(sm.Tail), last: int32(sm.Last), clean: sm.Clean}
	a.records = append(a.records, rec)
	x := a.add(int32(it.Rule), sources)
	x.mask, x.key = it.Mask, a.append(it.Key)
	x.inputs.from = int32(len(a.inputs))
	a.inputs = append(a.inputs, it.Inputs...)
	x.inputs.to = int32(len(a.inputs))
	x.kept.from = int32(len(a.kept))
	for _, k := range it.Kept {
		a.kept = append(a.kept, k.V)
	}
	x.kept.to = int32(len(a.kept))
}

func (a *arrivals) append(b []byte) span {
	from := len(a.bytes)
	a.bytes = append(a.bytes, b...)
	return span{int32(from), int32(len(a.bytes))}
}
