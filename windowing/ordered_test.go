package windowing

import (
	"fmt"
	"slices"
	"testing"
)

// TestOrder_OfEqualSeconds adds the records of one second in every order: source before generation before position decide.
func TestOrder_OfEqualSeconds(t *testing.T) {
	cols := []Column{{Func: First, Window: 10}, {Func: Last, Window: 10}, {Func: Streak, Window: 10},
		{Func: First, Window: Forever}, {Func: Last, Window: Forever}, {Func: Streak, Window: Forever}}
	sorted := []Order{{"a/main", 7, 900}, {"b/main", 0, 50}, {"b/main", 1, 3}, {"b/main", 1, 20}}
	const miss = 1 // of sorted; two hits follow it
	history := NewHistory(10, 10)
	for round, perm := range permutations(len(sorted)) {
		slot := uint32(round)
		table := NewTable(cols)
		table.Advance(100, nil)
		for _, i := range perm {
			in := make([]Input, len(cols))
			for c := range in {
				in[c] = Input{On: true, Any: fmt.Sprint(i), Hit: i != miss}
			}
			table.Add(slot, 100, sorted[i], in)
			history.Add(slot, 100, sorted[i], uint64(i), nil)
		}
		for first := range 2 {
			first *= 3
			if a, b, n := table.Any(slot, first), table.Any(slot, first+1), valueAt(table, slot, first+2); a != "0" || b != "3" || n != 2.0 {
				t.Errorf("added as %v: first %v, last %v, streak %v", perm, a, b, n)
			}
		}
		var masks []uint64
		for _, e := range history.Records(slot) {
			masks = append(masks, e.Mask)
		}
		if !slices.Equal(masks, []uint64{0, 1, 2, 3}) {
			t.Errorf("added as %v: history %v", perm, masks)
		}
	}
}

func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{nil}
	}
	for _, p := range permutations(n - 1) {
		for i := range n {
			all = append(all, slices.Insert(slices.Clone(p), i, n-1))
		}
	}
	return all
}

// Within a rounded window the order is that of the records' own seconds, not of their minutes.
func TestOrder_WithinAMinute(t *testing.T) {
	const m = 1_770_000_000
	table := NewTable([]Column{{Func: First, Window: 90_000}, {Func: Last, Window: 90_000}, {Func: Streak, Window: 90_000}})
	table.Advance(m+59, nil)
	for i, sec := range []int64{m + 30, m + 50, m + 10} {
		in := make([]Input, 3)
		for c := range in {
			in[c] = Input{On: true, Any: sec - m, Hit: sec != m+30}
		}
		table.Add(0, sec, Order{Source: "x", Pos: int64(9 - i)}, in)
	}
	if table.Any(0, 0) != nil || table.Any(0, 1) != nil || valueAt(table, 0, 2) != 0.0 {
		t.Error("the minute is not over yet")
	}
	table.Advance(m+60, nil)
	if a, b, n := table.Any(0, 0), table.Any(0, 1), valueAt(table, 0, 2); a != int64(10) || b != int64(50) || n != 1.0 {
		t.Errorf("first %v, last %v, streak %v, want 10, 50, 1", a, b, n)
	}
}

func TestStreak_LateBreakCuts(t *testing.T) {
	table := NewTable([]Column{{Func: Streak, Window: 100}, {Func: Streak, Window: Forever}})
	table.Advance(200, nil)
	add := func(sec int64, hit bool) {
		table.Add(0, sec, Order{}, []Input{{On: true, Hit: hit}, {On: true, Hit: hit}})
	}
	for sec := int64(150); sec < 200; sec++ {
		add(sec, true)
	}
	for _, step := range []struct {
		sec          int64
		hit          bool
		window, ever float64
	}{
		{195, false, 4, 4}, // after the record of that second
		{160, false, 4, 4}, // an older break matters no more
		{180, true, 4, 4},  // nor a hit before the break
		{200, true, 5, 5},
		{100, true, 5, 5}, // has left the window
	} {
		add(step.sec, step.hit)
		if a, b := valueAt(table, 0, 0), valueAt(table, 0, 1); a != step.window || b != step.ever {
			t.Errorf("after %+v: %v and %v", step, a, b)
		}
	}
	table.Advance(295, nil) // the break leaves, and the hits of its second
	if a, b := valueAt(table, 0, 0), valueAt(table, 0, 1); a != 5.0 || b != 5.0 {
		t.Errorf("when the break has left: %v and %v", a, b)
	}
	table.Advance(299, nil)
	if a, b := valueAt(table, 0, 0), valueAt(table, 0, 1); a != 1.0 || b != 5.0 || table.Empty(0) {
		t.Errorf("when hits have left: %v and %v", a, b)
	}
	table.Advance(300, nil)
	if !table.Empty(0) {
		t.Error("a look-back keeps the slot from being empty")
	}
}

