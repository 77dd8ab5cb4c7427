package windowing

import (
	"fmt"
	"testing"
)

// residue names what a table still holds; "" when everything is free again.
func residue(t *Table) string {
	for _, l := range t.lines {
		if n := len(l.seconds) - l.head; n > 0 || l.entries.live > 0 {
			return fmt.Sprintf("%d seconds, %d entries", n, l.entries.live)
		}
	}
	for i, c := range t.columns {
		switch c := c.(type) {
		case *counts:
			if len(c.high) > 0 {
				return fmt.Sprintf("column %d: carries %v", i, c.high)
			}
		case *extremes:
			if c.peaks.live > 0 {
				return fmt.Sprintf("column %d: %d peaks", i, c.peaks.live)
			}
		case *distincts:
			if c.members.live > 0 || c.sightings.live > 0 || c.index.used > 0 {
				return fmt.Sprintf("column %d: %d members, %d sightings, %d indexed", i, c.members.live, c.sightings.live, c.index.used)
			}
		}
	}
	return ""
}

// made is how many values of each kind a table has ever asked memory for.
func made(t *Table) (n []uint32) {
	for _, l := range t.lines {
		n = append(n, l.entries.made)
	}
	for _, c := range t.columns {
		switch c := c.(type) {
		case *extremes:
			n = append(n, c.peaks.made)
		case *distincts:
			n = append(n, c.members.made, c.sightings.made, uint32(len(c.index.cells)))
		}
	}
	return n
}

func TestTable_UsesMemoryAgain(t *testing.T) {
	cols := []Column{{Func: Count, Window: 60}, {Func: Sum, Window: 300, Offset: 10}, {Func: Min, Window: 90000}, {Func: Max, Window: 60}, {Func: Distinct, Window: 300}}
	table := NewTable(cols)
	now := int64(1_770_000_000)
	round := func() {
		in := make([]Input, len(cols))
		for i := range 3000 {
			now += int64(i % 2)
			table.Advance(now, nil)
			for c := range in {
				in[c] = Input{On: true, Num: float64(i * 7 % 31), Hash: uint64(i)}
			}
			table.Add(uint32(i%100), now-int64(i%5), Order{}, in)
			if i%50 == 0 {
				table.Drop(uint32(i % 100))
			}
		}
		for sec, ok := table.NextChange(); ok; sec, ok = table.NextChange() {
			now = sec
			table.Advance(now, nil)
		}
		if left := residue(table); left != "" {
			t.Fatalf("at the end of a round: %s", left)
		}
	}
	round()
	first := fmt.Sprint(made(table))
	for range 5 {
		round()
	}
	if got := fmt.Sprint(made(table)); got != first {
		t.Errorf("memory grew from %s to %s values", first, got)
	}
}
