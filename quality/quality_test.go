package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/loggen/installation"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

func at(clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", clock, zone)
	if err != nil {
		panic(err)
	}
	return t
}

// small is a plan of a warm-up, a quiet and a busy "day" of six hours each.
var small = plan{name: "small", subscribers: 2000, servers: 2, seed: 3, warmup: 1, days: 2, every: 2, incidents: 8, length: 6 * time.Hour}

func TestRun_ShippedRulesOverAFewHours(t *testing.T) {
	b := bench{rules: []string{"../examples/rules"}, dir: t.TempDir(), progress: new(bytes.Buffer)}
	v, err := b.run(t.Context(), small)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	v.text(&out)
	if v.total.incidents+v.traceless != 8 || v.quietDays != 1 {
		t.Errorf("%d incidents, %d without a trace, %d quiet days; want 8 in all and 1\n%s", v.total.incidents, v.traceless, v.quietDays, &out)
	}
	if v.total.noticed*2 < v.total.incidents || v.total.alerts == 0 || len(v.total.delays) < v.total.noticed-1 {
		t.Errorf("the shipped rules notice %d of %d incidents:\n%s", v.total.noticed, v.total.incidents, &out)
	}
	for _, s := range v.kinds {
		if s.noticed > s.incidents || len(s.see) == 0 && s.noticed > 0 {
			t.Errorf("%s: %+v", s.name, s)
		}
	}
	left, err := os.ReadDir(b.dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// The judge is tried on a made-up replay: a rule that is right, one that is late, one that is wrong.
func TestJudge(t *testing.T) {
	set, _, err := rules.Load([]string{"testdata/rules.yaml"}, rules.Options{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	p := plan{days: 2, every: 2, seed: 1} // a quiet day, then a busy one
	truth := func(kind, from, to string, w installation.Where) installation.Truth {
		first := at(from).Add(time.Minute)
		return installation.Truth{Kind: kind, From: at(from), To: at(to), Where: w, First: &first}
	}
	edge := installation.Where{Edges: []string{"<StreamService: edge-01>"}}
	truths := []installation.Truth{
		truth("edge_down", "2024-11-19 10:00:00", "2024-11-19 10:20:00", edge),
		truth("edge_down", "2024-11-19 12:00:00", "2024-11-19 12:20:00", installation.Where{Edges: []string{"<StreamService: edge-02>"}}),
		truth("brute_force", "2024-11-19 14:00:00", "2024-11-19 14:20:00", installation.Where{Abonement: "100123"}),
		{Kind: "epg_empty", From: at("2024-11-19 15:00:00"), To: at("2024-11-19 15:20:00")},
	}
	says := func(id, rule, severity, from, to string, group map[string]string) *told {
		return &told{id: id, rule: rule, severity: severity, group: group, from: at(from).Unix(), to: at(to).Unix()}
	}
	rings := func(when, severity string, ids ...string) *message {
		return &message{at: at(when), reason: "first", severity: severity, alerts: ids}
	}
	h := &heard{
		alerts: []*told{
			says("quiet", "edge_down", "critical", "2024-11-18 03:00:00", "2024-11-18 03:10:00", map[string]string{"stream_service": "<StreamService: edge-01>"}),
			says("right", "edge_down", "critical", "2024-11-19 10:02:00", "2024-11-19 10:22:00", map[string]string{"stream_service": "<StreamService: edge-01>"}),
			says("other", "edge_down", "critical", "2024-11-19 12:05:00", "2024-11-19 12:06:00", map[string]string{"stream_service": "<StreamService: edge-07>"}),
			says("guess", "login_bruteforce", "warning", "2024-11-19 14:03:00", "2024-11-19 14:25:00", map[string]string{"params.abonement": "100123"}),
		},
		messages: []*message{
			rings("2024-11-18 03:00:10", "critical", "quiet"), rings("2024-11-19 10:02:10", "critical", "right"), rings("2024-11-19 10:12:10", "critical", "right"),
			rings("2024-11-19 12:05:10", "critical", "other"), rings("2024-11-19 14:03:30", "warning", "guess"),
		},
	}
	v, err := judge(p, set, truths, h)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, s := range v.rules {
		rows[s.name] = strings.Join(v.ruleRow(s), " | ")
	}
	for name, want := range map[string]string{
		"edge_down":        "edge_down | critical | 2 | 1 | 50.0 % | 3 | 1 | 33.3 % | 1m10s | 1m10s | 2.00 | 1.00",
		"login_bruteforce": "login_bruteforce | warning | 1 | 1 | 100.0 % | 1 | 1 | 100.0 % | 2m30s | 2m30s | 1.00 | 0.00",
	} {
		if rows[name] != want {
			t.Errorf("row of %s\n got %s\nwant %s", name, rows[name], want)
		}
	}
	if len(v.loud) != 1 || len(v.loud[0].said) != 2 || v.loud[0].Kind != "edge_down" {
		t.Errorf("with several messages: %+v", v.loud)
	}
	if v.traceless != 1 || len(v.missed) != 1 || len(v.wrong) != 2 || v.quiet["critical"] != 1 || v.total.incidents != 3 || v.total.noticed != 2 {
		t.Errorf("verdict = %+v", v)
	}
}

// An alert that goes on from one incident into the next of its kind tells of both.
func TestJudge_AlertOverTwoIncidents(t *testing.T) {
	set, _, err := rules.Load([]string{"testdata/rules.yaml"}, rules.Options{Zone: zone})
	if err != nil {
		t.Fatal(err)
	}
	first, second := at("2024-11-18 10:00:00"), at("2024-11-18 10:25:00")
	truths := []installation.Truth{{Kind: "edge_down", From: first, To: at("2024-11-18 10:20:00"), First: &first},
		{Kind: "edge_down", From: second, To: at("2024-11-18 10:40:00"), First: &second}}
	h := &heard{alerts: []*told{{id: "a", rule: "edge_down", from: at("2024-11-18 10:01:00").Unix(), to: at("2024-11-18 10:41:00").Unix()}}}
	v, err := judge(plan{days: 1, every: 1}, set, truths, h)
	if err != nil {
		t.Fatal(err)
	}
	if v.total.noticed != 2 || v.total.right != 1 || v.total.alerts != 1 {
		t.Errorf("noticed %d, right %d of %d alerts; want 2, 1 of 1", v.total.noticed, v.total.right, v.total.alerts)
	}
}

// What a chat shows by an edit makes no phone ring; what joins, grows critical or is repeated does.
func TestEar_HearsWhatRings(t *testing.T) {
	e := ear{heard: &heard{}, open: map[string]*told{}, known: map[string]alert.Severity{}}
	of := func(id string, severity alert.Severity, state alert.State) alert.Transition {
		return alert.Transition{AlertID: id, Fingerprint: "f" + id, Severity: severity, State: state}
	}
	for _, step := range []struct {
		reason notifiers.Reason
		want   string // ids that are news
		alerts []alert.Transition
	}{
		{notifiers.First, "a", []alert.Transition{of("a", alert.Info, alert.Firing)}},
		{notifiers.Update, "", []alert.Transition{of("a", alert.Warning, alert.Firing)}},
		{notifiers.NewAlerts, "b", []alert.Transition{of("a", alert.Warning, alert.Firing), of("b", alert.Warning, alert.Firing)}},
		{notifiers.Update, "b", []alert.Transition{of("a", alert.Warning, alert.Firing), of("b", alert.Critical, alert.Firing)}},
		{notifiers.Update, "", []alert.Transition{of("a", alert.Warning, alert.Firing), of("b", alert.Warning, alert.Firing)}},
		{notifiers.Resolved, "", []alert.Transition{of("a", alert.Warning, alert.Firing), of("b", alert.Warning, alert.Resolved)}},
		{notifiers.Repeat, "a", []alert.Transition{of("a", alert.Warning, alert.Firing)}},
		{notifiers.Resolved, "", []alert.Transition{of("a", alert.Warning, alert.Resolved)}},
	} {
		before := len(e.heard.messages)
		e.message(&replay.Notification{Reason: string(step.reason), Message: alert.Message{Alerts: step.alerts}})
		got := ""
		for _, m := range e.heard.messages[before:] {
			got += strings.Join(m.alerts, " ")
		}
		if got != step.want {
			t.Errorf("%s: rings for %q, want %q", step.reason, got, step.want)
		}
	}
}

func TestPlans_EveryKindHappensOnBusyDaysOnly(t *testing.T) {
	for _, p := range plans(1) {
		o, err := p.options()
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, in := range o.Incidents {
			seen[in.Kind]++
			from, to := start.Add(in.At), start.Add(in.At+in.For)
			for _, when := range []time.Time{from, to} {
				if i := int(when.Sub(p.scored()) / day); when.Before(p.scored()) || !p.busy(i) {
					t.Errorf("%s: %s from %s to %s is not on a busy day", p.name, in.Kind, from, to)
				}
			}
		}
		for _, kind := range installation.Kinds() {
			if p.days >= 30 && seen[kind] < 5 || seen[kind] < 1 {
				t.Errorf("%s: %s happens %d times", p.name, kind, seen[kind])
			}
		}
	}
}

func TestWritePage_ReplacesWhatIsBetweenTheMarks(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(page, []byte("head\n"+openMark+"old\n"+closeMark+"tail\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	v := &verdict{plan: small, rules: []*score{{name: "edge_down", severity: "critical", incidents: 2, noticed: 1, delays: []int64{60, 90}}}}
	if err := writePage(page, 7, bill{at: start, machine: "an abacus"}, []*verdict{v}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"head\n" + openMark, "-seed 7", "an abacus", "| `edge_down` | critical | 2 | 1 | 50.0 % |", closeMark + "tail\n"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("page lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(string(got), "old") {
		t.Errorf("the old table is still there:\n%s", got)
	}
}
