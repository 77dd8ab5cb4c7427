package webhook_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var key = []byte("0123456789abcdef0123456789abcdef")

func receiver(t *testing.T, o webhook.Options, h http.HandlerFunc) *webhook.Receiver {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	if o.URL == "" {
		o.URL = notifiers.Secret(srv.URL + "/hook/s3cr3t")
	}
	o.HTTP.AllowLoopback = true
	r, err := webhook.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return r
}

func send(t *testing.T, r *webhook.Receiver, d alert.Delivery) *notifiers.SendError {
	t.Helper()
	limit := 10 * time.Second
	if strings.HasSuffix(t.Name(), "/hang") {
		limit = 300 * time.Millisecond
	}
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	_, err := r.Send(ctx, d, "")
	if err == nil {
		return nil
	}
	var se *notifiers.SendError
	if !errors.As(err, &se) {
		t.Fatalf("%v is not classified", err)
	}
	if strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("the error shows a secret: %v", err)
	}
	return se
}

func delivery() alert.Delivery {
	group := alert.NewLabels(alert.Label{Name: "stream.service", Value: "edge-07"})
	a := alert.Transition{Rule: "r", Group: group, State: alert.Firing, Severity: alert.Critical, Fingerprint: "f1", AlertID: "a2", StartsAt: 1768435390,
		Values:      []alert.Value{{Name: "count", V: int64(5)}, {Name: "город", V: "Омск"}, {Name: "none", V: nil}},
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: "s"}),
		Samples:     []alert.Sample{{At: 1768435389, Source: "app/x", File: "x.log", Pos: 7, Text: "line"}}, Suppressed: 3}
	b := a
	b.AlertID, b.State, b.EndsAt, b.StartsAt, b.Annotations = "a1", alert.Resolved, 1768435300, 1768435000, nil
	c := b
	c.AlertID, c.Fingerprint = "c1", "f2"
	return alert.Delivery{ID: "d1", GroupKey: `noc/default:{rule="r"}`, Reason: "new_alerts", Message: alert.Message{
		Receiver: "noc", Status: "firing", GroupLabels: alert.NewLabels(alert.Label{Name: "rule", Value: "r"}),
		External: alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"}), Alerts: []alert.Transition{a, b, c}}}
}

func TestSend_BodyAndSignature(t *testing.T) {
	at := time.Unix(1768435500, 0)
	var got map[string]any
	r := receiver(t, webhook.Options{Secret: notifiers.Secret("whsec_" + base64.StdEncoding.EncodeToString(key)), Voice: notifiers.Voice{URL: "https://alerts.example.com/"}, MaxAlerts: 2,
		Now: func() time.Time { return at }}, func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
		if req.Header.Get("webhook-id") != "d1" || req.Header.Get("webhook-timestamp") != "1768435500" || req.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", req.Header)
		}
		if want := webhook.Sign(key, "d1", at, body); req.Header.Get("webhook-signature") != want {
			t.Errorf("signature %s, want %s", req.Header.Get("webhook-signature"), want)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	if err := send(t, r, delivery()); err != nil {
		t.Fatal(err)
	}
	labels := map[string]any{"alertname": "r", "rule": "r", "severity": "critical", "instance": "app-1", "stream_service": "edge-07"}
	item := func(status, id, fp, from, to string, annotations map[string]any) map[string]any {
		return map[string]any{"status": status, "labels": labels, "annotations": annotations, "startsAt": from, "endsAt": to, "generatorURL": "https://alerts.example.com/?q=rule%3Dr&q=stream_service%3Dedge-07",
			"fingerprint": fp, "id": id, "values": map[string]any{"count": 5.0, "город": "Омск", "none": nil}, "suppressed": 3.0,
			"samples": []any{map[string]any{"at": "2026-01-15T00:03:09Z", "source": "app/x", "file": "x.log", "pos": 7.0, "text": "line"}}}
	}
	want := map[string]any{"version": "4", "groupKey": `noc/default:{rule="r"}`, "truncatedAlerts": 1.0, "status": "firing", "receiver": "noc",
		"groupLabels": map[string]any{"rule": "r"}, "commonLabels": labels, "commonAnnotations": map[string]any{}, "externalURL": "https://alerts.example.com/",
		"alerts": []any{ // the end of an incident before the beginning of its next
			item("resolved", "a1", "f1", "2026-01-14T23:56:40Z", "2026-01-15T00:01:40Z", map[string]any{}),
			item("firing", "a2", "f1", "2026-01-15T00:03:10Z", "0001-01-01T00:00:00Z", map[string]any{"summary": "s"}),
		}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// The example of the specification's own libraries.
func TestSign_KnownVector(t *testing.T) {
	secret, _ := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	got := webhook.Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestSend_KeyForms(t *testing.T) {
	plain := base64.StdEncoding.EncodeToString(key)
	for secret, want := range map[string][]byte{"whsec_" + plain: key, plain: key, "just words": []byte("just words"), "abcd": []byte("abcd"), "": nil} {
		at := time.Unix(1, 0)
		r := receiver(t, webhook.Options{Secret: notifiers.Secret(secret), Now: func() time.Time { return at }}, func(_ http.ResponseWriter, req *http.Request) {
			body, _ := io.ReadAll(req.Body)
			sig := ""
			if want != nil {
				sig = webhook.Sign(want, "d1", at, body)
			}
			if got := req.Header.Get("webhook-signature"); got != sig {
				t.Errorf("secret %q: signature %q, want %q", secret, got, sig)
			}
		})
		if err := send(t, r, delivery()); err != nil {
			t.Error(err)
		}
	}
}

func TestSend_Faults(t *testing.T) {
	date := time.Now().Add(90 * time.Second).UTC().Format(http.TimeFormat)
	hijack := func(w http.ResponseWriter, answer string) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_, _ = io.WriteString(conn, answer)
			conn.Close()
		}
	}
	for name, tc := range map[string]struct {
		h         http.HandlerFunc
		class     string
		permanent bool
		after     time.Duration
	}{
		"500":           {answer(500, ""), "server", false, 0},
		"503 and wait":  {answer(503, "7"), "server", false, 7 * time.Second},
		"429 seconds":   {answer(429, "120"), "rate_limited", false, 2 * time.Minute},
		"429 date":      {answer(429, date), "rate_limited", false, 90 * time.Second},
		"429 silent":    {answer(429, ""), "rate_limited", false, 0},
		"408":           {answer(408, ""), "server", false, 0},
		"425":           {answer(425, ""), "server", false, 0},
		"400 with echo": {answer(400, ""), "rejected", true, 0},
		"410":           {answer(410, ""), "rejected", true, 0},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere/s3cr3t", http.StatusFound)
		}, "rejected", true, 0},
		"hang":           {func(w http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body); <-r.Context().Done() }, "timeout", false, 0},
		"garbage":        {func(w http.ResponseWriter, _ *http.Request) { hijack(w, "\x16\x03garbage\n\n") }, "network", false, 0},
		"reset":          {func(w http.ResponseWriter, _ *http.Request) { hijack(w, "") }, "network", false, 0},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) { hijack(w, "HTTP/1.1 200") }, "network", false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			se := send(t, receiver(t, webhook.Options{}, tc.h), delivery())
			if se == nil || se.Class != tc.class || se.Permanent != tc.permanent || se.RetryAfter.Round(3*time.Second) != tc.after.Round(3*time.Second) {
				t.Errorf("got %+v", se)
			}
		})
	}
	se := send(t, receiver(t, webhook.Options{URL: "http://127.0.0.1:1/hook/s3cr3t"}, nil), delivery())
	if se == nil || se.Class != "network" || se.Permanent {
		t.Errorf("nobody listens: %+v", se)
	}
}

