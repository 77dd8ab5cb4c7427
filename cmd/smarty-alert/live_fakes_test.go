package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
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

// slack is the part of Slack's API that the program uses.
func (in *inbox) slack(t *testing.T) string {
	posted := 0
	mux := http.NewServeMux()
	answer := func(name string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if in.refuse("slack") {
				w.Header().Set("Retry-After", "1")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			if err := r.ParseForm(); err != nil {
				t.Errorf("slack: %v", err)
			}
			ts := r.Form.Get("ts")
			if ts == "" {
				posted++
				ts = fmt.Sprintf("1700000000.%06d", posted)
			}
			if r.Form.Get("thread_ts") == "" {
				in.add(message{name, r.Form.Get("metadata") + ts, r.Form.Get("text") + r.Form.Get("blocks") + r.Form.Get("attachments")})
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"ok":true,"channel":"C1","ts":%q}`, ts)
		}
	}
	mux.HandleFunc("/chat.postMessage", answer("slack"))
	mux.HandleFunc("/chat.update", answer("slack edit"))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"ok":true,"messages":[],"channels":[]}`)
	})
	srv := httptest.NewServer(mux)
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
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{in: in}, nil }))
	srv.Domain = "mail.example.com"
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(l) // ends with Close below
	}()
	t.Cleanup(func() {
		_ = srv.Close()
		<-served
	})
	return l.Addr().String()
}

type mailSession struct{ in *inbox }

func (s *mailSession) Mail(string, *smtp.MailOptions) error {
	if s.in.refuse("mail") {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "later, please"}
	}
	return nil
}
func (s *mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s *mailSession) Reset()                               {}
func (s *mailSession) Logout() error                        { return nil }
func (s *mailSession) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	id := ""
	for _, line := range strings.Split(string(body), "\r\n") {
		if v, ok := strings.CutPrefix(line, "Message-ID: "); ok {
			id = v
		}
	}
	s.in.add(message{"mail", id, string(body)})
	return nil
}
