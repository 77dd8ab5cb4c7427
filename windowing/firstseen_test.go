package windowing

import (
	"bytes"
	"encoding/gob"
	"slices"
	"testing"
)

// TestFirstSeen_Memory writes down second by second when a value counts: one record early, one late, and the answer.
func TestFirstSeen_Memory(t *testing.T) {
	const m = 1_770_000_000 // a whole minute
	for name, tc := range map[string]struct {
		col           Column
		early, late   int64
		before, after int64 // the seconds about the one at which the early record is forgotten
		from, to      int64 // the seconds at which the late record counts
	}{
		"the value comes before it is forgotten": {Column{Func: FirstSeen, Window: 10, Memory: 30}, m + 7, m + 40, m + 46, m + 47, m + 47, m + 49},
		"it comes in the second it is forgotten": {Column{Func: FirstSeen, Window: 10, Memory: 30}, m + 7, m + 47, m + 46, m + 47, m + 47, m + 56},
		"both in the window count as one":        {Column{Func: FirstSeen, Window: 10, Memory: 3}, m + 7, m + 10, m + 19, m + 20, m + 7, m + 16},
		"shifted by an offset":                   {Column{Func: FirstSeen, Window: 10, Offset: 5, Memory: 30}, m + 7, m + 40, m + 51, m + 52, m + 52, m + 54},
		// With the window beyond a day, records count from the end of their minute: m + 60 and m + 86520.
		"whole minutes": {Column{Func: FirstSeen, Window: 86401, Memory: 59}, m + 7, m + 86463, m + 86519, m + 86520, m + 86520, m + 172920},
		// A memory of many days is exact to the second.
		"a long memory": {Column{Func: FirstSeen, Window: 120, Memory: 3 * 86400}, m + 7, m + 259323, m + 259326, m + 259327, m + 259327, m + 259442},
	} {
		t.Run(name, func(t *testing.T) {
			table := NewTable([]Column{tc.col})
			in := []Input{{On: true, Hash: 5}}
			table.Advance(tc.early, nil)
			table.Add(3, tc.early, Order{}, in)
			told := map[int64]bool{}
			for sec := tc.early; sec <= tc.late; sec++ {
				table.Advance(sec, func(uint32) { told[sec] = true })
			}
			table.Add(3, tc.late, Order{}, in)
			for sec := tc.late; sec < tc.to+200; sec++ {
				table.Advance(sec, func(uint32) { told[sec] = true })
				want := 0.0
				if tc.from <= sec && sec <= tc.to {
					want = 1
				}
				if got := valueAt(table, 3, 0); got != want {
					t.Fatalf("%d s after the first record: %v, want %v", sec-tc.early, got, want)
				}
			}
			if tc.from > tc.late && !told[tc.from] {
				t.Errorf("nobody was told that the value counts from %d on: %v", tc.from, told)
			}
		})
	}
}

// A caller that only goes where NextChange leads sees the second at which a value begins to count.
func TestFirstSeen_NextChangeNamesTheEndOfMemory(t *testing.T) {
	table := NewTable([]Column{{Func: FirstSeen, Window: 20, Memory: 10}})
	in := []Input{{On: true, Hash: 5}}
	table.Advance(100, nil)
	table.Add(0, 100, Order{}, in)
	table.Advance(125, nil)
	table.Add(0, 125, Order{}, in)
	if got := valueAt(table, 0, 0); got != 0.0 {
		t.Fatalf("while it is remembered: %v", got)
	}
	sec, ok := table.NextChange()
	if sec != 130 || !ok {
		t.Fatalf("next change %d %t, want 130", sec, ok)
	}
	var told []uint32
	table.Advance(sec, func(slot uint32) { told = append(told, slot) })
	if got := valueAt(table, 0, 0); got != 1.0 || !slices.Equal(told, []uint32{0}) {
		t.Errorf("when it is forgotten: %v, told %v", got, told)
	}
}

