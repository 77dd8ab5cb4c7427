package notifiers

import (
	"reflect"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestCount_Plurals(t *testing.T) {
	for n, want := range map[int]string{
		0: "0 ТРЕВОГ", 1: "1 ТРЕВОГА", 2: "2 ТРЕВОГИ", 4: "4 ТРЕВОГИ", 5: "5 ТРЕВОГ", 11: "11 ТРЕВОГ", 12: "12 ТРЕВОГ", 14: "14 ТРЕВОГ",
		20: "20 ТРЕВОГ", 21: "21 ТРЕВОГА", 22: "22 ТРЕВОГИ", 100: "100 ТРЕВОГ", 101: "101 ТРЕВОГА", 111: "111 ТРЕВОГ", 1013: "1013 ТРЕВОГ", 1024: "1024 ТРЕВОГИ",
	} {
		if got := russian.count(n, russian.firingMany); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// TestWords_Complete notices what a language leaves unsaid.
func TestWords_Complete(t *testing.T) {
	for _, w := range []*words{&english, &russian} {
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s: %s is empty", w.firing, v.Type().Field(i).Name)
			}
		}
		for s := alert.Info; s <= alert.Critical; s++ {
			if w.severity[s] == "" {
				t.Errorf("%s: no word for %s", w.firing, s)
			}
		}
		for reason := range english.ends {
			if w.ends[reason] == "" {
				t.Errorf("%s: no word for %s", w.firing, reason)
			}
		}
		for n := range 200 {
			for _, p := range []plural{w.firingMany, w.resolvedMany, w.suppressedBy, w.more} {
				if got := w.count(n, p); strings.Contains(got, "%") {
					t.Errorf("%d: %q", n, got)
				}
			}
		}
	}
}

func TestSilenceCommand(t *testing.T) {
	one := func(group ...alert.Label) alert.Transition {
		return alert.Transition{Rule: "edge_down", Group: alert.NewLabels(group...)}
	}
	const start = "smarty-alert silence add --for 2h --comment 'on it'"
	for name, tc := range map[string]struct {
		alerts []alert.Transition
		want   string
	}{
		"no group":        {[]alert.Transition{one()}, ` 'rule="edge_down"'`},
		"a field path":    {[]alert.Transition{one(alert.Label{Name: "params.id", Value: "7"})}, ` 'params_id="7"' 'rule="edge_down"'`},
		"what is shared":  {[]alert.Transition{one(alert.Label{Name: "a", Value: "1"}, alert.Label{Name: "b", Value: "x y"}), one(alert.Label{Name: "a", Value: "2"}, alert.Label{Name: "b", Value: "x y"})}, ` 'b="x y"' 'rule="edge_down"'`},
		"what is over":    {[]alert.Transition{one(alert.Label{Name: "a", Value: "1"}), {Rule: "edge_down", State: alert.Resolved}}, ` 'a="1"' 'rule="edge_down"'`},
		"a shell's signs": {[]alert.Transition{one(alert.Label{Name: "a", Value: "x'; rm -rf $(pwd) \\ `id`"})}, ` 'a=~"x.. rm -rf ..p.d. . .id."' 'rule="edge_down"'`},
		"a link":          {[]alert.Transition{one(alert.Label{Name: "a", Value: "http://www.example.com"})}, ` 'a=~"http.......example.com"' 'rule="edge_down"'`},
		"an empty value":  {[]alert.Transition{one(alert.Label{Name: "a", Value: ""})}, ` 'a=""' 'rule="edge_down"'`},
		"a long value":    {[]alert.Transition{one(alert.Label{Name: "a", Value: strings.Repeat("x", 300)})}, ` 'a=~"` + strings.Repeat("x", 80) + `.*"' 'rule="edge_down"'`},
	} {
		got, _ := writer{}.silence(alert.Message{Alerts: tc.alerts})
		if got != start+tc.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, start+tc.want)
		}
		for _, quoted := range strings.Split(got, " '")[2:] {
			m, err := alert.ParseMatcher(strings.TrimSuffix(quoted, "'"))
			if err != nil || !m.Matches(tc.alerts[0].Set(nil)) {
				t.Errorf("%s: %s does not match: %v", name, quoted, err)
			}
		}
	}
	if got, at := (writer{url: "https://alerts.example.com/"}).silence(alert.Message{Alerts: []alert.Transition{{Rule: "a"}, {Rule: "b"}}}); got != "" || at != "" {
		t.Errorf("nothing shared: %s", got)
	}
}
