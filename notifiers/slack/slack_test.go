package slack_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
)

var update = flag.Bool("update", false, "write the golden files")

// fakeSlack knows chat.postMessage, chat.update and incoming webhooks, and one
// fault at a time.
type fakeSlack struct {
	mu       sync.Mutex
	calls    []string // what was done, in short
	last     map[string]string
	messages map[string]string // ts → text
	fault    func(w http.ResponseWriter, r *http.Request) bool
}

func newFake(t *testing.T) (*fakeSlack, string) {
	f := &fakeSlack{messages: map[string]string{}}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	return f, srv.URL
}

func (f *fakeSlack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault != nil && f.fault(w, r) {
		return
	}
	f.last = map[string]string{}
	if strings.HasPrefix(r.URL.Path, "/services/") {
		body, _ := io.ReadAll(r.Body)
		var m struct {
			Text   string
			Blocks json.RawMessage
		}
		if err := json.Unmarshal(body, &m); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		f.last["text"], f.last["blocks"] = m.Text, string(m.Blocks)
		f.calls = append(f.calls, "webhook")
		fmt.Fprint(w, "ok")
		return
	}
	_ = r.ParseForm()
	for k := range r.PostForm {
		f.last[k] = r.PostForm.Get(k)
	}
	ts := r.PostForm.Get("ts")
	switch r.URL.Path {
	case "/chat.postMessage":
		ts = fmt.Sprintf("1700000000.%06d", len(f.messages)+1)
		f.calls = append(f.calls, strings.TrimSpace("post "+r.PostForm.Get("thread_ts")+" "+r.PostForm.Get("reply_broadcast")))
	case "/chat.update":
		f.calls = append(f.calls, "update "+ts)
		if f.messages[ts] == "" {
			fmt.Fprint(w, `{"ok":false,"error":"message_not_found"}`)
			return
		}
	}
	f.messages[ts] = r.PostForm.Get("text")
	fmt.Fprintf(w, `{"ok":true,"channel":"C123","ts":%q}`, ts)
}

func bot(t *testing.T, url string) *slack.Receiver {
	t.Helper()
	r, err := slack.New(slack.Options{Token: "xoxb-s3cr3t", Channel: "#noc", APIURL: url, HTTP: notifiers.HTTPOptions{AllowLoopback: true}, Zone: time.FixedZone("MSK", 3*3600)})
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
	f, url := newFake(t)
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
		got, err := r.Send(t.Context(), d, ref)
		if err != nil {
			t.Fatal(err)
		}
		ref = got.Ref
	}
	want := []string{
		"post", "update 1700000000.000001", "post 1700000000.000001 true", "update 1700000000.000001", "post 1700000000.000001",
		"update 1700000000.000001", "post", "update 1700000000.000004", "post",
	}
	if diff := cmp.Diff(want, f.calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if !strings.Contains(f.messages["1700000000.000001"], "RESOLVED 2") || ref != "C123:1700000000.000005" {
		t.Errorf("the first message says %q; ref %s", f.messages["1700000000.000001"], ref)
	}
	if !strings.Contains(f.last["metadata"], `"delivery_id":"d1"`) {
		t.Errorf("metadata %q", f.last["metadata"])
	}
}

