package engine

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A course holds the highest value of each span, however often its spans were joined,
// and never more spans than MaxSpans.
func TestCourse_IsTheHighestOfEachSpan(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var c Course
		type seen struct {
			s int64
			v float64
		}
		var all []seen
		s := int64(1_700_000_000)
		for range 1 + dice.IntN(3000) {
			s += dice.Int64N(1 + dice.Int64N(1+dice.Int64N(4000)))
			v := float64(dice.IntN(20) - 10)
			c.note(s, v)
			all = append(all, seen{s, v})
		}
		if len(c.Highest) > MaxSpans || c.From+int64(len(c.Highest))*c.Span <= s {
			t.Fatalf("%d spans of %d s from %d: the last value is of %d", len(c.Highest), c.Span, c.From, s)
		}
		want := make([]float64, len(c.Highest))
		for i := range want {
			want[i] = math.Inf(-1)
		}
		for _, x := range all {
			i := (x.s - c.From) / c.Span
			want[i] = max(want[i], x.v)
		}
		for i, v := range want {
			if got := c.Highest[i]; got != v && !(math.IsInf(v, -1) && math.IsNaN(got)) {
				t.Fatalf("span %d: %v, want %v", i, got, v)
			}
		}
	}
}
