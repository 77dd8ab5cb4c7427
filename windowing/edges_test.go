package windowing

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// at is one column's value as a test writes it: nil for none.
func valueAt(t *Table, slot uint32, col int) any {
	if v, ok, _ := t.Value(slot, col); ok {
		return v
	}
	return nil
}

// TestColumn_Covers writes the windows down second by second: one record, and when it is seen.
func TestColumn_Covers(t *testing.T) {
	const m = 1_770_000_000 // a whole minute
	for name, tc := range map[string]struct {
		col         Column
		rec         int64
		first, last int64 // seconds at which it is inside
	}{
		"only its second":              {Column{Func: Count, Window: 0}, m + 7, m + 7, m + 7},
		"one second is the same":       {Column{Func: Count, Window: 1}, m + 7, m + 7, m + 7},
		"ten seconds":                  {Column{Func: Count, Window: 10}, m + 7, m + 7, m + 16},
		"shifted":                      {Column{Func: Count, Window: 10, Offset: 5}, m + 7, m + 12, m + 21},
		"one second, shifted":          {Column{Func: Count, Window: 0, Offset: 5}, m + 7, m + 12, m + 12},
		"a day is exact":               {Column{Func: Count, Window: 86400}, m + 7, m + 7, m + 86406},
		"above a day: whole minutes":   {Column{Func: Count, Window: 86460}, m + 7, m + 60, m + 86519},
		"above a day, by one second":   {Column{Func: Count, Window: 86401}, m + 7, m + 60, m + 86460},
		"at the minute: at once":       {Column{Func: Count, Window: 86460}, m, m, m + 86459},
		"shifted by a day":             {Column{Func: Count, Window: 60, Offset: 86400}, m + 7, m + 86460, m + 86519},
		"shifted by a day, exact edge": {Column{Func: Count, Window: 0, Offset: 86400}, m + 7, m + 86407, m + 86407},
	} {
		t.Run(name, func(t *testing.T) {
			table := NewTable([]Column{tc.col})
			table.Advance(tc.rec, nil)
			table.Add(3, tc.rec, Order{}, []Input{{On: true}})
			for sec := tc.rec; sec < tc.last+130; sec++ {
				table.Advance(sec, nil)
				want := 0.0
				if tc.first <= sec && sec <= tc.last {
					want = 1
				}
				if got := valueAt(table, 3, 0); got != want {
					t.Fatalf("%d s after the record: %v, want %v", sec-tc.rec, got, want)
				}
			}
		})
	}
}

func TestTable_BeforeAnything(t *testing.T) {
	table := NewTable([]Column{{Func: Count, Window: 5}, {Func: Sum, Window: 5}, {Func: Avg, Window: 5}, {Func: Min, Window: 5}, {Func: Max, Window: 5}, {Func: Distinct, Window: 5},
		{Func: P50, Window: 5}, {Func: Rate, Window: 5}, {Func: Top, Window: 5}, {Func: Values, Window: 5}, {Func: First, Window: 5}, {Func: Last, Window: 5},
		{Func: Streak, Window: 5}, {Func: FirstSeen, Window: 5, Memory: 5}, {Func: Last, Window: Forever}})
	if _, ok := table.Now(); ok {
		t.Error("a new table knows what time it is")
	}
	if sec, ok := table.NextChange(); ok {
		t.Errorf("a new table changes at %d", sec)
	}
	table.Drop(5)
	want := []any{0.0, 0.0, nil, nil, nil, 0.0, nil, 0.0, nil, nil, nil, nil, 0.0, 0.0, nil}
	for _, slot := range []uint32{0, 7} { // 7: beyond anything added, and with its chunk there
		for col, want := range want {
			if got := valueAt(table, slot, col); got != want {
				t.Errorf("column %d of slot %d = %v, want %v", col, slot, got, want)
			}
		}
		for col := range want {
			if list, approx := table.Texts(slot, col); list != nil || approx || table.Any(slot, col) != nil {
				t.Errorf("column %d of slot %d has texts or a value", col, slot)
			}
		}
		if !table.Empty(slot) {
			t.Errorf("slot %d is not empty", slot)
		}
		table.Advance(100, nil)
		table.Add(0, 90, Order{}, make([]Input, len(want)))
	}
}

func TestTable_NoColumns(t *testing.T) {
	table := NewTable(nil)
	table.Advance(5, nil)
	table.Add(1, 5, Order{}, nil)
	if _, ok := table.NextChange(); ok || !table.Empty(1) {
		t.Error("nothing holds something")
	}
}