func answer(code int, after string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(code)
		fmt.Fprintf(w, "you called %s", r.URL)
	}
}

func TestSend_RefusesLoopbackUnlessAllowed(t *testing.T) {
	called := false
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer srv.Close()
	for _, url := range []string{srv.URL, strings.Replace(srv.URL, "127.0.0.1", "localhost", 1), "http://169.254.169.254/latest", "http://[::1]:80/"} {
		r, err := webhook.New(webhook.Options{URL: notifiers.Secret(url)})
		if err != nil {
			t.Fatal(err)
		}
		if se := send(t, r, delivery()); se == nil || !se.Permanent || !strings.Contains(se.Error(), "allow_loopback") {
			t.Errorf("%s: %v", url, se)
		}
	}
	if called {
		t.Error("the server was reached")
	}
}

func TestNew_Faults(t *testing.T) {
	for name, o := range map[string]webhook.Options{
		"no url": {}, "bad scheme": {URL: "ftp://x/s3cr3t"}, "bad secret": {URL: "http://x", Secret: "whsec_s3cr3t!"},
		"bad proxy": {URL: "http://x", HTTP: notifiers.HTTPOptions{Proxy: "s3cr3t"}}, "bad ca": {URL: "http://x", HTTP: notifiers.HTTPOptions{CA: []byte("x")}},
	} {
		if _, err := webhook.New(o); err == nil || strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSend_HostileTextStaysData(t *testing.T) {
	var got struct {
		Alerts []struct {
			Labels  map[string]string
			Samples []struct{ Text string }
		}
	}
	var body []byte
	r := receiver(t, webhook.Options{}, func(_ http.ResponseWriter, req *http.Request) {
		body, _ = io.ReadAll(req.Body)
		if err := json.Unmarshal(body, &got); err != nil {
			t.Error(err)
		}
	})
	for _, p := range hostile.Payloads() {
		if err := send(t, r, hostile.Delivery(p, "first")); err != nil {
			t.Fatal(err)
		}
		want := strings.ToValidUTF8(p, "\ufffd")
		if len(got.Alerts) != 2 || got.Alerts[0].Labels["user"] != want && strings.Count(want, "\ufffd") == 0 || strings.ContainsAny(string(body), "\r\n<>\u2028") {
			t.Errorf("%.40q came as %.80q", p, got.Alerts[0].Labels["user"])
		}
	}
	if n := len(hostile.Payloads()); n < 50 {
		t.Errorf("%d payloads", n)
	}
}
