package telegram_test

import (
	"context"
	"errors"
	"flag"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
)

var update = flag.Bool("update", false, "write the golden files")

const token = "123456:s3cr3t-Token"

func newFake(t *testing.T) (*fakes.Telegram, *fakes.Faulty, string) {
	f := &fakes.Telegram{}
	faulty := &fakes.Faulty{Handler: f}
	srv := httptest.NewServer(faulty)
	t.Cleanup(srv.Close)
	return f, faulty, srv.URL
}

func receiver(t *testing.T, url string, change func(*telegram.Options)) *telegram.Receiver {
	t.Helper()
	o := telegram.Options{Token: token, Chat: "-100123", Thread: 7, APIURL: url, HTTP: notifiers.HTTPOptions{AllowLoopback: true}, Voice: notifiers.Voice{Zone: time.FixedZone("MSK", 3*3600)}}
	if change != nil {
		change(&o)
	}
	r, err := telegram.New(o)
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
	return alert.Delivery{ID: "d1", Receiver: "duty", Reason: string(reason), Created: time.Unix(1768435700, 0),
		Message: alert.Message{Receiver: "duty", Status: status, Alerts: ts, External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"})}}
}

func edge(id string, state alert.State) alert.Transition {
	return alert.Transition{Rule: "edge", Name: "Узел не отвечает", Group: alert.NewLabels(alert.Label{Name: "узел", Value: id}), State: state, Severity: alert.Critical, AlertID: id,
		StartsAt: 1768435390, EndsAt: 1768437680, Values: []alert.Value{{Name: "count", V: int64(7)}}, Condition: "count > 5", Window: 600,
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: "Отказ узла <" + id + "> @here"}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/a?b=1&c=2"}),
		Samples:     []alert.Sample{{Source: "app1/x", File: "x.log", Pos: 17, Text: "ERROR </pre> @here http://evil.example\nline 2"}}}
}

func TestSend_OneMessageFollowsItsGroup(t *testing.T) {
	f, _, url := newFake(t)
	r := receiver(t, url, func(o *telegram.Options) { o.ReplyResolved = true })
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
		"sendMessage -100123", "editMessageText -100123 101", "sendMessage -100123", "editMessageText -100123 101", "sendMessage -100123",
		"editMessageText -100123 101", "sendMessage -100123", "sendMessage -100123", "sendMessage -100123", "editMessageText -100123 108",
	}
	if diff := cmp.Diff(want, f.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	m := f.Messages()
	if m[0].Thread != 7 || !strings.Contains(m[0].Text, "RESOLVED 2") || m[0].Edits != 3 || m[1].ReplyTo != 101 || m[3].ReplyTo != 101 || ref != "-100123:109" {
		t.Errorf("%+v, ref %s", m, ref)
	}
	if f.Paths()[0] != "/bot"+token+"/sendMessage" {
		t.Error(f.Paths()[0])
	}
}

func TestSend_EditsThatCannotBe(t *testing.T) {
	f, _, url := newFake(t)
	r := receiver(t, url, nil)
	d := delivery(notifiers.First, edge("a", alert.Firing))
	got, err := r.Send(t.Context(), d, "")
	if err != nil {
		t.Fatal(err)
	}
	d.Reason = string(notifiers.Update)
	d.Message.Alerts[0].Severity = alert.Warning
	for range 2 { // the second time Telegram says that it is not modified
		if same, err := r.Send(t.Context(), d, got.Ref); err != nil || same.Ref != got.Ref {
			t.Errorf("%v, %v", same, err)
		}
	}
	f.Delete(101)
	again, err := r.Send(t.Context(), d, got.Ref)
	if err != nil || again.Ref == got.Ref || len(f.Messages()) != 1 {
		t.Errorf("the message is gone: %v, %v", again, err)
	}
}

func TestSend_FollowsAGroupThatMoved(t *testing.T) {
	f, _, url := newFake(t)
	r := receiver(t, url, func(o *telegram.Options) { o.Chat = "-55" })
	first, err := r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), "")
	if err != nil {
		t.Fatal(err)
	}
	f.Move("-55", "-10055")
	second, err := r.Send(t.Context(), delivery(notifiers.Resolved, edge("a", alert.Resolved)), first.Ref)
	if err != nil || !strings.HasPrefix(second.Ref, "-10055:") {
		t.Fatalf("%v, %v", second, err)
	}
	if third, err := r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), second.Ref); err != nil || !strings.HasPrefix(third.Ref, "-10055:") {
		t.Errorf("%v, %v", third, err)
	}
}

