package notifiers

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

func matchers(t *testing.T, texts ...string) (ms alert.Matchers) {
	t.Helper()
	for _, s := range texts {
		m, err := alert.ParseMatcher(s)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	return ms
}

func TestRoute_Match(t *testing.T) {
	root, err := (&Route{Receiver: "noc", Routes: []*Route{
		{Receiver: "duty", Matchers: matchers(t, `severity="critical"`), Continue: true},
		{Receiver: "billing", Matchers: matchers(t, `rule=~"pay.*"`), Routes: []*Route{
			{Receiver: "cfo", Matchers: matchers(t, `severity="critical"`)},
		}},
		{Receiver: "mail", Matchers: matchers(t, `severity="info"`)},
	}}).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"x warning":    "noc",
		"x critical":   "duty",
		"x info":       "mail",
		"pay critical": "duty cfo",
		"pay warning":  "billing",
		"pay info":     "billing",
	} {
		rule, severity, _ := strings.Cut(in, " ")
		var got []string
		for _, r := range root.Match(alert.NewLabels(alert.Label{Name: "rule", Value: rule}, alert.Label{Name: "severity", Value: severity})) {
			got = append(got, r.Receiver)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s goes to %v, want %s", in, got, want)
		}
	}
}

func TestRoute_Resolve_Inherits(t *testing.T) {
	root, err := (&Route{Receiver: "a", GroupBy: []string{"rule"}, RepeatInterval: time.Hour, Mute: []Calendar{nil}, Routes: []*Route{
		{Matchers: matchers(t, "x=1"), GroupWait: -1, GroupBy: []string{}, Routes: []*Route{{Name: "leaf", Receiver: "b"}}},
	}}).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	child, leaf := root.Routes[0], root.Routes[0].Routes[0]
	if root.wait() != DefaultGroupWait || root.interval() != DefaultGroupInterval || root.repeat() != time.Hour {
		t.Errorf("root: %v %v %v", root.wait(), root.interval(), root.repeat())
	}
	if child.Receiver != "a" || child.wait() != 0 || len(child.GroupBy) != 0 || child.repeat() != time.Hour || child.Mute != nil {
		t.Errorf("child: %+v", child)
	}
	if leaf.Receiver != "b" || leaf.wait() != 0 || leaf.GroupBy == nil {
		t.Errorf("leaf: %+v", leaf)
	}
	if again, err := root.Resolve(); again != root || err != nil {
		t.Error("a resolved tree stays as it is")
	}
}

func TestRoute_Resolve_NamesDoNotDependOnPlace(t *testing.T) {
	a := func() *Route { return &Route{Receiver: "a", Matchers: matchers(t, "x=1", "y=2")} }
	b := func() *Route { return &Route{Receiver: "b", Matchers: matchers(t, "y=2", "x=1")} }
	one, err := (&Route{Receiver: "r", Routes: []*Route{a(), b()}}).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	two, err := (&Route{Receiver: "r", Routes: []*Route{b(), a()}}).Resolve()
	if err != nil {
		t.Fatal(err)
	}
	key := func(r *Route) string { return r.groupKey(nil) }
	if diff := cmp.Diff([]string{key(one), key(one.Routes[0]), key(one.Routes[1])}, []string{key(two), key(two.Routes[1]), key(two.Routes[0])}); diff != "" {
		t.Error(diff)
	}
	if key(one) != "r/default:{}" {
		t.Errorf("keys %q", key(one))
	}
}

func TestRoute_Resolve_Faults(t *testing.T) {
	for name, tc := range map[string]struct {
		root *Route
		want string
	}{
		"no receiver": {&Route{}, "no receiver"},
		"same name":   {&Route{Receiver: "a", Name: "x", Routes: []*Route{{Name: "x"}}}, `both called "x"`},
		"same twins":  {&Route{Receiver: "a", Routes: []*Route{{Matchers: matchers(t, "x=1")}, {Matchers: matchers(t, "x=1")}, {Matchers: matchers(t, "x=1")}}}, "different names"},
	} {
		if _, err := tc.root.Resolve(); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	nested := &Route{Receiver: "a", Routes: []*Route{{Name: "p", Receiver: "b", Routes: []*Route{{Matchers: matchers(t, "x=1")}}}, {Name: "q", Receiver: "b", Routes: []*Route{{Matchers: matchers(t, "x=1")}}}}}
	if _, err := nested.Resolve(); err != nil {
		t.Errorf("equal matchers under different parents: %v", err)
	}
	if _, err := NewDispatcher(Options{Root: &Route{Receiver: "a"}}, nil, time.Time{}); err == nil || !strings.Contains(err.Error(), `no receiver "a"`) {
		t.Errorf("unknown receiver: %v", err)
	}
	if _, err := NewDispatcher(Options{}, nil, time.Time{}); err == nil {
		t.Error("no route is an error")
	}
}

func TestRoute_GroupLabels(t *testing.T) {
	ls := alert.NewLabels(alert.Label{Name: "rule", Value: "r"}, alert.Label{Name: "params_abonement", Value: "1"})
	for _, tc := range []struct {
		by   []string
		want string
	}{
		{nil, `r/n:{}`},
		{[]string{"rule"}, `r/n:{rule="r"}`},
		{[]string{"rule", "absent", "params.abonement"}, `r/n:{params_abonement="1", rule="r"}`},
		{[]string{"..."}, `r/n:{params_abonement="1", rule="r"}`},
	} {
		r := &Route{Receiver: "r", Name: "n", GroupBy: tc.by}
		if got := r.groupKey(r.groupLabels(ls)); got != tc.want {
			t.Errorf("group by %v: %s, want %s", tc.by, got, tc.want)
		}
	}
}
