package email_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
)

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
		if fails != (err != nil) || fails && (!errors.As(err, &se) || se.Permanent != permanent || se.Answered == permanent) {
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
