//go:build unix

package windowing

import (
	"fmt"
	"syscall"
	"testing"
)

// BenchmarkByWindow is the cost of a record of one group when its window is long, or
// full: it holds from 5 to 50,000 records, as many leave as come, and the value is asked
// for in each second with a record. Five come in a second, or as many as must. Numbers, hashes and
// texts are of 4,096 kinds, which come in no order.
func BenchmarkByWindow(b *testing.B) {
	for _, c := range flatColumns {
		for _, window := range []int64{60, 86400} {
			for _, records := range []int64{5, 500, 50_000} {
				b.Run(fmt.Sprintf("%s/window=%ds/records=%d", c.name, window, records), func(b *testing.B) {
					c.col.Window = window
					benchmarkWindow(b, c.col, records)
				})
			}
		}
	}
}

var flatColumns = []struct {
	name string
	col  Column
}{
	{"count", Column{Func: Count}}, {"sum", Column{Func: Sum}}, {"min", Column{Func: Min}}, {"max", Column{Func: Max}},
	{"distinct", Column{Func: Distinct}}, {"p95", Column{Func: P95}}, {"top", Column{Func: Top}}, {"values", Column{Func: Values}},
	{"first", Column{Func: First}}, {"last", Column{Func: Last}}, {"streak", Column{Func: Streak}},
	{"first_seen", Column{Func: FirstSeen, Memory: 86400}}, {"count-offset", Column{Func: Count, Offset: 3600}},
}

func benchmarkWindow(b *testing.B, col Column, records int64) {
	const epoch = 1_770_000_000
	t := NewTable([]Column{col})
	words, values := make([]string, 1<<12), make([]any, 1<<12)
	for i := range words {
		words[i] = fmt.Sprint("word ", i)
		values[i] = words[i]
	}
	t.Advance(epoch, nil)
	batch := max(5, records/col.Window)
	seed, in := uint64(1), make([]Input, 1)
	record := func(i int64) {
		if now := epoch + i/batch*batch*col.Window/records; i%batch == 0 {
			t.Advance(now, func(uint32) {})
			t.Value(0, 0)
			t.Texts(0, 0)
			t.Any(0, 0)
		}
		seed = seed*6364136223846793005 + 1442695040888963407
		in[0] = Input{On: true, Num: float64(seed >> 52), Hash: seed >> 52, Text: words[seed>>52], Any: values[seed>>52], Hit: seed>>60 != 0}
		now, _ := t.Now()
		t.Add(0, now, Order{Pos: i}, in)
	}
	i := int64(0)
	for full := max(2*records, 10_000); i < full; i++ {
		record(i)
	}
	b.ReportAllocs()
	start, first := cpu(), i
	for ; b.Loop(); i++ {
		record(i)
	}
	b.ReportMetric(float64(cpu()-start)/float64(i-first), "cpu-ns/op")
}

// cpu is the processor time this process has used, in nanoseconds: unlike the clock it does not depend on what else the machine does.
func cpu() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
