package notifiers

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

// What a log puts into a label is data of the query, and nothing else of the address.
func TestAlertPage(t *testing.T) {
	const base = "https://alerts.example.com/ui/"
	for name, tc := range map[string]struct {
		labels []alert.Label
		want   []string // the values of q
	}{
		"no group":      {nil, []string{"rule=edge_down"}},
		"a field path":  {[]alert.Label{{Name: "params.id", Value: "7"}}, []string{"params_id=7", "rule=edge_down"}},
		"hostile":       {[]alert.Label{{Name: "a", Value: "x&q=rule=~.*#<!channel>|\"'@here\n\u202ehttp://evil.example \xff"}}, []string{"a=x&q=rule=~.*#<!channel>|\"'@here\n\u202ehttp://evil.example \xff", "rule=edge_down"}},
		"a long value":  {[]alert.Label{{Name: "a", Value: strings.Repeat("ж", 300)}, {Name: "b", Value: "2"}}, []string{"b=2", "rule=edge_down"}},
		"a long value ": {[]alert.Label{{Name: "a", Value: strings.Repeat("x", 300)}}, []string{"a=" + strings.Repeat("x", 300), "rule=edge_down"}},
	} {
		got := AlertPage(base, &alert.Transition{Rule: "edge_down", Group: alert.NewLabels(tc.labels...)})
		u, err := url.Parse(got)
		if err != nil || u.Host != "alerts.example.com" || u.Path != "/ui/" || u.Fragment != "" || WebAddress(got) != got {
			t.Errorf("%s: %v, %s", name, err, got)
			continue
		}
		if diff := cmp.Diff(map[string][]string{"q": tc.want}, map[string][]string(u.Query())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := AlertPage("", &alert.Transition{Rule: "edge_down"}); got != "" {
		t.Errorf("without a page: %q", got)
	}
}