func TestSend_NewMessageWhenTheOldIsGone(t *testing.T) {
	f, url := newFake(t)
	got, err := bot(t, url).Send(t.Context(), delivery(notifiers.Resolved, edge("a", alert.Resolved)), "C123:1.000001")
	if err != nil || got.Ref != "C123:1700000000.000001" {
		t.Errorf("%+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"update 1.000001", "post"}, f.calls); diff != "" {
		t.Error(diff)
	}
}

func TestSend_Faults(t *testing.T) {
	status := func(code int, after, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			w.WriteHeader(code)
			fmt.Fprint(w, body)
			return true
		}
	}
	for name, tc := range map[string]struct {
		fault     func(http.ResponseWriter, *http.Request) bool
		class     string
		permanent bool
		after     time.Duration
	}{
		"429":         {status(429, "30", ""), "rate_limited", false, 30 * time.Second},
		"429 date":    {status(429, time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), ""), "rate_limited", false, time.Hour},
		"429 nothing": {status(429, "", ""), "rate_limited", false, 0},
		"500":         {status(500, "", "<html>oops"), "server", false, 0},
		"400":         {status(400, "", "bad token xoxb-s3cr3t"), "rejected", true, 0},
		"hang": {func(_ http.ResponseWriter, r *http.Request) bool {
			_, _ = io.ReadAll(r.Body)
			<-r.Context().Done()
			return true
		}, "timeout", false, 0},
		"garbage":      {status(200, "", "\x00\x01<html>"), "network", false, 0},
		"invalid auth": {status(200, "", `{"ok":false,"error":"invalid_auth"}`), "rejected", true, 0},
		"own fault":    {status(200, "", `{"ok":false,"error":"internal_error"}`), "server", false, 0},
		"limited":      {status(200, "", `{"ok":false,"error":"ratelimited"}`), "rate_limited", false, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			f, url := newFake(t)
			f.fault = tc.fault
			limit := 10 * time.Second
			if name == "hang" {
				limit = 300 * time.Millisecond
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			_, err := bot(t, url).Send(ctx, delivery(notifiers.First, edge("a", alert.Firing)), "")
			var se *notifiers.SendError
			if !errors.As(err, &se) || se.Class != tc.class || se.Permanent != tc.permanent || se.RetryAfter.Round(time.Minute/2) != tc.after {
				t.Errorf("%#v", err)
			}
			if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("the error says too much: %v", err)
			}
		})
	}
}

func TestSend_IncomingWebhook(t *testing.T) {
	f, url := newFake(t)
	r, err := slack.New(slack.Options{WebhookURL: notifiers.Secret(url + "/services/T0/s3cr3t"), HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got, err := r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), ""); err != nil || got.Ref != "" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if diff := cmp.Diff([]string{"webhook", "webhook"}, f.calls); diff != "" || !strings.HasPrefix(f.last["blocks"], "[{") {
		t.Error(diff, f.last["blocks"])
	}
	f.fault = func(w http.ResponseWriter, r *http.Request) bool {
		http.Error(w, "no "+r.URL.Path, http.StatusForbidden)
		return true
	}
	if _, err = r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), ""); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("%v", err)
	}
}

func TestNew_Faults(t *testing.T) {
	for name, o := range map[string]slack.Options{
		"nothing": {}, "no channel": {Token: "s3cr3t"}, "both": {Token: "s3cr3t", WebhookURL: "http://x"}, "url": {WebhookURL: "s3cr3t"}, "api": {Token: "s3cr3t", Channel: "c", APIURL: "x"},
	} {
		if _, err := slack.New(o); err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSend_Golden(t *testing.T) {
	f, url := newFake(t)
	for name, d := range map[string]alert.Delivery{
		"firing": delivery(notifiers.First, edge("a", alert.Firing)),
		"group":  delivery(notifiers.First, edge("a", alert.Firing), edge("b", alert.Resolved)),
	} {
		if _, err := bot(t, url).Send(t.Context(), d, ""); err != nil {
			t.Fatal(err)
		}
		var blocks []map[string]any
		if err := json.Unmarshal([]byte(f.last["blocks"]), &blocks); err != nil {
			t.Fatal(err)
		}
		got := "text:\n" + f.last["text"] + "\n\nblocks:\n"
		for _, b := range blocks {
			text, _ := b["text"].(map[string]any)
			got += fmt.Sprintf("--- %v %v verbatim=%v\n%v\n", b["type"], text["type"], text["verbatim"], text["text"])
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

// live is what Slack or a look-alike would act on.
var live = regexp.MustCompile("<[!@#]|@(here|channel|all|everyone)|://|www\\.|\\]\\(|[\u202e\u2066\x00\x1b]|&(?:[^alg]|$)")

func TestSend_HostileTextIsInertAndFits(t *testing.T) {
	f, url := newFake(t)
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
			checkMessage(t, p, f.last)
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
