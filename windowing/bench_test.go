package windowing

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// BenchmarkAdd counts records of random groups, 20,000 a second, one column.
func BenchmarkAdd(b *testing.B) {
	for _, groups := range []int{1000, 1_000_000} {
		for _, window := range []int64{60, 3600, 86400} {
			b.Run(fmt.Sprintf("groups=%d/window=%ds", groups, window), func(b *testing.B) {
				benchmarkAdd(b, []Column{{Func: Count, Window: window}}, groups)
			})
		}
	}
}

func BenchmarkAddFunc(b *testing.B) {
	for _, c := range []struct {
		name string
		col  Column
	}{
		{"sum", Column{Func: Sum, Window: 60}}, {"max", Column{Func: Max, Window: 60}}, {"distinct", Column{Func: Distinct, Window: 60}},
		{"p95", Column{Func: P95, Window: 60}}, {"top", Column{Func: Top, Window: 60}}, {"first", Column{Func: First, Window: 60}},
		{"last", Column{Func: Last, Window: 60}}, {"streak", Column{Func: Streak, Window: 60}},
		{"last-forever", Column{Func: Last, Window: Forever}}, {"streak-forever", Column{Func: Streak, Window: Forever}},
		{"first_seen", Column{Func: FirstSeen, Window: 60, Memory: 86400}},
	} {
		b.Run(c.name, func(b *testing.B) { benchmarkAdd(b, []Column{c.col}, 1000) })
	}
	b.Run("four", func(b *testing.B) {
		benchmarkAdd(b, []Column{{Func: Count, Window: 60}, {Func: Avg, Window: 60}, {Func: Max, Window: 300}, {Func: Count, Window: 60, Offset: 3600}}, 1000)
	})
}

// BenchmarkPercentile is one second of a group with a million numbers in its window: 1000 come, 1000 leave, one is asked for.
func BenchmarkPercentile(b *testing.B) {
	t := NewTable([]Column{{Func: P95, Window: 1000}})
	now, seed := int64(1_770_000_000), uint64(1)
	second := func() {
		now++
		t.Advance(now, nil)
		for range 1000 {
			seed = seed*6364136223846793005 + 1442695040888963407
			t.Add(0, now, Order{}, []Input{{On: true, Num: float64(seed >> 40)}})
		}
		t.Value(0, 0)
	}
	for range 1000 {
		second()
	}
	for b.Loop() {
		second()
	}
}

func benchmarkAdd(b *testing.B, cols []Column, groups int) {
	t := NewTable(cols)
	in := make([]Input, len(cols))
	words, values := make([]string, 1<<12), make([]any, 1<<12)
	for i := range words {
		words[i] = fmt.Sprint("word ", i)
		values[i] = words[i]
	}
	now, seed := int64(1_770_000_000), uint64(1)
	t.Advance(now, nil)
	t.Add(uint32(groups-1), now, Order{}, in) // makes no entry
	t.reach(uint32(groups - 1))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%20_000 == 0 {
			now++
			t.Advance(now, nil)
		}
		seed = seed*6364136223846793005 + 1442695040888963407
		for c := range in {
			in[c] = Input{On: true, Num: float64(seed >> 50), Hash: seed >> 52, Text: words[seed>>52], Any: values[seed>>52], Hit: seed>>60 != 0}
		}
		t.Add(uint32((seed>>33)%uint64(groups)), now, Order{}, in)
	}
}

// BenchmarkSecond is one second of a full window: 1000 groups have a record each second.
func BenchmarkSecond(b *testing.B) {
	for _, window := range []int64{60, 3600, 14400} {
		b.Run(fmt.Sprintf("window=%ds", window), func(b *testing.B) {
			t := NewTable([]Column{{Func: Count, Window: window}})
			in := []Input{{On: true}}
			now := int64(1_770_000_000)
			second := func() {
				now++
				t.Advance(now, func(uint32) {})
				for slot := range uint32(1000) {
					t.Add(slot, now, Order{}, in)
				}
			}
			for range window {
				second()
			}
			for b.Loop() {
				second()
			}
		})
	}
}

