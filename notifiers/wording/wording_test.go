package wording_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

var base = time.Date(2026, 1, 15, 0, 3, 10, 0, time.UTC)

func delivery() alert.Delivery {
	firing := alert.Transition{Rule: "edge_down", Name: "Edge down", State: alert.Firing, Severity: alert.Critical, AlertID: "a", Fingerprint: "f00",
		StartsAt: base.Unix(), Values: []alert.Value{{Name: "count", V: int64(7)}, {Name: "who", V: []any{"a", "b"}}}, Condition: "count > 5", Window: 600,
		Group:       alert.NewLabels(alert.Label{Name: "params.edge", Value: "edge-07"}),
		Labels:      alert.NewLabels(alert.Label{Name: "team", Value: "video"}),
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: "7 of <them>"}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/?a=1&b=2"}),
		Samples:     []alert.Sample{{File: "x.log", Pos: 17, Text: "boom"}}}
	over := firing
	over.State, over.AlertID, over.EndsAt = alert.Resolved, "b", base.Unix()+60
	over.Group = alert.NewLabels(alert.Label{Name: "params.edge", Value: "edge-08"})
	return alert.Delivery{Reason: "new_alerts", Created: base.Add(90 * time.Second), Message: alert.Message{Receiver: "noc", Status: "firing",
		GroupLabels: alert.NewLabels(alert.Label{Name: "rule", Value: "edge_down"}), Alerts: []alert.Transition{firing, over}}}
}

