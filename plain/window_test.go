package plain

import (
	"regexp"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/windowing"
)

var clock = regexp.MustCompile(`\d\d:\d\d:\d\d`)

// TestEdges_AreThoseOfTheWindow reads the times that are said and asks a window
// whether it is so.
func TestEdges_AreThoseOfTheWindow(t *testing.T) {
	second := func(text string) int64 {
		at, err := time.Parse(time.DateTime, "2026-01-15 "+text)
		if err != nil {
			t.Fatal(err)
		}
		return at.Unix()
	}
	for _, length := range []int64{1, 59, 60, 300, 5400, 12*3600 - 1} {
		said := clock.FindAllString(edges(length), -1)
		if len(said) != 3 {
			t.Fatalf("%d s: times %q in %q", length, said, edges(length))
		}
		table := windowing.NewTable([]windowing.Column{{Func: windowing.Count, Window: length}})
		table.Advance(second(said[0]), func(uint32) {})
		table.Add(0, second(said[0]), windowing.Order{}, []windowing.Input{{On: true}})
		for i, want := range []float64{1, 1, 0} {
			table.Advance(second(said[i]), func(uint32) {})
			if got, _, _ := table.Value(0, 0); got != want {
				t.Errorf("%d s: %v records at %s, want %v", length, got, said[i], want)
			}
		}
	}
}
