package slack_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
)

var update = flag.Bool("update", false, "write the golden files")

func newFake(t *testing.T) (*fakes.Slack, *fakes.Faulty, string) {
	f := &fakes.Slack{}
	faulty := &fakes.Faulty{Handler: f}
	srv := httptest.NewServer(faulty)
	t.Cleanup(srv.Close)
	return f, faulty, srv.URL
}

func bot(t *testing.T, url string) *slack.Receiver {
	return botWith(t, url, slack.Options{})
}

func botWith(t *testing.T, url string, o slack.Options) *slack.Receiver {
	t.Helper()
	o.Token, o.Channel, o.APIURL = "xoxb-s3cr3t", "#noc", url
	o.HTTP, o.Voice.Zone = notifiers.HTTPOptions{AllowLoopback: true}, time.FixedZone("MSK", 3*3600)
	r, err := slack.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func delivery(reason notifiers.Reason, ts ...alert.Transition) alert.Delivery {
	status := "resolved"
	for _, a := range ts {
		if a.State != alert.Resolved {
			status = "firing"
		}
	}
	return alert.Delivery{ID: "d1", Receiver: "noc", Reason: string(reason), Created: time.Unix(1768435700, 0),
		Message: alert.Message{Receiver: "noc", Status: status, Alerts: ts, External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"})}}
}

func edge(id string, state alert.State) alert.Transition {
	return alert.Transition{Rule: "edge", Name: "Edge fails", Group: alert.NewLabels(alert.Label{Name: "узел", Value: id}), State: state, Severity: alert.Critical, AlertID: id,
		StartsAt: 1768435390, EndsAt: 1768437680, Values: []alert.Value{{Name: "count", V: int64(7)}}, Condition: "count > 5 && true", Window: 600,
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: "Отказ узла <" + id + ">"}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/a?b=1&c=2"}),
		Samples:     []alert.Sample{{Source: "app1/x", File: "x.log", Pos: 17, Text: "ERROR `x` @here <!channel> http://evil.example\nline 2"}}}
}

func TestSend_OneMessageFollowsItsGroup(t *testing.T) {
	f, _, url := newFake(t)
	r := bot(t, url)
	ref := ""
	for _, d := range []alert.Delivery{
		delivery(notifiers.First, edge("a", alert.Firing)),
		delivery(notifiers.NewAlerts, edge("a", alert.Firing), edge("b", alert.Firing)),
		delivery(notifiers.Repeat, edge("a", alert.Firing), edge("b", alert.Firing)),
		delivery(notifiers.Resolved, edge("a", alert.Resolved), edge("b", alert.Resolved)),
		delivery(notifiers.First, edge("a", alert.Firing)),                            // the next incident
		delivery(notifiers.First, edge("c", alert.Firing), edge("a", alert.Resolved)), // its end never left alone
	} {
		if len(d.Message.Alerts) == 2 && d.Reason == string(notifiers.First) {
			d.Ended = []string{"a"}
		}
		got, err := r.Send(t.Context(), d, ref)
		if err != nil {
			t.Fatal(err)
		}
		ref = got.Ref
	}
	want := []string{
		"post", "reply 1700000000.000001", // with the samples
		"update 1700000000.000001", "reply 1700000000.000001 broadcast",
		"update 1700000000.000001", "reply 1700000000.000001",
		"update 1700000000.000001",
		"post", "reply 1700000000.000005",
		"post", "update 1700000000.000005", "reply 1700000000.000007", // what is new first
	}
	if diff := cmp.Diff(want, f.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	first := f.Messages()[0]
	if !strings.Contains(first.Text, "RESOLVED 2") || first.Edits != 3 || ref != "C123:1700000000.000007" {
		t.Errorf("the first message says %q; ref %s", first.Text, ref)
	}
	if !strings.Contains(string(first.Metadata), `"delivery_id":"d1"`) {
		t.Errorf("metadata %q", first.Metadata)
	}
	if strings.Contains(string(first.Blocks), "line 2") || !strings.Contains(string(f.Messages()[1].Blocks), "line 2") {
		t.Error("the samples do not stand in the thread")
	}
}

// That somebody looks after it is shown in place, and alerts nobody.
func TestSend_AckIsShownInPlace(t *testing.T) {
	f, _, url := newFake(t)
	r := bot(t, url)
	got, err := r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), "")
	if err != nil {
		t.Fatal(err)
	}
	d := delivery(notifiers.Acknowledged, edge("a", alert.Firing))
	d.Message.Acks = []alert.Ack{{AlertID: "a", By: "anna", Comment: "перезапускаю"}}
	if _, err := r.Send(t.Context(), d, got.Ref); err != nil {
		t.Fatal(err)
	}
	m := f.Messages()
	if len(m) != 2 || !strings.HasPrefix(m[0].Text, "👀 [FIRING] CRITICAL") || !strings.Contains(m[0].Text, "by anna: перезапускаю") {
		t.Errorf("%d messages, the first %q", len(m), m[0].Text)
	}
}

func TestSend_TheEndIsBroadcastWhereThatIsWanted(t *testing.T) {
	f, _, url := newFake(t)
	r := botWith(t, url, slack.Options{BroadcastResolved: true})
	got, err := r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Send(t.Context(), delivery(notifiers.Resolved, edge("a", alert.Resolved)), got.Ref); err != nil {
		t.Fatal(err)
	}
	last := f.Messages()[2]
	if !last.Broadcast || !strings.Contains(last.Text, "RESOLVED") {
		t.Errorf("%+v", last)
	}
}

func TestSend_IncomingWebhook(t *testing.T) {
	f, faulty, url := newFake(t)
	r, err := slack.New(slack.Options{WebhookURL: notifiers.Secret(url + "/services/T0/s3cr3t"), HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), ""); err != nil || got.Ref != "" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if diff := cmp.Diff([]string{"webhook", "webhook"}, f.Calls()); diff != "" || !strings.HasPrefix(f.Last()["blocks"], "[{") {
		t.Error(diff, f.Last()["blocks"])
	}
	faulty.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no "+r.URL.Path, http.StatusForbidden)
	})
	if _, err = r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), ""); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("%v", err)
	}
}

