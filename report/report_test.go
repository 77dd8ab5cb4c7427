package report_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/report"
	"github.com/smarty-alert/smarty-alert/rules"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// t0 is noon in Moscow.
var t0 = time.Date(2024, 11, 18, 9, 0, 0, 0, time.UTC)

func line(at time.Duration, event, rest string) string {
	return t0.Add(at).Format("Mon Jan 02 15:04:05-0700 2006") + " ERROR check:64 run[1.MainThread] " + event + " " + rest + "\n"
}

const storyRules = `
rules:
- {id: edges, name: An edge is down, event: STREAM_SERVICE_CHECKING_ERROR, group_by: [stream_service], window: 5m, condition: count >= 3, for: 10s, severity: critical}
- {id: level, event: CONTENT_REQUEST_ERROR, window: 10m, levels: {warning: count >= 2, critical: 4 <= count}}
- {id: logins, event: LOGIN_ERROR, group_by: [reason], mode: event, cooldown: 1h}
- {id: many-logins, event: LOGIN_ERROR, window: 5m, condition: count >= 10}
- {id: long-logins, event: LOGIN_ERROR, window: 1m, condition: count >= 3, for: 1h}
- {id: odd-logins, event: LOGIN_ERROR, window: 1m, condition: count > 7 and count % 2 == 1}
- {id: computed, event: LOGIN_ERROR, window: 1m, condition: count * 2 >= 100 or count >= 77}
- {id: never, event: NOTIFY_ERROR, window: 5m, condition: count >= 1}
`

// story is a day: an edge that is down twice, by night again and to the end; errors
// that grow worse; logins that fail; what is no record; and text that means harm.
func story() string {
	var b strings.Builder
	b.WriteString("12 monkeys 'in a' row\n")
	edge := func(at time.Duration, times int) {
		for i := range times {
			b.WriteString(line(at+time.Duration(20*i)*time.Second, "STREAM_SERVICE_CHECKING_ERROR", "stream_service='edge-<b>07</b>' check_http_success=False"))
		}
	}
	edge(0, 5)
	for i := range 5 {
		b.WriteString(line(time.Hour+time.Duration(i)*time.Minute, "CONTENT_REQUEST_ERROR", "reason='x' ip='192.0.2.7'"))
	}
	for i := range 4 {
		b.WriteString(line(2*time.Hour+time.Duration(i)*time.Second, "LOGIN_ERROR", "reason='</script>\u202e<img src=x>' params={u'abonement': u'100245', u'password': u'hunter2'}"))
	}
	edge(4*time.Hour, 9)
	b.WriteString("password=hunter2 and no header\n")
	edge(15*time.Hour, 4)
	edge(23*time.Hour, 7)
	return b.String()
}

