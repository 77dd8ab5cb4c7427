//go:build unix

package engine_test

import (
	"fmt"
	"io"
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