// A look-back of 30,000 hits keeps what it can report, and is exact again after a late break among them.
func TestStreak_Saturates(t *testing.T) {
	cols := []Column{{Func: Streak, Window: Forever}, {Func: Streak, Window: 86400}}
	table := NewTable(cols)
	add := func(sec, pos int64, hit bool) {
		table.Add(0, sec, Order{Pos: pos}, []Input{{On: true, Hit: hit}, {On: true, Hit: hit}})
	}
	for sec := range int64(15_000) {
		table.Advance(sec, nil)
		add(sec, 1, true)
		add(sec, 2, true)
		if v, _, approx := table.Value(0, 0); v != float64(min(2*sec+2, MaxStreak)) || approx != (2*sec+2 > MaxStreak) {
			t.Fatalf("after %d: %v %t", 2*sec+2, v, approx)
		}
	}
	if n := len(table.columns[0].(*streaks).tails.at(0).hits); n != MaxStreak+1 {
		t.Errorf("%d hits are kept", n)
	}
	table = reborn(&run{fail: t.Fatalf}, cols, table.State())
	add(10_500, 3, false)
	for col := range cols {
		if v, _, approx := table.Value(0, col); v != 2*4499 || approx {
			t.Errorf("column %d after the break: %v %t", col, v, approx)
		}
	}
}

// Of 30,000 hits in a window those that can be reported are kept. When the oldest of these leave, so have all others.
func TestStreak_SaturatedWindowRunsOut(t *testing.T) {
	table := NewTable([]Column{{Func: Streak, Window: 10_000}})
	for sec := range int64(10_000) {
		table.Advance(sec, nil)
		for pos := range int64(3) {
			table.Add(0, sec, Order{Pos: pos}, []Input{{On: true, Hit: true}})
		}
	}
	for sec := int64(10_000); sec < 20_000; sec++ {
		table.Advance(sec, nil)
		left := 3 * (20_000 - sec - 1)
		if v, _, approx := table.Value(0, 0); v != float64(min(left, MaxStreak)) || approx != (left > MaxStreak) {
			t.Fatalf("at %d: %v %t, want %d", sec, v, approx, left)
		}
	}
}

// What looks back to the creation of a slot keeps one record, or what came since the break, however many came.
func TestForever_KeepsLittle(t *testing.T) {
	table := NewTable([]Column{{Func: First, Window: Forever}, {Func: Last, Window: Forever}, {Func: Streak, Window: Forever}})
	in := make([]Input, 3)
	for sec := range int64(5000) {
		table.Advance(sec, func(uint32) { t.Error("a look-back changes by itself") })
		for c := range in {
			in[c] = Input{On: true, Any: sec, Hit: sec%7 != 0}
		}
		table.Add(0, sec, Order{}, in)
		if at, ok := table.NextChange(); ok {
			t.Fatalf("a look-back changes by itself at %d", at)
		}
	}
	if left := residue(table); left != "" {
		t.Error(left)
	}
	if a, b, n := table.Any(0, 0), table.Any(0, 1), valueAt(table, 0, 2); a != int64(0) || b != int64(4999) || n != 1.0 {
		t.Errorf("first %v, last %v, streak %v", a, b, n)
	}
	if !table.Empty(0) {
		t.Error("Empty asks look-backs")
	}
	table.Drop(0)
	if a, b, n := table.Any(0, 0), table.Any(0, 1), valueAt(table, 0, 2); a != nil || b != nil || n != 0.0 {
		t.Errorf("after a drop: first %v, last %v, streak %v", a, b, n)
	}
}

// The first record of a second gives way to one of the same second that comes before it, and leaves no trace.
func TestFirst_ReplacedWithinItsSecond(t *testing.T) {
	table := NewTable([]Column{{Func: First, Window: 10}})
	for _, sec := range []int64{98, 99, 100} {
		table.Advance(sec, nil)
		for pos := int64(3); pos > 0; pos-- {
			table.Add(0, sec, Order{Pos: pos}, []Input{{On: true, Any: 10*sec + pos}})
		}
	}
	for sec, want := range []any{int64(981), int64(991), int64(1001), nil} {
		table.Advance(107+int64(sec), nil)
		if got := table.Any(0, 0); got != want || table.Empty(0) != (want == nil) {
			t.Errorf("at %d: %v, empty %t, want %v", 107+sec, got, table.Empty(0), want)
		}
	}
}