// run replays a text and reports on it.
func run(t *testing.T, yaml, text string, d *notifiers.Dispatcher) *report.Report {
	t.Helper()
	set, _, err := rules.Parse("rules.yaml", []byte(yaml), rules.Options{Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "smarty_all.log")
	if err := os.WriteFile(log, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	sources, err := ingest.Find([]string{log})
	if err != nil {
		t.Fatal(err)
	}
	o := replay.Options{Rules: set.WithBuiltin(), Sources: sources, Lateness: 2, Pending: true, Courses: true, Dispatcher: d, Redactor: redact.New(nil, nil)}
	c := report.NewCollector(report.Options{Rules: o.Rules, Zone: time.FixedZone("MSK", 3*3600), Routed: d != nil, Redactor: o.Redactor})
	s, err := replay.Run(context.Background(), o, c.Event)
	if err != nil {
		t.Fatal(err)
	}
	return c.Report(s)
}

func page(t *testing.T, r *report.Report, language report.Language) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.HTML(&b, r, language); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func rule(t *testing.T, r *report.Report, id string) *report.Rule {
	t.Helper()
	for _, rule := range r.Rules {
		if rule.ID == id {
			return rule
		}
	}
	t.Fatalf("no rule %s in the report", id)
	return nil
}

func TestReport_Story(t *testing.T) {
	r := run(t, storyRules, story(), nil)
	edges := rule(t, r, "edges")
	// Two of three in the window ended: 3rd error + 10 s, until the 3rd last one leaves.
	if edges.Fired != 4 || edges.Ended != 3 || edges.Still != 1 || edges.Began != 4 {
		t.Errorf("edges: %d fired, %d ended, %d still, %d began", edges.Fired, edges.Ended, edges.Still, edges.Began)
	}
	// Of n errors 20 s apart the third last leaves 5m after it came: firing begins at
	// 50 s, so it lasts 20(n-3)+300-50 s.
	if edges.Median != 290*time.Second || edges.Longest != 370*time.Second {
		t.Errorf("edges: median %s, longest %s; want 4m50s and 6m10s", edges.Median, edges.Longest)
	}
	if r.Still != 1 || len(r.Firing) != 1 || r.Firing[0].From != t0.Add(23*time.Hour+50*time.Second).Unix() {
		t.Errorf("firing at the end: %d, %+v", r.Still, r.Firing)
	}
	if got := fmt.Sprint(rule(t, r, "logins").HeldBack); got != "[{cooldown 1}]" {
		t.Errorf("logins: held back %s", got)
	}
	if got := r.Unmatched(); fmt.Sprint(got) != "[never]" {
		t.Errorf("never matched: %v", got)
	}
	var near []string
	for _, n := range r.NearMisses() {
		near = append(near, fmt.Sprintf("%s %.0f of %s%v (%.0f %%, alone %v), began %d", n.ID, n.Peak.Value, n.Limit.Op, n.Limit.Value, 100*n.Share, n.Limit.Alone, n.Began))
	}
	want := []string{"long-logins 4 of >=3 (133 %, alone true), began 1", "odd-logins 4 of >7 (57 %, alone false), began 0",
		"many-logins 4 of >=10 (40 %, alone true), began 0", "computed 4 of 0 (0 %, alone false), began 0"}
	if diff := cmp.Diff(want, near); diff != "" {
		t.Errorf("near misses (-want +got):\n%s", diff)
	}
	// 12 at noon UTC+3 are 4 edges (one at 3 in the night), 1 level, 1 login.
	if got := fmt.Sprintf("%+v", r.Counts); got != "[{Receiver: Total:6 Night:1 PerDay:<nil> Days:[{Date:2024-11-18 Total:4 Night:0} {Date:2024-11-19 Total:2 Night:1}]}]" {
		t.Errorf("counts: %s", got)
	}
	if got := fmt.Sprintf("%+v", r.Shapes); got != "[{Text:0 monkeys '…' row Count:1 First:smarty_all.log:0}]" {
		t.Errorf("shapes: %s", got)
	}
	level := rule(t, r, "level")
	if len(level.Alerts) != 1 || level.Alerts[0].Severity.String() != "critical" || len(level.Thresholds) != 2 || level.Thresholds[1].Value != 2 {
		t.Errorf("level: %+v, %+v", level.Alerts[0], level.Thresholds)
	}
}

func TestReport_SparklineShowsTheCourse(t *testing.T) {
	r := run(t, storyRules, story(), nil)
	for id, want := range map[string]string{"edges": "▅···█··········▄·······▇", "many-logins": "··█·····················", "never": "························"} {
		if got := report.Sparkline(r.Course(rule(t, r, id), 24)); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
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

var style = regexp.MustCompile(`(?s)<style>.*</style>`)

// body is a page without its style, which is page.css.
func body(page string) string { return style.ReplaceAllString(page, "<style>…</style>") }

func TestHTML_Golden(t *testing.T) {
	r := run(t, storyRules, story(), nil)
	golden(t, "story.en.html", body(page(t, r, report.English)))
	golden(t, "story.ru.html", body(page(t, r, report.Russian)))
}

func TestHTML_GoldenWithRoutes(t *testing.T) {
	root := &notifiers.Route{Receiver: "noc", GroupBy: []string{"rule"}, GroupWait: 10 * time.Second, GroupInterval: 5 * time.Minute, RepeatInterval: 4 * time.Hour}
	d, err := notifiers.NewDispatcher(notifiers.Options{Root: root, Receivers: map[string]notifiers.ReceiverOptions{"noc": {SendResolved: true}}}, nil, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "routed.en.html", body(page(t, run(t, storyRules, story(), d), report.English)))
}

func TestHTML_OfNothing(t *testing.T) {
	got := page(t, run(t, storyRules, "", nil), report.English)
	for _, want := range []string{"There was not one record to read.", "No rule fired.", "<b>0</b>alerts"} {
		if !strings.Contains(got, want) {
			t.Errorf("the page of an empty log does not say %q", want)
		}
	}
}

// Whatever logs hold, the page has no element of theirs, no secret, and asks nobody
// for anything.
func TestHTML_HostileText(t *testing.T) {
	got := page(t, run(t, storyRules, story(), nil), report.English)
	for _, bad := range []string{"hunter2", "<img", "<b>07", "</script", "\u202e", "http://", "https://", "src=", "url(", "@import", "<script", "<link", "<iframe", "style=", "onload"} {
		if strings.Contains(got, bad) && bad != "src=" {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(got, "&lt;img src=x&gt;") || !strings.Contains(got, "edge-&lt;b&gt;07&lt;/b&gt;") {
		t.Error("what the log says is not shown")
	}
	for _, m := range regexp.MustCompile(`<[a-z]+ [^>]*\b(?:href|src|srcset|action|data|poster)="([^"]*)"`).FindAllStringSubmatch(got, -1) {
		if !strings.HasPrefix(m[1], "#") {
			t.Errorf("the page leads to %q", m[1])
		}
	}
	if !strings.Contains(got, `content="default-src &#39;none&#39;; style-src &#39;sha256-`) && !strings.Contains(got, `content="default-src 'none'; style-src 'sha256-`) {
		t.Error("no policy forbids the page to load anything")
	}
}

// What a page needs to be read by ear and used from the keyboard.
func TestHTML_Accessible(t *testing.T) {
	for language, r := range map[report.Language]*report.Report{report.English: run(t, storyRules, story(), nil), report.Russian: run(t, storyRules, story(), nil)} {
		got := page(t, r, language)
		if !strings.Contains(got, `<html lang="`+string(language)+`">`) {
			t.Errorf("%s: no language", language)
		}
		for _, svg := range regexp.MustCompile(`<svg[^>]*>`).FindAllString(got, -1) {
			if !regexp.MustCompile(`role="img" aria-label="[^"]{10,}"`).MatchString(svg) {
				t.Errorf("%s: a drawing without words: %s", language, svg)
			}
		}
		for _, th := range regexp.MustCompile(`<th[ >][^>]*>?`).FindAllString(got, -1) {
			if !strings.Contains(th, "scope=") {
				t.Errorf("%s: a heading of a table that heads nothing: %s", language, th)
			}
		}
		for _, wide := range regexp.MustCompile(`<div class="wide"[^>]*>`).FindAllString(got, -1) {
			if !regexp.MustCompile(`tabindex="0" role="region" aria-label="[^"]+"`).MatchString(wide) {
				t.Errorf("%s: what scrolls cannot be reached by keyboard: %s", language, wide)
			}
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(got, -1) {
			if ids[m[1]] {
				t.Errorf("%s: id %s twice", language, m[1])
			}
			ids[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?:href="#|labelledby=")([^"]*)"`).FindAllStringSubmatch(got, -1) {
			if !ids[m[1]] {
				t.Errorf("%s: nothing is called %s", language, m[1])
			}
		}
		if n := strings.Count(got, "<h1"); n != 1 {
			t.Errorf("%s: %d titles", language, n)
		}
	}
}

// Text stands out from what it stands on: 4.5 to 1 (WCAG 2, AA), light and dark.
func TestHTML_Contrast(t *testing.T) {
	css, err := os.ReadFile("page.css")
	if err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("no dark colours")
	}
	for scheme, text := range map[string]string{"light": light, "dark": dark[:strings.Index(dark, "* {")]} {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})`).FindAllStringSubmatch(text, -1) {
			colours[m[1]] = m[2]
		}
		for _, front := range []string{"text", "dim", "link", "critical", "warning", "info"} {
			for _, back := range []string{"page", "card"} {
				if c := contrast(colours[front], colours[back]); c < 4.5 {
					t.Errorf("%s: %s on %s: %.1f to 1", scheme, front, back, c)
				}
			}
		}
	}
}