func TestTable_Panics(t *testing.T) {
	started := NewTable([]Column{{Func: Count, Window: 5}})
	started.Advance(100, nil)
	for name, f := range map[string]func(){
		"a record of the future": func() { started.Add(0, 101, Order{}, make([]Input, 1)) },
		"before the first second": func() {
			NewTable([]Column{{Func: Count, Window: 5}}).Add(0, 0, Order{}, make([]Input, 1))
		},
		"back in time":      func() { started.Advance(99, nil) },
		"negative window":   func() { NewTable([]Column{{Func: Count, Window: -2}}) },
		"negative offset":   func() { NewTable([]Column{{Func: Count, Window: 1, Offset: -1}}) },
		"negative number":   func() { NewTable([]Column{{Func: Top, Window: 1, N: -1}}) },
		"no memory":         func() { NewTable([]Column{{Func: FirstSeen, Window: 1}}) },
		"counting forever":  func() { NewTable([]Column{{Func: Count, Window: Forever}}) },
		"no reach":          func() { NewHistory(-2, 1) },
		"no room":           func() { NewHistory(1, 0) },
		"unknown aggregate": func() { NewTable([]Column{{Func: Func(99), Window: 1}}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestTable_DropWhileTold(t *testing.T) {
	table := NewTable([]Column{{Func: Count, Window: 5}, {Func: Distinct, Window: 9}})
	table.Advance(100, nil)
	on := []Input{{On: true}, {On: true}}
	for _, slot := range []uint32{9, 2, 5} {
		table.Add(slot, 100, Order{}, on)
	}
	var told []uint32
	table.Advance(105, func(slot uint32) {
		told = append(told, slot)
		table.Drop(slot)
		table.Add(slot, 105, Order{}, on)
	})
	if want := []uint32{2, 5, 9}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	told = nil
	table.Advance(109, func(slot uint32) { told = append(told, slot) })
	if len(told) > 0 || valueAt(table, 5, 1) != 1.0 {
		t.Errorf("what was dropped left once more: %v", told)
	}
}

func TestDistinct_Saturates(t *testing.T) {
	table := NewTable([]Column{{Func: Distinct, Window: 5}})
	table.Advance(100, nil)
	for i := range MaxDistinct + 1 {
		if v, _, approx := table.Value(0, 0); v != float64(i) || approx {
			t.Fatalf("after %d: %v %t", i, v, approx)
		}
		table.Add(0, 100, Order{}, []Input{{On: true, Hash: uint64(i)}})
	}
	if v, ok, approx := table.Value(0, 0); v != MaxDistinct || !ok || !approx {
		t.Errorf("above: %v %t %t", v, ok, approx)
	}
}

// A negative zero would be written as "-0", though it equals zero.
func TestExtremes_ZeroHasNoSign(t *testing.T) {
	cols := []Column{{Func: Min, Window: 5}, {Func: Max, Window: 5}}
	for _, zero := range []float64{0, math.Copysign(0, -1)} {
		table := NewTable(cols)
		table.Advance(100, nil)
		table.Add(0, 100, Order{}, []Input{{On: true, Num: zero}, {On: true, Num: zero}})
		for i := range cols {
			if v, ok, _ := table.Value(0, i); math.Signbit(v) || !ok {
				t.Errorf("column %d of %v: %v %t, want 0", i, zero, v, ok)
			}
		}
	}
}

func TestCount_Beyond32Bits(t *testing.T) {
	c := &counts{}
	c.reachSlot(1)
	for range 3 {
		c.plus(1, math.MaxUint32)
	}
	c.plus(1, 5)
	if got, want := c.total(1), uint64(3*math.MaxUint32+5); got != want || !c.holds(1) {
		t.Fatalf("total = %d, want %d", got, want)
	}
	c.minus(1, 4)
	for range 3 {
		c.minus(1, math.MaxUint32)
	}
	if got := c.total(1); got != 1 || len(c.high) > 0 {
		t.Errorf("total = %d, carries %v, want 1", got, c.high)
	}
	c.plus(1, math.MaxUint32)
	if *c.lows.at(1) != 0 || !c.holds(1) {
		t.Errorf("2^32 records count as none")
	}
	c.drop(1)
	if got := c.total(1); got != 0 {
		t.Errorf("total after drop = %d", got)
	}
}

func TestRestore_RefusesNonsense(t *testing.T) {
	cols := []Column{{Func: Count, Window: 5}, {Func: Avg, Window: 5}, {Func: Max, Window: 5, Offset: 3}, {Func: Distinct, Window: 5}, {Func: Count, Window: 90000}}
	table := NewTable(cols)
	in := make([]Input, len(cols))
	for i := range in {
		in[i] = Input{On: true, Num: 3, Hash: 8}
	}
	table.Advance(100, nil)
	table.Add(1, 98, Order{}, in)
	table.Add(2, 100, Order{}, in)
	for name, damage := range map[string]func(*State){
		"other columns":        func(st *State) { st.Columns[0].Window++ },
		"a line is missing":    func(st *State) { st.Lines = st.Lines[:1] },
		"a column is missing":  func(st *State) { st.Lines[0].Columns = st.Lines[0].Columns[:3] },
		"seconds without size": func(st *State) { st.Lines[0].Entries = st.Lines[0].Entries[:1] },
		"seconds out of order": func(st *State) { slices.Reverse(st.Lines[0].Seconds) },
		"second of the future": func(st *State) { st.Lines[0].Seconds[1] = 101 },
		"minute of the future": func(st *State) { st.Lines[1].Seconds[0] = 180 },
		"not a minute":         func(st *State) { st.Lines[1].Seconds[0] = 119 },
		"second long over":     func(st *State) { st.Lines[0].Seconds[0] = 92 },
		"not started":          func(st *State) { st.Started = false },
		"slots are missing":    func(st *State) { st.Lines[0].Slots = st.Lines[0].Slots[:1] },
		"absurd slot":          func(st *State) { st.Lines[0].Slots[0] = math.MaxUint32 },
		"counts cut off":       func(st *State) { st.Lines[0].Columns[0].Counts = nil },
		"average's counts":     func(st *State) { st.Lines[0].Columns[1].Counts = nil },
		"sums cut off":         func(st *State) { st.Lines[0].Columns[1].Low = nil },
		"peaks cut off":        func(st *State) { st.Lines[0].Columns[2].Peaks = nil },
		"no hash counts":       func(st *State) { st.Lines[0].Columns[3].Counts = nil },
		"hashes cut off":       func(st *State) { st.Lines[0].Columns[3].Hashes = nil },
	} {
		t.Run(name, func(t *testing.T) {
			st := table.State()
			if _, err := Restore(cols, st); err != nil {
				t.Fatalf("before the damage: %v", err)
			}
			damage(&st)
			if _, err := Restore(cols, st); err == nil || !strings.HasPrefix(err.Error(), "restore windows: ") {
				t.Errorf("error = %v", err)
			}
		})
	}
}

// The newest entry that a slot remembers may have been freed; the zero entry must not pass for one of slot 0, second 0.
func TestTable_FreedEntryIsNotTakenForOne(t *testing.T) {
	table := NewTable([]Column{{Func: Count, Window: 3}})
	table.Advance(-5, nil)
	table.Add(0, -5, Order{}, []Input{{On: true}})
	table.Advance(0, nil)
	table.Add(0, 0, Order{}, []Input{{On: true}})
	if got := valueAt(table, 0, 0); got != 1.0 {
		t.Errorf("at 0: %v", got)
	}
	table.Advance(3, nil)
	if got := valueAt(table, 0, 0); got != 0.0 {
		t.Errorf("at 3: %v", got)
	}
}

// The newest sighting that a member remembers may belong to another member by now.
func TestDistinct_SightingUsedAgain(t *testing.T) {
	table := NewTable([]Column{{Func: Distinct, Window: 10}})
	add := func(sec int64, hash uint64) { table.Add(0, sec, Order{}, []Input{{On: true, Hash: hash}}) }
	table.Advance(100, nil)
	add(100, 1)
	add(95, 1) // late: the newest, but the first to leave
	table.Advance(105, nil)
	add(105, 2)
	add(105, 1)
	table.Advance(110, nil)
	if got := valueAt(table, 0, 0); got != 2.0 {
		t.Errorf("distinct = %v, want 2", got)
	}
}

func TestDistinct_SameValueInOneSecondTakesNoRoom(t *testing.T) {
	table := NewTable([]Column{{Func: Distinct, Window: 10}})
	table.Advance(100, nil)
	for i := range 1000 {
		table.Add(0, 100, Order{}, []Input{{On: true, Hash: uint64(i % 3)}})
	}
	if got := table.columns[0].(*distincts).sightings.live; got != 3 {
		t.Errorf("%d sightings of 3 values", got)
	}
}