func TestSend_AReplyThatFailedDoesNotRepeatTheMessage(t *testing.T) {
	f, faulty, url := newFake(t)
	r := receiver(t, url, nil)
	faulty.Next = fakes.Sequence(fakes.None, fakes.Reset)
	d := delivery(notifiers.NewAlerts, edge("a", alert.Firing))
	got, err := r.Send(t.Context(), d, "")
	if err == nil || got.Ref != "-100123:101" {
		t.Fatalf("%v, %v", got, err)
	}
	d.Ref = got.Ref
	if _, err := r.Send(t.Context(), d, got.Ref); err != nil || len(f.Messages()) != 2 {
		t.Errorf("%v, %d messages", err, len(f.Messages()))
	}
}

func TestSend_Faults(t *testing.T) {
	type want struct {
		class     string
		permanent bool
		unclear   bool
		after     time.Duration
	}
	check := func(t *testing.T, url string, w want) {
		limit := 10 * time.Second
		if w.class == "timeout" {
			limit = 300 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		got, err := receiver(t, url, nil).Send(ctx, delivery(notifiers.First, edge("a", alert.Firing)), "")
		var se *notifiers.SendError
		if !errors.As(err, &se) || (want{se.Class, se.Permanent, se.Unclear, se.RetryAfter}) != w || got.Ref != "" {
			t.Errorf("%#v, receipt %+v", err, got)
		}
		if err != nil && (strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "http://")) {
			t.Errorf("the error says too much: %v", err)
		}
	}
	for fault, w := range map[fakes.Fault]want{
		fakes.BadRequest: {class: "rejected", permanent: true}, fakes.Unauthorized: {class: "rejected", permanent: true}, fakes.NotFound: {class: "rejected", permanent: true},
		fakes.TooMany: {class: "rate_limited"}, fakes.TooManyAfter: {class: "rate_limited", after: 7 * time.Second},
		fakes.Broken: {class: "server", unclear: true}, fakes.Hang: {class: "timeout", unclear: true}, fakes.Reset: {class: "network", unclear: true},
		fakes.AcceptReset: {class: "network", unclear: true}, fakes.Garbage: {class: "network", unclear: true},
	} {
		t.Run(string(fault), func(t *testing.T) {
			_, faulty, url := newFake(t)
			faulty.Next = func(*http.Request) fakes.Fault { return fault }
			check(t, url, w)
		})
	}
	for answer, w := range map[string]want{
		`{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}}`: {class: "rate_limited", after: 35 * time.Second},
		`{"ok":false,"error_code":401,"description":"Unauthorized ` + token + `"}`:                                        {class: "rejected", permanent: true},
		`{"ok":false,"error_code":403,"description":"Forbidden: bot was kicked from the supergroup chat"}`:                {class: "rejected", permanent: true},
		`{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`:                                       {class: "rejected", permanent: true},
		`{"ok":false,"error_code":502,"description":"Bad Gateway"}`:                                                       {class: "server", unclear: true},
	} {
		t.Run(answer, func(t *testing.T) {
			f, _, url := newFake(t)
			f.Answer(answer)
			check(t, url, w)
		})
	}
	t.Run("slow drip", func(t *testing.T) {
		f, faulty, url := newFake(t)
		faulty.Next = func(*http.Request) fakes.Fault { return fakes.Drip }
		if _, err := receiver(t, url, nil).Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), ""); err != nil || len(f.Messages()) != 1 {
			t.Errorf("%v", err)
		}
	})
}

