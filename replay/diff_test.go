package replay_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

func diffOf(t *testing.T, before, after string, routed bool) *replay.Diff {
	t.Helper()
	o := optionsOf(t, before, edges())
	of := replay.DiffLanes{Old: o.Rules, New: parsed(t, after)}
	if routed {
		of.OldDispatcher, of.NewDispatcher = toNOC(t), toNOC(t)
	}
	d, err := replay.Compare(context.Background(), o, of)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func parsed(t *testing.T, yaml string) *rules.Set {
	t.Helper()
	set, _, err := rules.Parse("rules.yaml", []byte(yaml), rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set.WithBuiltin()
}

func toNOC(t *testing.T) *notifiers.Dispatcher {
	t.Helper()
	d, err := notifiers.NewDispatcher(notifiers.Options{Root: &notifiers.Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: -1, GroupInterval: time.Minute,
		RepeatInterval: time.Hour}, Receivers: map[string]notifiers.ReceiverOptions{"noc": {SendResolved: true}}}, nil, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestCompare_TheSameRules(t *testing.T) {
	d := diffOf(t, edgeRules, edgeRules, true)
	if d.Different() || len(d.Rules) != 2 || d.Rules[0].Old != 1 || d.Rules[0].New != 1 || d.Notifications["noc"].Old == 0 {
		t.Errorf("the same rules differ, or did nothing: %s", asJSON(t, d))
	}
}

// A lower threshold fires sooner; another id is another alert; another window is the
// same alert with another end; a text is no difference.
func TestCompare(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		want     string // changes with what
	}{
		"lower threshold":  {"count >= 5", "count >= 3", "changed starts_at ends_at values.count"},
		"higher threshold": {"count >= 5", "count >= 6", "only_old"},
		"longer window":    {"window: 5m", "window: 6m", "changed ends_at"},
		"severity":         {"severity: critical", "severity: info", "changed severity"},
		"another id":       {"id: edges", "id: edge", "only_old,only_new"},
		"cooldown":         {"cooldown: 1h", "cooldown: 1s", "only_new,only_new"},
		"a text":           {"window: 5m", "annotations: {summary: hello}, window: 5m", ""},
		"a label":          {"team: noc", "team: dev", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := diffOf(t, edgeRules, strings.Replace(edgeRules, c.from, c.to, 1), false)
			var got []string
			for _, x := range d.Differences {
				got = append(got, strings.TrimSpace(x.Change+" "+strings.Join(x.What, " ")))
			}
			if s := strings.Join(got, ","); s != c.want || d.Different() != (c.want != "") {
				t.Errorf("differences %q, want %q: %s", s, c.want, asJSON(t, d))
			}
		})
	}
}

// What only notifications show is a difference when routes decide about them.
func TestCompare_Notifications(t *testing.T) {
	quiet := strings.Replace(edgeRules, "severity: critical", "severity: critical, status: test", 1)
	d := diffOf(t, edgeRules, quiet, true)
	if n := d.Notifications["noc"]; !d.Different() || len(d.Differences) > 0 || n.OnlyOld != 2 || n.OnlyNew != 0 {
		t.Errorf("a rule that is not told of any more: %s", asJSON(t, d))
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
