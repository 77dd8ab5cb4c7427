package email_test

import (
	"crypto/tls"
	"errors"
	"flag"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write the golden files")

func options(port int, mode string, ca []byte) email.Options {
	return email.Options{From: "Сторож <smarty-alert@example.com>", To: []string{"noc@example.com"}, Host: "127.0.0.1", Port: port, TLS: mode, CA: ca, Hello: "localhost",
		Timeout: 2 * time.Second, Voice: notifiers.Voice{Zone: time.FixedZone("MSK", 3*3600)}, Now: func() time.Time { return time.Unix(1768435700, 0) }}
}

func receiver(t *testing.T, o email.Options) *email.Receiver {
	t.Helper()
	r, err := email.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// serve starts a server, with a certificate made for it, and returns its port.
func serve(t *testing.T, m *fakes.Mail, mode string) (port int, ca []byte) {
	t.Helper()
	cert, ca, err := fakes.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	tc := &tls.Config{Certificates: []tls.Certificate{cert}}
	m.TLS = nil
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = l.Addr().(*net.TCPAddr).Port
	switch mode {
	case email.StartTLS:
		m.TLS = tc
	case email.ImplicitTLS:
		l = tls.NewListener(l, tc)
	}
	t.Cleanup(m.Serve(l))
	return port, ca
}

func open(t *testing.T, raw string) fakes.Letter {
	t.Helper()
	l, err := fakes.OpenLetter(raw)
	if err != nil || l.Parts != 2 {
		t.Fatalf("%d parts, %v in %.500q", l.Parts, err, raw)
	}
	return l
}

func delivery(id string, state alert.State) alert.Delivery {
	a := alert.Transition{Rule: "edge", Name: "Узел не отвечает", Group: alert.NewLabels(alert.Label{Name: "город", Value: "Омск"}), State: state, Severity: alert.Critical, AlertID: "a",
		StartsAt: 1768435390, EndsAt: 1768437680, Values: []alert.Value{{Name: "count", V: int64(7)}}, Condition: "count > 5", Window: 600,
		Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: "7 отказов <b>"}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/a?b=1&c=2"}),
		Samples:     []alert.Sample{{Source: "app1/x", File: "x.log", Pos: 17, Text: "ERROR <script>alert(1)</script>\nline 2"}}}
	status, reason := "firing", notifiers.First
	if state == alert.Resolved {
		status, reason = "resolved", notifiers.Resolved
	}
	return alert.Delivery{ID: id, Receiver: "mail", Reason: string(reason), Created: time.Unix(1768435700, 0), Message: alert.Message{Receiver: "mail", Status: status, Alerts: []alert.Transition{a}}}
}

func TestSend_WaysToEncryptAndAuthenticate(t *testing.T) {
	for _, mode := range []string{email.StartTLS, email.ImplicitTLS, email.NoTLS} {
		t.Run(mode, func(t *testing.T) {
			m := &fakes.Mail{Login: "user:s3cr3t"}
			port, ca := serve(t, m, mode)
			o := options(port, mode, ca)
			o.Username, o.Password = "user", "s3cr3t"
			if _, err := receiver(t, o).Send(t.Context(), delivery("d1", alert.Firing), ""); err != nil {
				t.Fatal(err)
			}
			if len(m.Got("noc@example.com")) != 1 {
				t.Errorf("%d mails", len(m.Got("noc@example.com")))
			}
			o.Password = "wr0ng-s3cr3t"
			_, err := receiver(t, o).Send(t.Context(), delivery("d1", alert.Firing), "")
			var se *notifiers.SendError
			if !errors.As(err, &se) || !se.Permanent || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("wrong password: %v", err)
			}
		})
	}
}

func TestSend_RefusesToGoInTheClear(t *testing.T) {
	m := &fakes.Mail{}
	port, ca := serve(t, m, email.NoTLS)
	if _, err := receiver(t, options(port, "", ca)).Send(t.Context(), delivery("d1", alert.Firing), ""); err == nil || len(m.Got("noc@example.com")) != 0 {
		t.Errorf("sent without STARTTLS: %v", err)
	}
	port, _ = serve(t, m, email.StartTLS)
	_, other, err := fakes.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := receiver(t, options(port, "", other)).Send(t.Context(), delivery("d1", alert.Firing), ""); err == nil || len(m.Got("noc@example.com")) != 0 {
		t.Errorf("sent to somebody with another certificate: %v", err)
	}
}

