package engine_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// stepped is a record that an engine is told of.
type stepped struct {
	src int
	rec *smartylog.Record
}

// drawn are records of three sources, whose times go on from now.
func drawn(t testing.TB, r *rand.Rand, seed uint64, now *[3]int64, pos int64) (out []stepped) {
	t.Helper()
	var text strings.Builder
	for range r.IntN(60) {
		src := r.IntN(len(now))
		at := now[src] + int64(r.IntN(3)) - int64(r.IntN(2))*int64(r.IntN(4))
		if seed%3 == 0 && r.IntN(12) == 0 {
			at -= 60 + int64(r.IntN(200)) // and more from here on
			now[src] = at
		}
		value := fmt.Sprint(r.IntN(9))
		if seed%5 == 0 && r.IntN(2) == 0 {
			value = "'no number'"
		}
		rec := &smartylog.Record{}
		if seed%4 == 0 && r.IntN(30) == 0 {
			rec.Flags |= smartylog.Future
		} else {
			now[src] = max(now[src], at)
		}
		text.WriteString(line(at, "FAILED", fmt.Sprintf("edge='e%d' n=%s", r.IntN(2), value)))
		out = append(out, stepped{src, rec})
	}
	sc := smartylog.NewScanner(strings.NewReader(text.String()), pos, smartylog.Options{})
	for i := range out {
		var rec smartylog.Record
		if err := sc.Next(&rec); err != nil && !sc.Flush(&rec) {
			t.Fatal(err)
		}
		rec.Log, rec.Flags = "smarty_stream_services", rec.Flags|out[i].rec.Flags
		out[i].rec = rec.Clone()
	}
	return out
}

// Of sources that are late, quiet, set back and ahead of the clock: told source by
// source an engine says the same as told in any other order, unless it asks for
// that order.
func TestEngine_Ordered(t *testing.T) {
	set := mustRules(t, `- {id: burst, event: FAILED, group_by: [edge], window: 8s, condition: count >= 3, for: 2s}
- {id: all, event: FAILED, window: 5s, aggregates: {newest: {max: n}}, condition: count >= 1 && newest >= 0}
- {id: fails, event: FAILED, mode: event, match: 'n >= 0'}
- {id: silent, event: FAILED, group_by: [edge], window: 9s, absence: true, condition: count == 0}
`)
	free, ordered := 0, 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		o := engine.Options{QuarantineAfter: 4}
		one, other := engine.New(set, o), engine.New(set, o)
		var ones, others []engine.Output
		var now [3]int64
		for i := range now {
			name := fmt.Sprintf("s%d/smarty_stream_services", i)
			one.Source(name)
			other.Source(name)
		}
		for phase := range 6 {
			records := drawn(t, r, seed, &now, int64(phase)<<20)
			for i, x := range records {
				one.Step(x.src, x.rec)
				if i%7 == int(seed%7) {
					ones = append(ones, clone(one.Advance())...)
				}
			}
			if one.Ordered() {
				ordered++
			} else {
				free++
				slices.SortStableFunc(records, func(a, b stepped) int { return (a.src+phase)%3 - (b.src+phase)%3 })
			}
			for _, x := range records {
				other.Step(x.src, x.rec)
			}
			other.Ordered()
			if src := r.IntN(len(now)); r.IntN(2) == 0 {
				wall := t0 + now[src] + int64(r.IntN(20))
				one.EOF(src, wall)
				other.EOF(src, wall)
			}
			ones, others = append(ones, clone(one.Advance())...), append(others, clone(other.Advance())...)
		}
		ones, others = append(ones, clone(one.Close())...), append(others, clone(other.Close())...)
		_, sources := one.Stats()
		_, otherSources := other.Stats()
		if !reflect.DeepEqual(ones, others) || !slices.Equal(sources, otherSources) {
			t.Fatalf("seed %d: in the order of reading, and source by source (-one +other):\n%s%s", seed, cmp.Diff(ones, others), cmp.Diff(sources, otherSources))
		}
	}
	if free < 100 || ordered < 100 {
		t.Errorf("%d phases in any order, %d in that of reading: the test has become one-sided", free, ordered)
	}
}