func TestSend_ThroughProxies(t *testing.T) {
	f, faulty, url := newFake(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	socks, done := &fakes.Socks{}, make(chan struct{})
	go func() { socks.Serve(l); close(done) }()
	web := httptest.NewServer(faulty) // an http proxy is asked as the server itself is
	t.Cleanup(web.Close)
	for _, proxy := range []string{"socks5://" + l.Addr().String(), web.URL} {
		r := receiver(t, url, func(o *telegram.Options) {
			o.HTTP = notifiers.HTTPOptions{Proxy: proxy}
			if proxy == web.URL {
				o.APIURL = "http://api.telegram.invalid"
			}
		})
		if _, err := r.Send(t.Context(), delivery(notifiers.First, edge("a", alert.Firing)), ""); err != nil {
			t.Errorf("%s: %v", proxy, err)
		}
	}
	if len(f.Messages()) != 2 || len(socks.Went()) != 1 || "http://"+socks.Went()[0] != url {
		t.Errorf("%d messages, %v", len(f.Messages()), socks.Went())
	}
	l.Close()
	http.DefaultClient.CloseIdleConnections()
}

func TestNew_Faults(t *testing.T) {
	for name, o := range map[string]telegram.Options{
		"nothing": {}, "token": {Token: "s3cr3t", Chat: "1"}, "path in token": {Token: "1:a/s3cr3t", Chat: "1"}, "no chat": {Token: token}, "chat": {Token: token, Chat: "noc"},
		"api": {Token: token, Chat: "1", APIURL: "x"}, "proxy": {Token: token, Chat: "1", HTTP: notifiers.HTTPOptions{Proxy: "s3cr3t"}},
	} {
		if _, err := telegram.New(o); err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSend_Golden(t *testing.T) {
	for name, d := range map[string]alert.Delivery{
		"firing": delivery(notifiers.First, edge("a", alert.Firing)),
		"group":  delivery(notifiers.First, edge("a", alert.Firing), edge("b", alert.Resolved)),
	} {
		f, _, url := newFake(t)
		if _, err := receiver(t, url, nil).Send(t.Context(), d, ""); err != nil {
			t.Fatal(err)
		}
		got, file := f.Messages()[0].Text+"\n", filepath.Join("testdata", name+".html")
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

var (
	dead  = regexp.MustCompile(`(?s)<(code|pre)>[^<>]*</(code|pre)>`)
	links = regexp.MustCompile(`\n<a href="https?://[^"<> ]*">Runbook</a>`)
	tags  = regexp.MustCompile(`</?b>`)
	live  = regexp.MustCompile("[@#$/][A-Za-z0-9]|[.:]/|\\w\\.[a-z]|[\u202e\u2066\x00\x1b]|&(?:[^algq]|$)")
	names = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&")
)

func TestSend_HostileTextIsInertAndFits(t *testing.T) {
	f, _, url := newFake(t)
	r := receiver(t, url, nil)
	for _, p := range hostile.Payloads() {
		for _, many := range []int{0, 60} {
			d := hostile.Delivery(p, "first")
			for range many {
				d.Message.Alerts = append(d.Message.Alerts, d.Message.Alerts[0])
			}
			if _, err := r.Send(t.Context(), d, ""); err != nil {
				t.Fatalf("%.40q: %v", p, err)
			}
			m := f.Messages()
			check(t, p, m[len(m)-1].Text)
		}
	}
}

func check(t *testing.T, payload, text string) {
	t.Helper()
	entities := len(dead.FindAllString(text, -1)) + strings.Count(text, "<b>") + len(links.FindAllString(text, -1))
	rest := tags.ReplaceAllString(links.ReplaceAllString(dead.ReplaceAllString(text, ""), ""), "")
	if strings.ContainsAny(rest, "<>") || live.MatchString(rest) {
		t.Errorf("%.40q: live at %q: %.300q", payload, live.FindString(rest), rest)
	}
	seen := names.Replace(regexp.MustCompile(`</?(b|code|pre)>|<a href="[^"]*">|</a>`).ReplaceAllString(text, ""))
	if n := len(utf16.Encode([]rune(seen))); n > 4096 || n == 0 || entities > 100 {
		t.Errorf("%.40q: %d units, %d entities", payload, n, entities)
	}
}
