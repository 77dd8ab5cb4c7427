package replay_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var t0 = time.Date(2024, 11, 18, 10, 0, 0, 0, time.UTC)

func record(at time.Duration, event, rest string) string {
	return t0.Add(at).Format("Mon Jan 02 15:04:05-0700 2006") + " ERROR check:64 run[1.MainThread] " + event + " " + rest + "\n"
}

// edges is one incident of five failures, another while nobody is told, and a
// login that fails thrice.
func edges() string {
	var b strings.Builder
	for i := range 5 {
		b.WriteString(record(time.Duration(30*i)*time.Second, "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-07' check_ping_success=False"))
	}
	for i := range 3 {
		b.WriteString(record(10*time.Minute+time.Duration(i)*time.Second, "LOGIN_ERROR", "reason='account_does_not_exist' params={u'abonement': u'100245', u'password': u'hunter2'}"))
	}
	b.WriteString(record(20*time.Minute, "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='edge-07'"))
	return b.String()
}

const edgeRules = `
rules:
- {id: edges, event: STREAM_SERVICE_CHECKING_ERROR, group_by: [stream_service], window: 5m, condition: count >= 5, for: 10s, severity: critical, labels: {team: noc}}
- {id: logins, event: LOGIN_ERROR, group_by: [params.abonement], mode: event, cooldown: 1h}
`

func options(t *testing.T, text string) replay.Options {
	t.Helper()
	return optionsOf(t, edgeRules, text)
}

func optionsOf(t *testing.T, yaml, text string) replay.Options {
	t.Helper()
	set, _, err := rules.Parse("rules.yaml", []byte(yaml), rules.Options{})
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "smarty_stream_services.log")
	if err := os.WriteFile(log, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	sources, err := ingest.Find([]string{log})
	if err != nil {
		t.Fatal(err)
	}
	return replay.Options{Rules: set.WithBuiltin(), Sources: sources, Lateness: 2}
}