func set(t *testing.T, files ...wording.File) *wording.Set {
	t.Helper()
	s, err := wording.Parse(files, wording.Options{Voice: notifiers.Voice{Zone: time.FixedZone("MSK", 3*3600), URL: "https://alerts.example.com"}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRender_AlertmanagersDataAndFunctions(t *testing.T) {
	files := wording.File{Name: "a.tmpl", Text: `{{define "line"}}{{.Labels.params_edge}}{{end}}`}
	for in, want := range map[string]string{
		`{{.Receiver}} {{.Status | toUpper}} {{.ExternalURL}}`:                             "noc FIRING https://alerts.example.com",
		`{{len .Alerts.Firing}}+{{.Alerts.Resolved | len}}`:                                "1+1",
		`{{range .Alerts}}{{template "line" .}};{{end}}`:                                   "edge-07;edge-08;",
		`{{.GroupLabels.rule}} {{.CommonLabels.team}} {{.CommonLabels.params_edge}}.`:      "edge_down video .",
		`{{.CommonAnnotations.summary}}`:                                                   "7 of <them>",
		`{{.GroupLabels.SortedPairs.Values | join ","}}`:                                   "edge_down",
		`{{range (index .Alerts 0).Labels.SortedPairs}}{{.Name}} {{end}}`:                  "alertname params_edge rule severity team",
		`{{((index .Alerts 0).Labels.Remove (stringSlice "rule" "alertname")).Names}}`:     "[params_edge severity team]",
		`{{(index .Alerts 0).StartsAt | date "15:04:05"}}`:                                 "03:03:10",
		`{{(index .Alerts 0).StartsAt | tz "UTC" | date "15:04 MST"}}`:                     "00:03 UTC",
		`{{since (index .Alerts 0).StartsAt | humanizeDuration}}`:                          "1m 30s",
		`{{humanizeDuration 3725}} {{humanizeDuration "0.25"}}`:                            "1h 2m 250ms",
		`{{(index .Alerts 0).Values.count}} {{(index .Alerts 0).Values.who | join "+"}}`:   "7 a+b",
		`{{range (index .Alerts 0).Samples}}{{.Where}} {{.Text}}{{end}}`:                   "x.log:17 boom",
		`{{if match "^7" .CommonAnnotations.summary}}yes{{end}}`:                           "yes",
		`{{reReplaceAll "(\\d) of" "$1 x" .CommonAnnotations.summary}}`:                    "7 x <them>",
		`{{title "edge down"}} {{toLower "AB"}} {{trimSpace " x "}} {{urlUnescape "%41"}}`: "Edge Down ab x A",
		`{{toJson .GroupLabels}}`:                                                          `{"rule":"edge_down"}`,
		`{{safeHtml "<b>"}} {{safeUrl .CommonAnnotations.runbook_url}}`:                    "<b> https://wiki.example.com/?a=1&b=2",
		`{{.Title}}`:                 "[FIRING 1, RESOLVED 1] CRITICAL: Edge down",
		`{{template "__subject" .}}`: "[FIRING 1, RESOLVED 1] CRITICAL: Edge down",
		`{{.Reason}} {{.Severity}} {{(index .Alerts 0).Group}} {{.Missing}}`: "", // refused
		`{{(index .Alerts 0).Group}} {{.CommonLabels.nothing}}.`:             "params.edge=edge-07 .",
	} {
		tm, err := set(t, files).Compile("slack.text", in, wording.Channel{})
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		got, err := tm.Render(delivery())
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%s = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestCompile_Faults(t *testing.T) {
	for in, want := range map[string]string{
		`{{.Status`:                 "unclosed action",
		`{{nothing .Status}}`:       `function "nothing" not defined`,
		`{{template "no" .}}`:       `there is no template "no"`,
		`{{if .Status}}x`:           "unexpected EOF",
		strings.Repeat("x", 300000): "longer than 256 KiB",
	} {
		if _, err := set(t).Compile("slack.text", in, wording.Channel{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", in, err, want)
		}
	}
	if _, err := wording.Parse([]wording.File{{Name: "a.tmpl", Text: "{{"}, {Name: "b.tmpl", Text: "{{x}}"}}, wording.Options{}); err == nil ||
		!strings.Contains(err.Error(), "a.tmpl") || !strings.Contains(err.Error(), "b.tmpl") {
		t.Errorf("all faults at once: %v", err)
	}
}

// TestCheck_FindsWhatWouldFailAtNight tries templates against messages of all kinds.
func TestCheck_FindsWhatWouldFailAtNight(t *testing.T) {
	for in, want := range map[string]string{
		`{{.Satus}}`:                   "can't evaluate field Satus",
		`{{(index .Alerts 1).Status}}`: "index out of range",
		`{{if eq .Status "resolved"}}{{.Nothing}}{{end}}x`:            "with an alert that is over",
		`{{range .Alerts}}{{index .Samples 0}}{{end}}`:                "with an alert without texts",
		`{{if gt (len .Alerts) 5}}{{slice "abc" 7}}{{end}}x`:          "with a hundred alerts",
		`{{if eq .Status "firing"}}x{{end}}`:                          "the text is empty (with an alert that is over)",
		`{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}`:   "going round in circles",
		`{{range 1000000}}{{end}}x`:                                   "going round in circles",
		`{{range 1000}}{{range 1000}}{{end}}{{end}}x`:                 "going round in circles",
		`{{$x := "ab"}}{{range 60}}{{$x = print $x $x}}{{end}}{{$x}}`: "too long",
		`{{printf "%9999999d" 1}}`:                                    "is above 1000",
		`{{tz "Mars/Olympus" (index .Alerts 0).StartsAt}}`:            "Mars/Olympus",
		`{{humanizeDuration "x"}}`:                                    "needs seconds",
	} {
		tm, err := set(t).Compile("slack.text", in, wording.Channel{})
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		synctest.Test(t, func(t *testing.T) { // on a busy machine it would be found to last too long
			if err := tm.Check(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "slack.text: ") {
				t.Errorf("%s: %v, want %q", in, err, want)
			}
		})
	}
	good, _ := set(t).Compile("slack.text", `{{.Title}}{{range .Alerts}}{{.Annotations.summary}}{{range .Samples}}{{.Text}}{{end}}{{end}}`, wording.Channel{})
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}

func TestRender_EndsWhatLastsTooLong(t *testing.T) {
	slow := wording.Channel{Escape: func(s string) string { time.Sleep(700 * time.Millisecond); return s }}
	for in, want := range map[string]string{
		`{{.Title}}{{.Title}}`:                     "",
		`{{.Title}}{{.Title}}{{.Title}}{{.Title}}`: "the template takes longer than 2s",
	} {
		tm, err := set(t).Compile("x", in, slow)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Test(t, func(t *testing.T) {
			if _, err := tm.Render(delivery()); (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", in, err, want)
			}
		})
	}
}

// TestRender_EscapesValuesOnly: a template's own words are live, its values are not,
// whatever is done to them.
func TestRender_EscapesValuesOnly(t *testing.T) {
	angle := wording.Channel{Escape: func(s string) string { return strings.ReplaceAll(s, "<", "&lt;") }}
	text := `<b>{{.CommonAnnotations.summary}}</b>{{with .CommonAnnotations.summary}}{{.}}{{end}}{{$x := .CommonAnnotations.summary}}{{$x}}` +
		`{{printf "%s" $x}}{{define "t"}}{{.}}{{end}}{{template "t" $x}}{{safeHtml $x}}{{if $x}}{{$x}}{{else}}{{$x}}{{end}}{{toJson $x}}{{slice $x 5}}`
	for name, c := range map[string]wording.Channel{"escape": angle, "html": {HTML: true}} {
		tm, err := set(t).Compile("x", text, c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tm.Render(delivery())
		if err != nil || !strings.HasPrefix(got, "<b>7 of &lt;them") || strings.Count(got, "<") != 2 {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// TestRender_HostileText: whatever a log holds, a good template goes on.
func TestRender_HostileText(t *testing.T) {
	tm, err := set(t).Compile("x", `{{.Title}}{{range .Alerts}}{{toJson .}}{{.Labels}}{{title .Name}}{{range .Samples}}{{.Text}}{{end}}{{end}}`, wording.Channel{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range hostile.Payloads() {
		got, err := tm.Render(hostile.Delivery(p, "first"))
		if err != nil || strings.ContainsAny(got, "\x00\x1b\u202e\u200b") {
			t.Errorf("%.60q: %q, %v", p, got, err)
		}
	}
}

// TestRender_FitsByShowingLess: what is too long is shown with less in it, never cut
// in the middle of markup.
func TestRender_FitsByShowingLess(t *testing.T) {
	short := wording.Channel{Check: func(s string) error {
		if len(s) > 3000 {
			return wording.ErrTooLong
		}
		return nil
	}}
	tm, err := set(t).Compile("x", `{{range .Alerts}}<b>{{.Annotations.summary}}</b>{{end}}{{if .More}}and {{.More}} more{{end}}`, short)
	if err != nil {
		t.Fatal(err)
	}
	d := delivery()
	d.Message.Alerts[0].Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: strings.Repeat("long ", 500)})
	for range 60 {
		d.Message.Alerts = append(d.Message.Alerts, d.Message.Alerts[0])
	}
	got, err := tm.Render(d)
	if err != nil || !strings.HasSuffix(got, " more") || strings.Count(got, "<b>") != strings.Count(got, "</b>") || len(got) > 3000 {
		t.Errorf("%q, %v", got, err)
	}
	never := wording.Channel{Check: func(string) error { return wording.ErrTooLong }}
	if tm, _ = set(t).Compile("x", "x", never); !errors.Is(tm.Check(), wording.ErrTooLong) {
		t.Error("what never fits is an error")
	}
}
