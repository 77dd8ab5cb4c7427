package email_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/smarty-alert/smarty-alert/notifiers/email"
)

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

func (s *session) Reset() { s.to = nil }

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

func (discard) Println(...any) {}

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
