package windowing

import (
	"fmt"
	"runtime"
	"testing"
)

// residue names what a table still holds; "" when everything is free again. Look-backs keep what they keep.
func residue(t *Table) string {
	for _, l := range t.lines {
		if n := len(l.seconds) - l.head; n > 0 || l.entries.live > 0 {
			return fmt.Sprintf("%d seconds, %d entries", n, l.entries.live)
		}
	}
	for i, c := range t.columns {
		for what, n := range holdings(c) {
			if n > 0 {
				return fmt.Sprintf("column %d: %d %s", i, n, what)
			}
		}
	}
	return ""
}

// holdings counts what a column holds beyond one value for each slot and entry.
func holdings(c column) map[string]int {
	switch c := c.(type) {
	case *counts:
		return map[string]int{"carries": len(c.high)}
	case *extremes:
		return map[string]int{"peaks": int(c.peaks.live)}
	case *percentiles:
		return map[string]int{"readings": int(c.readings.live), "nodes": int(c.sets.nodes.live)}
	case *distincts:
		return map[string]int{"members": int(c.members.live), "sightings": int(c.sightings.live), "indexed": c.index.used}
	case *texts:
		has := holdings(&c.distincts)
		has["words"] = c.tally.words.Len()
		return has
	case *firstSeens:
		has := holdings(&c.distincts)
		has["memories"] = len(c.known) + len(c.outside)
		return has
	case *firsts:
		return map[string]int{"nodes": int(c.nodes.live)}
	case *lasts:
		return map[string]int{"waiting": int(c.waiting.live)}
	case *streaks:
		n := 0
		for slot := range c.tails.len() {
			if t := c.tails.at(slot); !c.forever && (t.broken || t.hits != nil || t.inside > 0) {
				n++
			}
		}
		return map[string]int{"waiting": int(c.waiting.live), "tails": n}
	}
	return nil
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
		case *percentiles:
			n = append(n, c.readings.made, c.sets.nodes.made)
		case *distincts:
			n = append(n, c.members.made, c.sightings.made, uint32(len(c.index.cells)))
		case *texts:
			n = append(n, c.members.made, c.sightings.made, uint32(len(c.index.cells)), c.tally.words.made)
		case *firstSeens:
			n = append(n, c.members.made, c.sightings.made, uint32(len(c.index.cells)))
		case *firsts:
			n = append(n, c.nodes.made)
		case *lasts:
			n = append(n, c.waiting.made)
		case *streaks:
			n = append(n, c.waiting.made)
		}
	}
	return n
}

func TestTable_UsesMemoryAgain(t *testing.T) {
	cols := []Column{{Func: Count, Window: 60}, {Func: Sum, Window: 300, Offset: 10}, {Func: Min, Window: 90000}, {Func: Max, Window: 60}, {Func: Distinct, Window: 300},
		{Func: P95, Window: 300, Offset: 5}, {Func: Top, Window: 300}, {Func: First, Window: 300}, {Func: Last, Window: 60, Offset: 10},
		{Func: Streak, Window: 300, Offset: 3}, {Func: FirstSeen, Window: 60, Memory: 600}, {Func: Last, Window: Forever}, {Func: Streak, Window: Forever}}
	table := NewTable(cols)
	now := int64(1_770_000_000)
	round := func() {
		in := make([]Input, len(cols))
		for i := range 3000 {
			now += int64(i % 2)
			table.Advance(now, nil)
			for c := range in {
				in[c] = Input{On: true, Num: float64(i * 7 % 31), Hash: uint64(i), Text: fmt.Sprint(i), Any: int64(i), Hit: i%9 > 0}
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
		now += 720 // what is remembered goes unseen
		table.Advance(now, nil)
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

// A million groups of a rule that only counts: the budget of architecture.md, whatever other rules may need.
func TestTable_CountStaysSmall(t *testing.T) {
	const n = 100_000
	table := NewTable([]Column{{Func: Count, Window: 86400}})
	table.Advance(1_770_000_000, nil)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	in := []Input{{On: true}}
	for slot := range uint32(n) {
		table.Add(slot, 1_770_000_000, Order{Source: "main/smarty"}, in)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(table)
	if per := float64(after.HeapAlloc-before.HeapAlloc) / n; per > 34 {
		t.Errorf("%.1f bytes per group, want about 32", per)
	}
	if allocs := testing.AllocsPerRun(100, func() { table.Add(5, 1_770_000_000, Order{Source: "main/smarty"}, in) }); allocs > 0 {
		t.Errorf("%v allocations to count a record", allocs)
	}
}