func lines(t *testing.T, o replay.Options) (string, *replay.Summary) {
	t.Helper()
	var out bytes.Buffer
	w := replay.NewJSONL(&out)
	s, err := replay.Run(context.Background(), o, w.Event)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Summary(s); err != nil {
		t.Fatal(err)
	}
	return out.String(), s
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestRun_JSONLines(t *testing.T) {
	o := options(t, edges())
	o.Pending = true
	got, _ := lines(t, o)
	golden(t, "plain.jsonl", got)
	if strings.Contains(got, "hunter2") {
		t.Error("a password is shown")
	}
}

// Levels that change, values that are lists, groups beyond max_firing, a rule over
// alerts, a sequence and groups beyond groups.max, which a built-in rule tells of.
func TestRun_JSONLinesOfTheWholeLanguage(t *testing.T) {
	const yaml = `
rules:
- id: streams
  event: STREAM_SERVICE_CHECKING_ERROR
  group_by: [stream_service]
  window: 1m
  aggregates: {codes: {values: check_http_success}, worst: {top: check_http_success, n: 1}, newest: {last: check_http_success}, share: {rate: true}}
  levels: {warning: count >= 2, critical: count >= 4}
  max_firing: 1
- {id: many, source: alerts, match: 'state == "firing"', window: 10m, condition: count >= 1, aggregates: {of: {values: labels.stream_service}}}
- {id: down-up, group_by: [stream_service], sequence: [{event: STREAM_SERVICE_CHECKING_ERROR}, {event: STREAM_SERVICE_CHECKING_SUCCESS}], within: 1h, groups: {max: 2}}
`
	var b strings.Builder
	for i, host := range strings.Split("a a b a <a&b> b a <a&b> <a&b> c", " ") {
		b.WriteString(record(time.Duration(5*i)*time.Second, "STREAM_SERVICE_CHECKING_ERROR", "stream_service='"+host+"' check_http_success="+[]string{"True", "False"}[i%2]))
	}
	b.WriteString(record(20*time.Minute, "STREAM_SERVICE_CHECKING_SUCCESS", "stream_service='c'"))
	got, _ := lines(t, optionsOf(t, yaml, b.String()))
	golden(t, "language.jsonl", got)
}

// Routes decide in event time: grouping, a calendar that mutes, repeats.
func TestRun_NotificationsInEventTime(t *testing.T) {
	night, err := calendar.New("works", []calendar.Spec{{Cron: "5 10 * * *", Duration: 10 * time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	root := &notifiers.Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: 10 * time.Second, GroupInterval: time.Minute,
		RepeatInterval: 2 * time.Minute, Routes: []*notifiers.Route{{Receiver: "night", Mute: []notifiers.Calendar{night}, Continue: true}, {Receiver: "noc"}}}
	d, err := notifiers.NewDispatcher(notifiers.Options{Root: root, Receivers: map[string]notifiers.ReceiverOptions{
		"noc": {SendResolved: true}, "night": {SendResolved: true}}}, nil, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	o := options(t, edges())
	o.Dispatcher = d
	got, s := lines(t, o)
	golden(t, "routed.jsonl", got)
	if s.Notifications["noc"] == 0 || s.Notifications["night"] == 0 || s.Notifications["noc"] <= s.Notifications["night"] {
		t.Errorf("notifications = %v: the muted receiver should have fewer", s.Notifications)
	}
}

func TestRun_BrokenFileGivesWhatCameBefore(t *testing.T) {
	o := options(t, edges())
	o.Sources[0].Files = append(o.Sources[0].Files, filepath.Join(t.TempDir(), "gone.log"))
	var alerts int
	s, err := replay.Run(context.Background(), o, func(ev replay.Event) error { alerts++; return nil })
	if err == nil || !strings.Contains(err.Error(), "gone.log") {
		t.Errorf("error = %v, want one that names the file", err)
	}
	if s == nil || s.Records != 9 || alerts == 0 {
		t.Errorf("summary = %+v, %d events: what was read is lost", s, alerts)
	}
}

func TestRun_EndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if s, err := replay.Run(ctx, options(t, edges()), func(replay.Event) error { return nil }); err == nil || s != nil {
		t.Errorf("Run = %v, %v after the context ended", s, err)
	}
}

func TestGate(t *testing.T) {
	names := replay.GateNames{Rules: []string{"edges", "logins"}, Receivers: []string{"noc"}}
	_, s := lines(t, options(t, edges()))
	for source, want := range map[string]bool{
		"fired == 2": true, `rules["edges"].fired > 0`: true, `rules["edges"].fired > 1`: false,
		"notifications > 0": false, "records == 9 and late == 0": true, `rules["edges"].peak.value >= 5`: true, `rules["edges"].peak.group.stream_service == "edge-07"`: true,
		`notifications_per_day["noc"] > 3`: false, `to > "2024-11-18T10:19:00Z"`: true,
	} {
		g, err := replay.NewGate(source, names)
		if err != nil {
			t.Errorf("%s: %v", source, err)
			continue
		}
		if got, err := g.Holds(s); got != want || err != nil {
			t.Errorf("%s = %v, %v, want %v", source, got, err, want)
		}
	}
	for bad, want := range map[string]string{
		"fierd > 0": `--fail-if:1:1: unknown name "fierd"
    1 | fierd > 0
      | ^^^^^  did you mean "fired"? available: from, to, bytes, lines, records, unparsed, late, future, rules, notifications_per_day, fired, resolved, notifications
`,
		"fired": `--fail-if:1:1: the expression is no condition
    1 | fired
      | ^^^^^  it must be true or false: notifications > 50, say
`,
		"fired >": `--fail-if:1:7: the expression ends too early
    1 | fired >
      |       ^
`,
		"fired = 2": `--fail-if:1:7: "=" is not an operator
    1 | fired = 2
      |       ^  write == to compare
`,
		`fired > "2"`: `--fail-if:1:7: the sides of > do not fit together
    1 | fired > "2"
      |       ^  numbers compare with numbers, texts with texts
`,
		`records > 0 and rules["edge"].fired > 2`: `--fail-if:1:23: there is no rule "edge"
    1 | records > 0 and rules["edge"].fired > 2
      |                       ^^^^^^  did you mean "edges"? available: edges, logins
`,
		`rules["edges"].fierd > 2`: `--fail-if:1:16: unknown name "fierd"
    1 | rules["edges"].fierd > 2
      |                ^^^^^  did you mean "fired"? available: matched, groups, fired, resolved, notified, suppressed, eval_errors, peak
`,
		`notifications_per_day["nok"] > 2`: `--fail-if:1:23: there is no receiver "nok"
    1 | notifications_per_day["nok"] > 2
      |                       ^^^^^  did you mean "noc"? available: noc
`,
	} {
		_, err := replay.NewGate(bad, names)
		var faults strictyaml.Errors
		if !errors.As(err, &faults) {
			t.Errorf("%s: %v", bad, err)
			continue
		}
		if diff := cmp.Diff(want, faults[0].Text()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", bad, diff)
		}
	}
}
