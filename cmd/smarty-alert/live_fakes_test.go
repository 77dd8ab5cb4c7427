package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
)

// inbox keeps what the fake receivers got, in order.
type inbox struct {
	mu   sync.Mutex
	got  []message
	fail map[string]int // answers to refuse, by receiver: how many more
}

// message is one accepted delivery.
type message struct {
	receiver string // slack, slack edit, mail, hook
	id       string // what must be the same for a second copy
	text     string
}

func (in *inbox) add(m message) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.got = append(in.got, m)
}

func (in *inbox) all() []message {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([]message(nil), in.got...)
}

// of returns the messages of a receiver whose text contains a word.
func (in *inbox) of(receiver, word string) (found []message) {
	for _, m := range in.all() {
		if m.receiver == receiver && strings.Contains(m.text, word) {
			found = append(found, m)
		}
	}
	return found
}

// refuse reports whether the next answer of a receiver shall be a refusal.
func (in *inbox) refuse(receiver string) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.fail[receiver] == 0 {
		return false
	}
	in.fail[receiver]--
	return true
}

// slack is Slack; what stands in threads is not kept.
func (in *inbox) slack(t *testing.T) string {
	f := &fakes.Slack{Watch: func(m fakes.SlackMessage) {
		name := "slack"
		if m.Edits > 0 {
			name = "slack edit"
		}
		if m.Thread == "" {
			in.add(message{name, string(m.Metadata) + m.TS, m.Text + string(m.Blocks)})
		}
	}}
	srv := httptest.NewServer(&fakes.Faulty{Handler: f, RetryAfter: "1", Next: func(*http.Request) fakes.Fault {
		if in.refuse("slack") {
			return fakes.TooManyAfter
		}
		return fakes.None
	}})
	t.Cleanup(srv.Close)
	return srv.URL + "/"
}

// hook is a webhook's other side.
func (in *inbox) hook(t *testing.T) string {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("hook: %v", err)
		}
		if in.refuse("hook") {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		var v struct {
			Version string `json:"version"`
			Status  string `json:"status"`
		}
		if err := json.Unmarshal(body, &v); err != nil || v.Version != "4" {
			t.Errorf("hook: body %s: %v", body, err)
		}
		if r.Header.Get("webhook-signature") == "" {
			t.Errorf("hook: unsigned: %v", r.Header)
		}
		in.add(message{"hook", r.Header.Get("webhook-id"), v.Status + " " + string(body)})
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// mail is a real SMTP server.
func (in *inbox) mail(t *testing.T) string {
	m := &fakes.Mail{Next: func(step fakes.Step, _ string) fakes.Fault {
		if step == fakes.Rcpt && in.refuse("mail") {
			return fakes.RcptLater
		}
		return fakes.None
	}, Watch: func(_, raw string) {
		l, err := fakes.OpenLetter(raw)
		if err != nil {
			t.Errorf("mail: %v", err)
		}
		in.add(message{"mail", l.Get("Message-ID"), raw})
	}}
	port, stop, err := m.Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return fmt.Sprint("127.0.0.1:", port)
}
