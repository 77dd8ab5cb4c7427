//go:build unix

package engine_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// BenchmarkRules is the cost of a record that ten rules match, whatever the number
// of the others: those over other events, and those over the same event whose
// match refuses the record.
func BenchmarkRules(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("%d/other events", n), func(b *testing.B) { benchmarkRules(b, n, "event: OTHER_%d") })
		b.Run(fmt.Sprintf("%d/other logs", n), func(b *testing.B) { benchmarkRules(b, n, "log: other_%d, event: BENCH") })
		b.Run(fmt.Sprintf("%d/same event", n), func(b *testing.B) { benchmarkRules(b, n, "event: BENCH, match: 'host == \"x%d\"'") })
	}
}

const benchMatching = 10

func benchmarkRules(b *testing.B, n int, other string) {
	var yaml strings.Builder
	for i := range n {
		selection := "event: BENCH"
		if i >= benchMatching {
			selection = fmt.Sprintf(other, i)
		}
		fmt.Fprintf(&yaml, "- {id: r%d, %s, group_by: [host], window: 5m, condition: count >= 1000000}\n", i, selection)
	}
	e := engine.New(mustRules(b, yaml.String()), engine.Options{})
	src, recs := e.Source("bench"), benchRecords(b, 1000, 20)
	b.ReportAllocs()
	start := cpu()
	for i := 0; b.Loop(); i++ {
		rec := recs[i%len(recs)]
		rec.Sec = t0 + int64(i)/100 // a hundred records a second
		rec.Pos = int64(i)
		e.Step(src, rec)
		if i%100 == 0 {
			e.Advance()
		}
	}
	b.ReportMetric(float64(cpu()-start)/float64(b.N), "cpu-ns/op")
}

// cpu is the processor time this process has used, in nanoseconds: unlike the
// clock it does not depend on what else the machine does.
func cpu() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// benchRecords are n records of so many hosts.
func benchRecords(b *testing.B, n, hosts int) []*smartylog.Record {
	var text strings.Builder
	for i := range n {
		text.WriteString(line(0, "BENCH", fmt.Sprintf("host='h%d' n=%d", i%hosts, i)))
	}
	sc := smartylog.NewScanner(strings.NewReader(text.String()), 0, smartylog.Options{})
	var recs []*smartylog.Record
	rec := smartylog.Record{Log: "bench"}
	for range n {
		if err := sc.Next(&rec); err != nil && (err != io.EOF || !sc.Flush(&rec)) {
			b.Fatal(err)
		}
		recs = append(recs, rec.Clone())
	}
	return recs
}

// BenchmarkMillionGroups is what the memory of a rule comes to when a million
// different groups come by: with groups.max as it is by default, and high enough to
// keep them all.
func BenchmarkMillionGroups(b *testing.B) {
	b.Run("max 10000", func(b *testing.B) { benchmarkGroups(b, "") })
	b.Run("max 1000000", func(b *testing.B) { benchmarkGroups(b, ", groups: {max: 1000000}") })
}

func benchmarkGroups(b *testing.B, limits string) {
	const groups = 1_000_000
	set := mustRules(b, "- {id: r, event: BENCH, group_by: [host], window: 1h, condition: count >= 1000000"+limits+"}")
	for b.Loop() {
		before := heap()
		start := cpu()
		e := engine.New(set, engine.Options{})
		stepGroups(b, e, groups)
		took := cpu() - start
		b.ReportMetric(float64(heap()-before)/(1<<20), "MiB")
		b.ReportMetric(float64(took)/groups, "cpu-ns/record")
		st, _ := e.Stats()
		if st[0].Groups != groups {
			b.Fatalf("%d groups, want %d", st[0].Groups, groups)
		}
		b.ReportMetric(float64(st[0].Groups-st[0].Evicted), "groups")
	}
}

// stepGroups steps a record of each group, a thousand in a second.
func stepGroups(b *testing.B, e *engine.Engine, groups int) {
	src, rec := e.Source("bench"), smartylog.Record{Log: "bench"}
	text := func(i int) string {
		return line(int64(i/1000), "BENCH", fmt.Sprintf("host='host-%07d'", i))
	}
	in := &lines{text: text, n: groups}
	sc := smartylog.NewScanner(in, 0, smartylog.Options{})
	for range groups {
		if err := sc.Next(&rec); err != nil && (err != io.EOF || !sc.Flush(&rec)) {
			b.Fatal(err)
		}
		e.Step(src, &rec)
		e.Advance()
	}
	e.Finish(src)
	e.Close()
}

// lines is a log that is written while it is read.
type lines struct {
	text    func(i int) string
	i, n    int
	pending string
}

func (l *lines) Read(p []byte) (int, error) {
	for len(l.pending) < len(p) && l.i < l.n {
		l.pending += l.text(l.i)
		l.i++
		if len(l.pending) > 4<<10 {
			break
		}
	}
	if l.pending == "" {
		return 0, io.EOF
	}
	n := copy(p, l.pending)
	l.pending = l.pending[n:]
	return n, nil
}

// heap is how many bytes are in use after a collection.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
