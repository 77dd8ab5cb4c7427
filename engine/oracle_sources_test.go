package engine_test

import (
	"math"
	"strings"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/redact"
)

// oSource is one log: how it was drawn, and its records.
type oSource struct {
	instance, stem string
	zone           int  // minutes east
	changing       bool // its offset is that of oZone
	cut            int  // records of the older generation
	records        []*oRecord

	uses  string  // the text of the rules: fields that no rule names are not written
	base  int64   // the second around which it begins
	steps []int64 // distances that matter to the rules
	long  bool
	spoil bool // many values that comparisons fail over
	ahead bool // runs of records that are ahead of the wall clock
}

func (s *oSource) name() string {
	if s.instance == "" {
		return s.stem
	}
	return s.instance + "/" + s.stem
}

// draw draws the n-th log. Records love to lie exactly one of the source's steps
// from each other, or one second off.
func (s *oSource) draw(t *rapid.T, n int) {
	s.instance, s.stem = pick(t, "instance", "app", "box", ""), []string{"alpha", "beta", "alpha2"}[n]
	s.zone = pick(t, "zone", 0, 180, -330)
	s.changing = s.base != t0 && pick(t, "changing offset", true, true, false)
	now := s.base + pick[int64](t, "start", 0, 0, 1, 30, 55, 59)
	least, most := pick(t, "moves at least", 0, 0, 1, 3, 8, 15, 25, 35), 45
	if s.long {
		least, most = min(least, 5), 8
	}
	kinds := habits()[pick(t, "habits", 0, 1, 1, 2, 3, 3, 3, 4, 5, 5)]
	rapid.SliceOfN(rapid.Custom(func(t *rapid.T) int64 { // a slice, or rapid could not leave moves out
		now = s.move(t, now, kinds)
		return now - s.base
	}), least, most).Draw(t, "moves")
	s.cut = len(s.records) - min(len(s.records), pick(t, "newest generation", 0, 1, 5, 100))
}

// redactor is shared: what may be shown is not the oracle's business.
var redactor = redact.New(nil, nil)

// habits are the moves that a source makes, by how orderly it is; the last one
// does everything.
func habits() [][]int {
	return [][]int{
		{0, 0, 0, 1, 1, 2, 7},
		{0, 0, 0, 1, 1, 2, 3, 7},
		{0, 0, 0, 1, 1, 2, 3, 4, 7},
		{0, 0, 0, 1, 1, 2, 2, 5, 5, 5},
		{0, 0, 0, 0, 1, 1, 1, 2, 2, 6, 7},
		{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7},
	}
}

// move writes one record or several and returns where the source's clock is.
func (s *oSource) move(t *rapid.T, now int64, kinds []int) int64 {
	near := func() int64 { return max(0, pick(t, "distance", s.steps...)+pick[int64](t, "off by", 0, 0, 0, -1, 1)) }
	switch kind := pick(t, "move", kinds...); kind {
	case 0:
		now += near()
	case 1:
		now += pick[int64](t, "little", 0, 0, 1, 1, 2, 3)
	case 2: // a burst
		for range rapid.IntRange(1, 5).Draw(t, "burst") {
			s.record(t, now)
		}
	case 3: // out of order, within lateness or just beyond
		s.record(t, now-pick[int64](t, "back", 1, 2, 2, 3, 3, 4))
		return now
	case 4: // late
		s.record(t, now-near()-pick[int64](t, "late by", 3, 4, 10, 59, 60, 61))
		return now
	case 5: // from the future, if a record follows
		sec := now + pick[int64](t, "ahead", 120, 121, 122, 130, 200, 900, 90000)
		s.record(t, sec)
		row := 0
		if s.ahead {
			row = pick(t, "ahead in a row", 0, 0, 0, 4, 5, 6, 10)
		}
		for range row {
			s.record(t, sec)
			s.records[len(s.records)-1].ahead = true
		}
		return now
	case 6: // set back
		if s.long {
			break
		}
		back := pick[int64](t, "set back", 60, 61, 62, 70, 130, 300)
		for i := range rapid.IntRange(3, 7).Draw(t, "records set back") {
			s.record(t, now-back+int64(i)*pick[int64](t, "apart", 0, 0, 1))
		}
		if pick(t, "stays", true, false) {
			return now - back
		}
	case 7: // silence
		now += pick(t, "silence", s.silences()...)
	}
	s.record(t, now)
	return now
}

func (s *oSource) record(t *rapid.T, sec int64) {
	r := &oRecord{source: s, sec: sec, event: pick(t, "event", s.events()...)}
	r.forge = pick(t, "forged", 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) == 1
	for _, f := range fieldValues {
		if !strings.Contains(s.uses, f.name) {
			continue
		}
		from := f.from
		if s.spoil && f.name == "n" {
			from = []any{"abc", "abc", "", int64(1), int64(7)}
		}
		if v := pick(t, f.name, from...); v != any(missing{}) {
			r.fields = append(r.fields, oField{f.name, v})
		}
	}
	s.records = append(s.records, r)
}

// silences are long where clocks change.
func (s *oSource) silences() []int64 {
	if s.base != t0 {
		return []int64{60, 120, 300, 600, 1800, 3600}
	}
	return []int64{15, 60, 61, 119, 120, 300}
}

// events are mostly of one name, unless there are steps that want others.
func (s *oSource) events() []string {
	if strings.Contains(s.uses, "within") {
		return []string{"ORACLE_A", "ORACLE_A", "ORACLE_B", "ORACLE_B", "ORACLE_C"}
	}
	return []string{"ORACLE_A", "ORACLE_A", "ORACLE_A", "ORACLE_B", "ORACLE_C"}
}

var fieldValues = []struct {
	name string
	from []any
}{
	{"host", []any{"a", "a", "a", "b", "b", "c", "d", "5", int64(5), 1.5, true, nil, missing{}}},
	{"area", []any{"a", "b", "z", int64(5), nil, missing{}}},
	{"n", []any{int64(1), int64(2), int64(5), int64(7), int64(-3), 0.1, 2.5, 1e21, math.Copysign(0, -1), "12", "1.5", "abc", "", true, nil, missing{}}},
	{"tag", []any{"x", "y", "5", int64(5), 1.5, nil, missing{}}},
	{"password", []any{"b", "a", "c", missing{}}},
}

// missing stands for a field that is not in the record.
type missing struct{}
