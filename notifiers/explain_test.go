package notifiers

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestRoute_ExplainSaysWhatMatchDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		label := func(name string) alert.Label {
			return alert.Label{Name: name, Value: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, name)}
		}
		var draw func(depth int) *Route
		draw = func(depth int) *Route {
			r := &Route{Receiver: "r", Continue: rapid.Bool().Draw(t, "continue")}
			for range rapid.IntRange(0, 2).Draw(t, "matchers") {
				l := label(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name"))
				r.Matchers = append(r.Matchers, alert.Matcher{Name: l.Name, Op: rapid.SampledFrom([]alert.Op{alert.Equal, alert.NotEqual}).Draw(t, "op"), Value: l.Value})
			}
			for range rapid.IntRange(0, 3-depth).Draw(t, "children") {
				r.Routes = append(r.Routes, draw(depth+1))
			}
			return r
		}
		root := draw(0)
		root.Matchers = nil
		ls := alert.NewLabels(label("a"), label("b"))
		var want, got []*Route
		want = root.Match(ls)
		for _, v := range root.Explain(ls) {
			if v.Taken {
				got = append(got, v.Route)
			}
			if v.Why == "" || v.Taken != (strings.Contains(v.Why, "its matchers hold") || v.Why == "no other route takes it") {
				t.Errorf("taken %v because %q", v.Taken, v.Why)
			}
		}
		if len(want) != len(got) || !sameSet(want, got) {
			t.Errorf("taken by %d routes, explained for %d", len(want), len(got))
		}
	})
}

func sameSet(a, b []*Route) bool {
	in := map[*Route]bool{}
	for _, r := range a {
		in[r] = true
	}
	for _, r := range b {
		if !in[r] {
			return false
		}
	}
	return true
}
