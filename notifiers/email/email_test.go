package email_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"flag"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write the golden files")

// mailbox is a mail server that keeps what it gets.
type mailbox struct {
	mu    sync.Mutex
	got   map[string][]string // recipient → mails
	rcpt  map[string]error    // answers to RCPT TO
	asked []string            // recipients named
	data  error               // answer to DATA
	hang  chan struct{}       // if set, DATA waits for it
	reset bool                // whether the connection ends once a mail is taken
	login string              // user and password needed, "" for none
}

type session struct {
	m      *mailbox
	conn   *smtp.Conn
	to     []string
	authed bool
}

func (m *mailbox) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{m: m, conn: c}, nil
}
func (s *session) Reset()        { s.to = nil }
func (s *session) Logout() error { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error {
	if s.m.login != "" && !s.authed {
		return &smtp.SMTPError{Code: 530, Message: "authenticate first"}
	}
	return nil
}
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	s.to = append(s.to, to)
	s.m.asked = append(s.m.asked, to)
	return s.m.rcpt[to]
}
func (s *session) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.m.hang != nil {
		<-s.m.hang
	}
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	if s.m.data != nil {
		return s.m.data
	}
	for _, to := range s.to {
		s.m.got[to] = append(s.m.got[to], string(body))
	}
	if s.m.reset {
		_ = s.conn.Conn().Close()
	}
	return nil
}
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user+":"+password != s.m.login {
			return &smtp.SMTPError{Code: 535, Message: "no such user"}
		}
		s.authed = true
		return nil
	}), nil
}

// serve starts a server with a certificate made for it, and returns its port.
func serve(t *testing.T, m *mailbox, mode string) (port int, ca []byte) {
	t.Helper()
	cert, ca := certificate(t)
	m.got = map[string][]string{}
	srv := smtp.NewServer(m)
	srv.Domain, srv.AllowInsecureAuth = "localhost", mode == email.NoTLS
	srv.ErrorLog = discard{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = l.Addr().(*net.TCPAddr).Port
	tc := &tls.Config{Certificates: []tls.Certificate{cert}}
	switch mode {
	case email.StartTLS:
		srv.TLSConfig = tc
	case email.ImplicitTLS:
		l = tls.NewListener(l, tc)
	}
	done := make(chan struct{})
	go func() { _ = srv.Serve(l); close(done) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return port, ca
}

type discard struct{}

func (discard) Printf(string, ...any) {}
func (discard) Println(...any)        {}

func certificate(t *testing.T) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

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

// letter is a mail as its reader's program sees it.
type letter struct {
	mail.Header
	subject, text, html string
}

func open(t *testing.T, raw string) letter {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in %.500q", err, raw)
	}
	l := letter{Header: m.Header}
	if l.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if err != nil {
			return l
		}
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		text := string(bytes.ReplaceAll(body, []byte("\r\n"), []byte("\n")))
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			l.html = text
		} else {
			l.text = text
		}
	}
}