func TestSend_Thread(t *testing.T) {
	m := &fakes.Mail{}
	port, ca := serve(t, m, email.StartTLS)
	r := receiver(t, options(port, "", ca))
	first, err := r.Send(t.Context(), delivery("d1", alert.Firing), "")
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.Send(t.Context(), delivery("d2", alert.Resolved), first.Ref)
	if err != nil || first.Ref != second.Ref || first.Ref != "d1@example.com" {
		t.Fatalf("%v, %v, %v", first, second, err)
	}
	one, two := open(t, m.Got("noc@example.com")[0]), open(t, m.Got("noc@example.com")[1])
	if one.Get("Message-ID") != "<d1@example.com>" || one.Get("References") != "" || two.Get("Message-ID") != "<d2@example.com>" ||
		two.Get("In-Reply-To") != "<d1@example.com>" || two.Get("References") != "<d1@example.com>" {
		t.Errorf("first %v\nsecond %v", one.Header, two.Header)
	}
	if one.Subject != "[FIRING] CRITICAL: Узел не отвечает (город=Омск)" || two.Subject != "[RESOLVED] CRITICAL: Узел не отвечает (город=Омск)" {
		t.Errorf("subjects %q, %q", one.Subject, two.Subject)
	}
	from, err := one.AddressList("From")
	if err != nil || from[0].Name != "Сторож" || one.Get("Auto-Submitted") != "auto-generated" {
		t.Errorf("from %v, %v", from, err)
	}
}

// group has alerts of several severities, one of them over, with real lengths.
func group() alert.Delivery {
	d := delivery("d1", alert.Firing)
	a := d.Message.Alerts[0]
	a.Annotations = alert.NewLabels(alert.Label{Name: "summary", Value: "7 отказов узла за 10 минут, зрители видят чёрный экран"},
		alert.Label{Name: "runbook", Value: "1. Проверьте питание стойки.\n2. Перезапустите проверку потоков."}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/edge"})
	a.Samples = []alert.Sample{{Source: "app1/stream", File: "smarty_stream_services_availability.log", Pos: 1048576,
		Text: "[2026-01-15 03:03:09,241: ERROR/MainProcess] {'stream_service': 'edge-07.example.com', 'event': 'STREAM_SERVICE_CHECKING_ERROR', 'error': 'HTTPConnectionPool(host=192.0.2.7, port=80): Max retries exceeded'}"}}
	b := a
	b.AlertID, b.Severity, b.Name, b.Rule, b.Samples, b.Annotations = "b", alert.Warning, "Payments are slow", "slow_payments", nil, nil
	b.Values, b.Condition, b.Window = []alert.Value{{Name: "p95", V: 12.4}}, "p95 > 10", 300
	c := b
	c.AlertID, c.State, c.Severity = "c", alert.Resolved, alert.Info
	d.Message.Alerts = []alert.Transition{a, b, c}
	d.Message.External = alert.NewLabels(alert.Label{Name: "instance", Value: "app-1"})
	return d
}

func TestSend_Golden(t *testing.T) {
	for name, d := range map[string]alert.Delivery{"firing": delivery("d1", alert.Firing), "resolved": delivery("d1", alert.Resolved), "group": group()} {
		m := &fakes.Mail{}
		port, ca := serve(t, m, email.StartTLS)
		if _, err := receiver(t, options(port, "", ca)).Send(t.Context(), d, ""); err != nil {
			t.Fatal(err)
		}
		l := open(t, m.Got("noc@example.com")[0])
		golden(t, name+".txt", l.Text)
		golden(t, name+".html", l.HTML)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
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

// A mail shows alike on every screen and asks nobody for anything.
func TestSend_NothingRemote(t *testing.T) {
	m := &fakes.Mail{}
	port, ca := serve(t, m, email.StartTLS)
	if _, err := receiver(t, options(port, "", ca)).Send(t.Context(), delivery("d1", alert.Firing), ""); err != nil {
		t.Fatal(err)
	}
	html := strings.ToLower(open(t, m.Got("noc@example.com")[0]).HTML)
	for _, part := range []string{"src=", "url(", "@import", "<link", "<script", "<img", "background="} {
		if strings.Contains(html, part) {
			t.Errorf("the page has %s", part)
		}
	}
	for _, part := range []string{"prefers-color-scheme: dark", `name="viewport"`} {
		if !strings.Contains(html, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
}

func TestSend_HostileTextIsOnlyText(t *testing.T) {
	m := &fakes.Mail{}
	port, ca := serve(t, m, email.StartTLS)
	r := receiver(t, options(port, "", ca))
	for i, p := range hostile.Payloads() {
		if _, err := r.Send(t.Context(), hostile.Delivery(p, "first"), ""); err != nil {
			t.Fatalf("%.40q: %v", p, err)
		}
		all := m.Got("noc@example.com")
		l := open(t, all[i])
		if len(all) != i+1 || l.Get("Bcc") != "" || len(l.Header["Subject"]) != 1 || len([]rune(l.Subject)) > 200 || strings.ContainsAny(l.Subject, "\r\n\x00\x1b\u202e\u2028") {
			t.Errorf("%.40q: header %v", p, l.Header)
		}
		for _, tag := range []string{"<script", "<img", "<svg", "<iframe", "<!--", "<![", "<a href=\"http://evil.example\">x"} {
			if strings.Contains(l.HTML, tag) {
				t.Errorf("%.40q: html has %s", p, tag)
			}
		}
		if strings.ContainsAny(l.HTML+l.Text, "\x00\x1b\u202e\u2066\u200b\x7f") || strings.Count(l.HTML, "<h1") != 1 || !strings.HasSuffix(l.HTML, "</body></html>\n") {
			t.Errorf("%.40q: html %.3000q", p, l.HTML)
		}
	}
}
