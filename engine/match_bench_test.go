//go:build unix

package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/engine"
)

// BenchmarkMatch is the cost of asking so many rules over one event about a record,
// without the engine: all of which it matches; of which an index finds that it matches
// one, or none; which have to be asked one by one and refuse it.
func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{1, 35, 1000} {
		for _, c := range []struct{ name, match string }{
			{"all match", ""}, {"index hit", `host == "h%d"`}, {"index miss", `host == "x%d"`}, {"refused", `host startsWith "x%d"`},
		} {
			b.Run(fmt.Sprintf("%d/%s", n, c.name), func(b *testing.B) { benchmarkMatch(b, n, c.match) })
		}
	}
}

func benchmarkMatch(b *testing.B, n int, match string) {
	var yaml strings.Builder
	for i := range n {
		fmt.Fprintf(&yaml, "- {id: r%d, event: BENCH, group_by: [host], window: 5m, condition: count >= 1000000", i)
		if match != "" {
			fmt.Fprintf(&yaml, ", match: '%s'", fmt.Sprintf(match, i))
		}
		yaml.WriteString("}\n")
	}
	m := engine.New(mustRules(b, yaml.String()), engine.Options{}).NewMatcher()
	recs := benchRecords(b, 1000, 20)
	var ms engine.Matches
	b.ReportAllocs()
	start := cpu()
	for i := 0; b.Loop(); i++ {
		if i%100 == 0 {
			ms.Reset()
		}
		m.Match(recs[i%len(recs)], &ms)
	}
	b.ReportMetric(float64(cpu()-start)/float64(b.N), "cpu-ns/op")
}