func TestSend_WaysToEncryptAndAuthenticate(t *testing.T) {
	for _, mode := range []string{email.StartTLS, email.ImplicitTLS, email.NoTLS} {
		t.Run(mode, func(t *testing.T) {
			m := &mailbox{login: "user:s3cr3t"}
			port, ca := serve(t, m, mode)
			o := options(port, mode, ca)
			o.Username, o.Password = "user", "s3cr3t"
			if _, err := receiver(t, o).Send(t.Context(), delivery("d1", alert.Firing), ""); err != nil {
				t.Fatal(err)
			}
			if len(m.got["noc@example.com"]) != 1 {
				t.Errorf("%d mails", len(m.got))
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
	m := &mailbox{}
	port, ca := serve(t, m, email.NoTLS)
	if _, err := receiver(t, options(port, "", ca)).Send(t.Context(), delivery("d1", alert.Firing), ""); err == nil || len(m.got) != 0 {
		t.Errorf("sent without STARTTLS: %v", err)
	}
	port, _ = serve(t, m, email.StartTLS)
	_, other := certificate(t)
	if _, err := receiver(t, options(port, "", other)).Send(t.Context(), delivery("d1", alert.Firing), ""); err == nil || len(m.got) != 0 {
		t.Errorf("sent to somebody with another certificate: %v", err)
	}
}

func TestSend_Thread(t *testing.T) {
	m := &mailbox{}
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
	one, two := open(t, m.got["noc@example.com"][0]), open(t, m.got["noc@example.com"][1])
	if one.Get("Message-ID") != "<d1@example.com>" || one.Get("References") != "" || two.Get("Message-ID") != "<d2@example.com>" ||
		two.Get("In-Reply-To") != "<d1@example.com>" || two.Get("References") != "<d1@example.com>" {
		t.Errorf("first %v\nsecond %v", one.Header, two.Header)
	}
	if one.subject != "[FIRING] CRITICAL: Узел не отвечает (город=Омск)" || two.subject != "[RESOLVED] CRITICAL: Узел не отвечает (город=Омск)" {
		t.Errorf("subjects %q, %q", one.subject, two.subject)
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
		m := &mailbox{}
		port, ca := serve(t, m, email.StartTLS)
		if _, err := receiver(t, options(port, "", ca)).Send(t.Context(), d, ""); err != nil {
			t.Fatal(err)
		}
		l := open(t, m.got["noc@example.com"][0])
		golden(t, name+".txt", l.text)
		golden(t, name+".html", l.html)
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

func TestSend_EachRecipientOnTheirOwn(t *testing.T) {
	bad := &smtp.SMTPError{Code: 550, Message: "no such mailbox"}
	busy := &smtp.SMTPError{Code: 451, Message: "try later"}
	m := &mailbox{rcpt: map[string]error{"bad@example.com": bad, "busy@example.com": busy}}
	port, ca := serve(t, m, email.StartTLS)
	o := options(port, "", ca)
	o.To = []string{"bad@example.com", "noc@example.com", "busy@example.com"}
	d := delivery("d1", alert.Firing)
	// Each try is of a receiver of its own: after a restart it goes on so too.
	try := func(name string, fails, permanent bool, asked ...string) {
		t.Helper()
		m.asked = nil
		got, err := receiver(t, o).Send(t.Context(), d, "")
		var se *notifiers.SendError
		if fails != (err != nil) || fails && (!errors.As(err, &se) || se.Permanent != permanent) {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(asked, m.asked); diff != "" {
			t.Errorf("%s: asked (-want +got):\n%s", name, diff)
		}
		if got.Ref != "d1@example.com" {
			t.Errorf("%s: ref %q", name, got.Ref)
		}
		d.Attempts = append(d.Attempts, alert.Attempt{Parts: got.Parts})
	}
	try("one later, one refused", true, false, o.To...)
	if err := d.Attempts[0].Parts["bad@example.com"]; !strings.Contains(err, "550") {
		t.Errorf("bad: %q", err)
	}
	try("the later one alone", true, false, "busy@example.com")
	m.rcpt = map[string]error{"bad@example.com": bad}
	try("the later one has it, the refused one not", true, true, "busy@example.com")
	try("the refused one again", true, true, "bad@example.com")
	m.rcpt = nil
	try("it exists now", false, false, "bad@example.com")
	for _, to := range o.To {
		if len(m.got[to]) != 1 {
			t.Errorf("%s got %d mails", to, len(m.got[to]))
		}
	}
}

func TestSend_Faults(t *testing.T) {
	m := &mailbox{data: &smtp.SMTPError{Code: 452, Message: "disk full"}}
	port, ca := serve(t, m, email.StartTLS)
	r := receiver(t, options(port, "", ca))
	check := func(name string, permanent bool, class string) {
		t.Helper()
		limit := 10 * time.Second
		if m.hang != nil && class == "timeout" {
			limit = time.Second
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		_, err := r.Send(ctx, delivery("d1", alert.Firing), "")
		var se *notifiers.SendError
		if !errors.As(err, &se) || se.Permanent != permanent || se.Class != class {
			t.Errorf("%s: %#v", name, err)
		}
	}
	check("temporary", false, "server")
	m.data = &smtp.SMTPError{Code: 554, Message: "spam"}
	check("refused", true, "rejected")
	m.hang = make(chan struct{})
	check("hang", false, "timeout")
	close(m.hang)
	r = receiver(t, options(1, "", ca))
	check("nobody listens", false, "network")
}

// A mail whose acceptance was lost comes again under its own Message-ID, by which
// mail programs know it.
func TestSend_AcceptThenReset(t *testing.T) {
	m := &mailbox{reset: true}
	port, ca := serve(t, m, email.StartTLS)
	r := receiver(t, options(port, "", ca))
	_, err := r.Send(t.Context(), delivery("d1", alert.Firing), "")
	var se *notifiers.SendError
	if !errors.As(err, &se) || se.Permanent || !se.Unclear {
		t.Fatalf("%#v", err)
	}
	m.reset = false
	if _, err := r.Send(t.Context(), delivery("d1", alert.Firing), ""); err != nil {
		t.Fatal(err)
	}
	mails := m.got["noc@example.com"]
	if len(mails) != 2 || open(t, mails[0]).Get("Message-ID") != open(t, mails[1]).Get("Message-ID") {
		t.Errorf("%d mails", len(mails))
	}
}

// What is no mail server, or none in its right mind.
func TestSend_StrangeServers(t *testing.T) {
	for name, tc := range map[string]struct {
		says  func(net.Conn)
		class string
	}{
		"reset":   {func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0) }, "network"},
		"garbage": {func(c net.Conn) { _, _ = c.Write([]byte("\x00\xff<html>\r\n")) }, "network"},
		"silence": {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "timeout"},
		"421":     {func(c net.Conn) { _, _ = c.Write([]byte("421 too busy\r\n")) }, "server"},
		"554":     {func(c net.Conn) { _, _ = c.Write([]byte("554 go away\r\n")) }, "rejected"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					tc.says(c)
					_ = c.Close()
				}
			}()
			defer func() { l.Close(); <-done }()
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			defer cancel()
			_, err = receiver(t, options(l.Addr().(*net.TCPAddr).Port, "", nil)).Send(ctx, delivery("d1", alert.Firing), "")
			var se *notifiers.SendError
			if !errors.As(err, &se) || se.Class != tc.class || se.Permanent != (tc.class == "rejected") {
				t.Errorf("%#v", err)
			}
		})
	}
}

// A mail shows alike on every screen and asks nobody for anything.
func TestSend_NothingRemote(t *testing.T) {
	m := &mailbox{}
	port, ca := serve(t, m, email.StartTLS)
	if _, err := receiver(t, options(port, "", ca)).Send(t.Context(), delivery("d1", alert.Firing), ""); err != nil {
		t.Fatal(err)
	}
	html := strings.ToLower(open(t, m.got["noc@example.com"][0]).html)
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

func TestNew_Faults(t *testing.T) {
	for name, change := range map[string]func(*email.Options){
		"from": func(o *email.Options) { o.From = "x\r\nBcc: y@z" }, "to": func(o *email.Options) { o.To = []string{"y@z\r\nx"} }, "nobody": func(o *email.Options) { o.To = nil },
		"host": func(o *email.Options) { o.Host = "" }, "tls": func(o *email.Options) { o.TLS = "maybe" }, "ca": func(o *email.Options) { o.CA = []byte("x") },
	} {
		o := options(25, "", nil)
		change(&o)
		if _, err := email.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSend_HostileTextIsOnlyText(t *testing.T) {
	m := &mailbox{}
	port, ca := serve(t, m, email.StartTLS)
	r := receiver(t, options(port, "", ca))
	for _, p := range hostile.Payloads() {
		m.got = map[string][]string{}
		if _, err := r.Send(t.Context(), hostile.Delivery(p, "first"), ""); err != nil {
			t.Fatalf("%.40q: %v", p, err)
		}
		l := open(t, m.got["noc@example.com"][0])
		if len(m.got) != 1 || l.Get("Bcc") != "" || len(l.Header["Subject"]) != 1 || len([]rune(l.subject)) > 200 || strings.ContainsAny(l.subject, "\r\n\x00\x1b\u202e\u2028") {
			t.Errorf("%.40q: header %v", p, l.Header)
		}
		for _, tag := range []string{"<script", "<img", "<svg", "<iframe", "<!--", "<![", "<a href=\"http://evil.example\">x"} {
			if strings.Contains(l.html, tag) {
				t.Errorf("%.40q: html has %s", p, tag)
			}
		}
		if strings.ContainsAny(l.html+l.text, "\x00\x1b\u202e\u2066\u200b\x7f") || strings.Count(l.html, "<h1") != 1 || !strings.HasSuffix(l.html, "</body></html>\n") {
			t.Errorf("%.40q: html %.3000q", p, l.html)
		}
	}
}