func TestFirstSeen_LateSightings(t *testing.T) {
	table := NewTable([]Column{{Func: FirstSeen, Window: 10, Memory: 10}})
	in := []Input{{On: true, Hash: 5}}
	table.Advance(100, nil)
	table.Add(0, 100, Order{}, in)
	table.Add(0, 80, Order{}, in) // has left the memory at once
	if got := valueAt(table, 0, 0); got != 1.0 {
		t.Errorf("after a record older than the memory: %v", got)
	}
	table.Add(0, 81, Order{}, in) // the oldest second that counts
	if got := valueAt(table, 0, 0); got != 0.0 {
		t.Errorf("after a record in the memory: %v", got)
	}
	table.Add(0, 84, Order{}, in)
	table.Add(0, 82, Order{}, in)
	if sec, _ := table.NextChange(); sec != 104 {
		t.Errorf("next change %d, want 104", sec)
	}
	table.Advance(103, func(uint32) { t.Error("changed too early") })
	table.Advance(104, nil)
	if got := valueAt(table, 0, 0); got != 1.0 {
		t.Errorf("when all late ones are forgotten: %v", got)
	}
	table.Drop(0)
	table.Add(0, 104, Order{}, in)
	if got := valueAt(table, 0, 0); got != 1.0 {
		t.Errorf("after a drop: %v", got)
	}
}

// For want of room the value seen longest ago is forgotten; values in a window take none.
func TestFirstSeen_ForgetsTheOldest(t *testing.T) {
	table := NewTable([]Column{{Func: FirstSeen, Window: 10, Memory: 1000}})
	table.seen[0].limit = 3
	now := int64(100)
	add := func(hash uint64) { table.Add(uint32(hash%2), now, Order{}, []Input{{On: true, Hash: hash}}) }
	table.Advance(now, nil)
	for hash := range uint64(6) {
		now++
		table.Advance(now, nil)
		add(hash)
	}
	now += 20
	table.Advance(now, nil)
	for hash := range uint64(6) {
		add(hash)
	}
	if a, b := valueAt(table, 0, 0), valueAt(table, 1, 0); a != 2.0 || b != 1.0 {
		t.Errorf("new values %v and %v, want 2 (0, 2) and 1 (1)", a, b)
	}
	if len(table.seen[0].known) != 3 || len(table.seen[0].outside) != 0 {
		t.Errorf("%d known, %d outside, want 3 and none", len(table.seen[0].known), len(table.seen[0].outside))
	}
}

func TestFirstSeen_Saturates(t *testing.T) {
	table := NewTable([]Column{{Func: FirstSeen, Window: 5, Memory: 5}})
	table.Advance(100, nil)
	for i := range MaxDistinct {
		table.Add(0, 100, Order{}, []Input{{On: true, Hash: uint64(i)}})
	}
	if v, ok, approx := table.Value(0, 0); v != MaxDistinct || !ok || approx {
		t.Errorf("at the bound: %v %t %t", v, ok, approx)
	}
	table.Add(0, 100, Order{}, []Input{{On: true, Hash: MaxDistinct}})
	if v, ok, approx := table.Value(0, 0); v != MaxDistinct || !ok || !approx {
		t.Errorf("above: %v %t %t", v, ok, approx)
	}
}

// A million values that came once leave no more than what may be remembered, and the bound holds over a restore.
func TestFirstSeen_MemoryIsBounded(t *testing.T) {
	cols := []Column{{Func: FirstSeen, Window: 1, Memory: 80_000}}
	table := NewTable(cols)
	table.Advance(1, nil)
	for i := range MaxRemembered + 50_000 {
		table.Advance(int64(1+i/10), nil)
		table.Add(0, int64(1+i/10), Order{}, []Input{{On: true, Hash: uint64(i)}})
	}
	table.Advance(16_000, nil)
	c := table.seen[0]
	if len(c.outside) != MaxRemembered || c.members.live != MaxRemembered || c.sightings.live != 0 {
		t.Fatalf("%d remembered, %d members, %d sightings", len(c.outside), c.members.live, c.sightings.live)
	}
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(table.State()); err != nil {
		t.Fatal(err)
	}
	again, err := Restore(cols, table.State())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(again.seen[0].outside); n != MaxRemembered {
		t.Errorf("%d remembered after a restore", n)
	}
	t.Logf("%d bytes of state", buf.Len())
}
