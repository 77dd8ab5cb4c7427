package windowing

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestTop_RanksTiesByText(t *testing.T) {
	table := NewTable([]Column{{Func: Top, Window: 10}, {Func: Top, Window: 10, N: 1}, {Func: Values, Window: 10}})
	table.Advance(100, nil)
	for _, text := range []string{"d", "b", "c", "b", "a", "d", "", "e"} {
		table.Add(0, 100, Order{}, []Input{{On: true, Text: text}, {On: true, Text: text}, {On: true, Text: text}})
	}
	list, approx := table.Texts(0, 0)
	if want := []Ranked{{"b", 2}, {"d", 2}, {"", 1}}; !slices.Equal(list, want) || approx {
		t.Errorf("top = %v %t, want %v", list, approx, want)
	}
	if list, _ = table.Texts(0, 1); !slices.Equal(list, []Ranked{{"b", 2}}) {
		t.Errorf("top 1 = %v", list)
	}
	if list, _ = table.Texts(0, 2); fmt.Sprint(list) != "[{ 1} {a 1} {b 2} {c 1} {d 2} {e 1}]" {
		t.Errorf("values = %v", list)
	}
}

func TestValues_Saturate(t *testing.T) {
	table := NewTable([]Column{{Func: Values, Window: 10}, {Func: Top, Window: 10, N: 20}})
	table.Advance(100, nil)
	for i := range MaxValues + 1 {
		if list, approx := table.Texts(0, 0); len(list) != i || approx {
			t.Fatalf("after %d: %d %t", i, len(list), approx)
		}
		text := fmt.Sprintf("%03d", 500-i)
		table.Add(0, 100, Order{}, []Input{{On: true, Text: text}, {On: true, Text: text}})
	}
	list, approx := table.Texts(0, 0)
	if len(list) != MaxValues || !approx || list[0].Text != "400" || list[99].Text != "499" {
		t.Errorf("above: %d %t from %v to %v", len(list), approx, list[0], list[len(list)-1])
	}
	if list, approx = table.Texts(0, 1); len(list) != 20 || approx || list[19].Text != "419" {
		t.Errorf("top: %v %t", list, approx)
	}
}

// Texts are kept once, as long as any slot has them.
func TestTexts_AreShared(t *testing.T) {
	table := NewTable([]Column{{Func: Top, Window: 10}})
	table.Advance(100, nil)
	for slot := range uint32(1000) {
		table.Add(slot, 100, Order{}, []Input{{On: true, Text: "the same text"}})
	}
	words := &table.columns[0].(*texts).tally.words
	if words.Len() != 1 {
		t.Errorf("%d texts", words.Len())
	}
	for slot := range uint32(999) {
		table.Drop(slot)
	}
	if list, _ := table.Texts(999, 0); !slices.Equal(list, []Ranked{{"the same text", 1}}) {
		t.Errorf("the last one has %v", list)
	}
	table.Drop(999)
	if words.Len() != 0 {
		t.Errorf("%d texts that nobody has", words.Len())
	}
}

func TestPercentiles_NearestRank(t *testing.T) {
	cols := []Column{{Func: P50, Window: 10}, {Func: P90, Window: 10}, {Func: P95, Window: 10}, {Func: P99, Window: 10}}
	for n, want := range map[int][]any{
		0:   {nil, nil, nil, nil},
		1:   {1.0, 1.0, 1.0, 1.0},
		2:   {1.0, 2.0, 2.0, 2.0},
		3:   {2.0, 3.0, 3.0, 3.0},
		10:  {5.0, 9.0, 10.0, 10.0},
		11:  {6.0, 10.0, 11.0, 11.0},
		20:  {10.0, 18.0, 19.0, 20.0},
		21:  {11.0, 19.0, 20.0, 21.0},
		99:  {50.0, 90.0, 95.0, 99.0}, // the only ones of these of which 99 % leave a remainder of 1
		100: {50.0, 90.0, 95.0, 99.0},
		101: {51.0, 91.0, 96.0, 100.0},
		201: {101.0, 181.0, 191.0, 199.0},
	} {
		table := NewTable(cols)
		table.Advance(100, nil)
		table.reach(0)
		for i := range n {
			v := float64((i*89)%n + 1) // 89 is prime to all of them: each of 1 … n once
			table.Add(0, 100, Order{}, []Input{{On: true, Num: v}, {On: true, Num: v}, {On: true, Num: v}, {On: true, Num: v}})
		}
		for col := range cols {
			if got := valueAt(table, 0, col); got != want[col] {
				t.Errorf("of 1 … %d: column %d = %v, want %v", n, col, got, want[col])
			}
		}
	}
}

// The multiset stays what a sorted list is, and as flat as chance makes it, also when the numbers come in order.
func TestMultisets_AscendingNumbers(t *testing.T) {
	var m multisets
	root := uint32(0)
	for i := range 100_000 {
		root = m.insert(root, float64(i), 1)
		if i >= 10_000 {
			root = m.remove(root, float64(i-10_000), 1)
		}
	}
	if n := m.size(root); n != 10_000 || m.nodes.live != 10_000 || m.nodes.made > 10_001 {
		t.Errorf("%d numbers, %d nodes of %d", n, m.nodes.live, m.nodes.made)
	}
	for _, k := range []uint64{1, 2, 5000, 9999, 10_000} {
		if got := m.kth(root, k); got != float64(89_999+k) {
			t.Errorf("number %d = %v", k, got)
		}
	}
	var depth func(id uint32) int
	depth = func(id uint32) int {
		if id == 0 {
			return 0
		}
		n := m.nodes.at(id)
		return 1 + max(depth(n.left), depth(n.right))
	}
	if d := depth(root); d > 60 {
		t.Errorf("%d levels", d)
	}
	if root = m.insert(root, 1, math.MaxUint32); m.size(root) != 10_000+math.MaxUint32 {
		t.Errorf("size %d", m.size(root))
	}
	if m.free(root); m.nodes.live != 0 {
		t.Errorf("%d nodes left", m.nodes.live)
	}
}

func TestRate_PerSecond(t *testing.T) {
	table := NewTable([]Column{{Func: Rate, Window: 60}, {Func: Rate}})
	table.Advance(100, nil)
	for range 90 {
		table.Add(0, 100, Order{}, []Input{{On: true}, {On: true}})
	}
	if a, b := valueAt(table, 0, 0), valueAt(table, 0, 1); a != 1.5 || b != 90.0 {
		t.Errorf("rates %v and %v", a, b)
	}
}
