package wording_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// sender is a receiver with one text of its own; got is what its server has.
type sender struct {
	to  func(own *wording.Template) (notifiers.Receiver, error)
	got func() string
	c   wording.Channel
}

func senders(t *testing.T) map[string]sender {
	f := &fakes.Slack{}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	g := &fakes.Telegram{}
	b := httptest.NewServer(g)
	t.Cleanup(b.Close)
	local := notifiers.HTTPOptions{AllowLoopback: true}
	last := ""
	port, stop, err := (&fakes.Mail{Watch: func(_, raw string) { last = raw }}).Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return map[string]sender{
		"slack": {func(own *wording.Template) (notifiers.Receiver, error) {
			return slack.New(slack.Options{Token: "x", Channel: "#noc", APIURL: s.URL, HTTP: local, Text: own})
		}, func() string { m := f.Messages(); return m[0].Text + string(m[0].Blocks) }, slack.TextChannel},
		"telegram": {func(own *wording.Template) (notifiers.Receiver, error) {
			return telegram.New(telegram.Options{Token: "1:x", Chat: "1", APIURL: b.URL, HTTP: local, Text: own})
		}, func() string { return g.Messages()[0].Text }, telegram.Channel},
		"email": {func(own *wording.Template) (notifiers.Receiver, error) {
			return email.New(email.Options{From: "a@example.com", To: []string{"noc@example.com"}, Host: "127.0.0.1", Port: port, TLS: email.NoTLS, Hello: "localhost", Text: own})
		}, func() string { return strings.ReplaceAll(last, "=\r\n", "") }, email.Plain},
	}
}

// TestReceivers_OwnTexts: a receiver says its own text and, when that fails for what
// only this alert has, the built-in one with the error: the alert is never lost.
func TestReceivers_OwnTexts(t *testing.T) {
	for name, s := range senders(t) {
		own, err := set(t).Compile("text", `OWN {{range .Alerts}}{{.Annotations.summary}} {{if eq .Rule "odd"}}{{index .Samples 7}}{{end}}{{end}}`, s.c)
		if err == nil {
			err = own.Check()
		}
		if err != nil {
			t.Fatal(name, err)
		}
		r, err := s.to(own)
		if err != nil {
			t.Fatal(name, err)
		}
		d := delivery()
		send(t, r, d)
		if got := s.got(); !strings.Contains(got, "OWN 7 of") || strings.Contains(got, "Since") && name != "email" {
			t.Errorf("%s says %s", name, got)
		}
	}
	for name, s := range senders(t) {
		own, err := set(t).Compile("text", `OWN {{range .Alerts}}{{if eq .Rule "odd"}}{{index .Samples 7}}{{end}}{{end}}`, s.c)
		if err != nil {
			t.Fatal(name, err)
		}
		r, err := s.to(own)
		if err != nil {
			t.Fatal(name, err)
		}
		d := delivery()
		for i := range d.Message.Alerts {
			d.Message.Alerts[i].Rule = "odd"
		}
		send(t, r, d)
		for _, want := range []string{"Edge down", "count > 5", "Template", "index out of range"} {
			if got := strings.NewReplacer("&gt;", ">", `\u0026gt;`, ">").Replace(s.got()); !strings.Contains(got, want) || strings.Contains(got, "OWN ") {
				t.Errorf("%s, which lacks %q, says %s", name, want, got)
			}
		}
	}
}

func send(t *testing.T, r notifiers.Receiver, d alert.Delivery) {
	t.Helper()
	if _, err := r.Send(context.Background(), d, ""); err != nil {
		t.Fatal(err)
	}
}
