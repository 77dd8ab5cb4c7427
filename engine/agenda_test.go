package engine

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestAgenda compares it with a list of seconds.
func TestAgenda(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(t, "rules")
		a, list := newAgenda(n), make([]int64, n)
		for i := range list {
			list[i] = noSecond
		}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			if n > 0 && rapid.IntRange(0, 3).Draw(t, "set") > 0 {
				rule := rapid.IntRange(0, n-1).Draw(t, "rule")
				at := rapid.SampledFrom([]int64{-5, 0, 1, 2, 3, 10, noSecond}).Draw(t, "at")
				a.set(rule, at)
				list[rule] = at
			} else {
				s := rapid.Int64Range(-6, 12).Draw(t, "s")
				got, want := newMarks(n), newMarks(n)
				a.take(s, &got)
				for i, at := range list {
					if at <= s {
						want.add(i)
						list[i] = noSecond
					}
				}
				if !slices.Equal(got, want) {
					t.Fatalf("take %d: %b, want %b", s, got, want)
				}
			}
			if got, want := a.next(), slices.Min(append(list, noSecond)); got != want {
				t.Fatalf("next %d, want %d", got, want)
			}
		}
	})
}