func BenchmarkGroups(b *testing.B) {
	const n = 1_000_000
	keys := make([][]byte, n)
	for i := range keys {
		keys[i] = fmt.Appendf(nil, "%08d\x00account", i)
	}
	g := NewGroups()
	for _, key := range keys {
		g.Slot(key)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		g.Slot(keys[uint32(i)*2654435761%n])
	}
}

// BenchmarkMillionGroups measures what a million groups with one record each cost in bytes, in garbage
// collection and in the pause of a snapshot.
func BenchmarkMillionGroups(b *testing.B) {
	const n, keyLen = 1_000_000, 16
	var before, groups, all runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g, t := NewGroups(), NewTable([]Column{{Func: Count, Window: 86400}})
	key := make([]byte, 0, keyLen)
	for i := range n {
		key = fmt.Appendf(key[:0], "%016d", i)
		g.Slot(key)
	}
	runtime.GC()
	runtime.ReadMemStats(&groups)
	t.Advance(1_770_000_000, nil)
	for slot := range uint32(n) {
		t.Add(slot, 1_770_000_000, Order{}, []Input{{On: true}})
	}
	runtime.GC()
	runtime.ReadMemStats(&all)
	var collect, state time.Duration
	for b.Loop() {
		start := time.Now()
		runtime.GC()
		collect += time.Since(start)
		start = time.Now()
		st := t.State()
		state += time.Since(start)
		runtime.KeepAlive(st)
	}
	b.ReportMetric(float64(groups.HeapAlloc-before.HeapAlloc)/n-keyLen, "B/group-beyond-key")
	b.ReportMetric(float64(all.HeapAlloc-groups.HeapAlloc)/n, "B/slot+entry")
	b.ReportMetric(float64(collect.Microseconds())/1000/float64(b.N), "ms/GC")
	b.ReportMetric(float64(state.Microseconds())/1000/float64(b.N), "ms/state")
	runtime.KeepAlive(g)
}

// BenchmarkBytesPerGroup is the memory of a million groups with one record each, of rules with one column beside count. The first
// is a rule that only counts: nothing that others need may make it larger.
func BenchmarkBytesPerGroup(b *testing.B) {
	const n = 1_000_000
	count := Column{Func: Count, Window: 86400}
	for _, c := range []struct {
		name string
		cols []Column
	}{
		{"count", []Column{count}},
		{"p95", []Column{count, {Func: P95, Window: 86400}}},
		{"top", []Column{count, {Func: Top, Window: 86400}}},
		{"last", []Column{count, {Func: Last, Window: 86400}}},
		{"last-forever", []Column{count, {Func: Last, Window: Forever}}},
		{"streak-forever", []Column{count, {Func: Streak, Window: Forever}}},
		{"first_seen", []Column{count, {Func: FirstSeen, Window: 86400, Memory: 86400}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			var before, after runtime.MemStats
			for b.Loop() {
				runtime.GC()
				runtime.ReadMemStats(&before)
				t := NewTable(c.cols)
				t.Advance(1_770_000_000, nil)
				in := make([]Input, len(c.cols))
				for i := range in {
					in[i] = Input{On: true, Num: 1, Hash: 1, Text: "text", Any: "text", Hit: true}
				}
				for slot := range uint32(n) {
					t.Add(slot, 1_770_000_000, Order{Source: "main/smarty"}, in)
				}
				runtime.GC()
				runtime.ReadMemStats(&after)
				runtime.KeepAlive(t)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "B/group")
		})
	}
}

// BenchmarkHistory adds to a full history of ten thousand records, as a flood would.
func BenchmarkHistory(b *testing.B) {
	h := NewHistory(3600, 10_000)
	b.ReportAllocs()
	for i := int64(0); b.Loop(); i++ {
		h.Add(0, i/1000, Order{Source: "main/smarty", Pos: i}, 1, nil)
	}
}