func TestSend_Golden(t *testing.T) {
	for name, d := range map[string]alert.Delivery{
		"firing": delivery(notifiers.First, edge("a", alert.Firing)),
		"group":  delivery(notifiers.First, edge("a", alert.Firing), edge("b", alert.Resolved)),
	} {
		f, _, url := newFake(t)
		if _, err := bot(t, url).Send(t.Context(), d, ""); err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range f.Messages() {
			got += golden(t, m)
		}
		file := filepath.Join("testdata", name+".txt")
		if *update {
			_ = os.MkdirAll("testdata", 0o755)
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// golden is a message as people see it.
func golden(t *testing.T, m fakes.SlackMessage) string {
	t.Helper()
	var blocks []map[string]any
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	got := "text:\n" + m.Text + "\n\nblocks:\n"
	if m.Thread != "" {
		got = "\n=== in the thread\n" + got
	}
	for _, b := range blocks {
		text, _ := b["text"].(map[string]any)
		if list, ok := b["elements"].([]any); ok {
			text, _ = list[0].(map[string]any)
		}
		got += fmt.Sprintf("--- %v %v verbatim=%v\n%v\n", b["type"], text["type"], text["verbatim"], text["text"])
	}
	return got
}

// live is what Slack or a look-alike would act on.
var live = regexp.MustCompile("<[!@#]|@(here|channel|all|everyone)|://|www\\.|\\]\\(|[\u202e\u2066\x00\x1b]|&(?:[^alg]|$)")

func TestSend_HostileTextIsInertAndFits(t *testing.T) {
	f, _, url := newFake(t)
	hook, err := slack.New(slack.Options{WebhookURL: notifiers.Secret(url + "/services/x"), HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range hostile.Payloads() {
		d := hostile.Delivery(p, "first")
		for range 60 {
			d.Message.Alerts = append(d.Message.Alerts, d.Message.Alerts[0])
		}
		for _, r := range []*slack.Receiver{bot(t, url), hook} {
			if _, err := r.Send(t.Context(), d, ""); err != nil {
				t.Fatalf("%.40q: %v", p, err)
			}
			if r == hook {
				checkMessage(t, p, f.Last())
				continue
			}
			for _, m := range f.Messages()[len(f.Messages())-2:] {
				checkMessage(t, p, map[string]string{"text": m.Text, "blocks": string(m.Blocks)})
			}
		}
	}
}

func checkMessage(t *testing.T, payload string, m map[string]string) {
	t.Helper()
	runbook := "<" + strings.ReplaceAll(payload, "&", "&amp;") + "|Runbook>" // an address of the rule's own
	check := func(what, text string, most int) {
		rest := strings.ReplaceAll(text, runbook, "")
		if at := live.FindString(rest); at != "" || strings.ContainsAny(rest, "<>") {
			t.Errorf("%.40q: %s is live at %q: %.200q", payload, what, at, rest)
		}
		if n := utf8.RuneCountInString(text); n > most || n == 0 {
			t.Errorf("%.40q: %s has %d characters", payload, what, n)
		}
		if strings.Count(text, "```")%2 != 0 {
			t.Errorf("%.40q: %s leaves a code block open", payload, what)
		}
	}
	check("text", m["text"], 4000)
	var blocks []struct {
		Type string
		Text struct {
			Type, Text string
			Verbatim   bool
		}
	}
	if err := json.Unmarshal([]byte(m["blocks"]), &blocks); err != nil || len(blocks) > 50 {
		t.Errorf("%.40q: %d blocks, %v", payload, len(blocks), err)
	}
	for _, b := range blocks {
		switch b.Type {
		case "header":
			check("header", b.Text.Text, 150)
		case "section":
			check("section", b.Text.Text, 3000)
			if !b.Text.Verbatim {
				t.Error("a section is not verbatim")
			}
		}
	}
}
