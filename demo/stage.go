package demo

import (
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
)

// Message is what a receiver got.
type Message struct {
	At   time.Time
	To   string // "Slack #noc"
	What string // "new" or "changed"
	Text string // its first line
}

// Stage stands in for the receivers' servers, on this machine. Close it.
type Stage struct {
	now  func() time.Time
	told func(Message)

	slack    *fakes.Slack
	telegram *fakes.Telegram
	mail     *fakes.Mail

	apis     net.Listener // of Slack and Telegram
	server   *http.Server
	served   chan error
	mailPort int
	stopMail func()

	mu      sync.Mutex
	letters []letter
	posted  map[string]time.Time // Slack's messages by their ts
	sent    map[int]time.Time    // Telegram's by their id
}

type letter struct {
	at time.Time
	fakes.Letter
}

// NewStage opens the receivers; told is shown every message as it comes, one at a time.
func NewStage(now func() time.Time, told func(Message)) (*Stage, error) {
	s := &Stage{now: now, told: told, slack: &fakes.Slack{}, telegram: &fakes.Telegram{}, mail: &fakes.Mail{},
		posted: map[string]time.Time{}, sent: map[int]time.Time{}, served: make(chan error, 1)}
	s.slack.Watch, s.telegram.Watch, s.mail.Watch = s.onSlack, s.onTelegram, s.onMail
	var err error
	if s.apis, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("open the demo's receivers: %w", err)
	}
	if s.mailPort, s.stopMail, err = s.mail.Listen(); err != nil {
		return nil, errors.Join(fmt.Errorf("open the demo's receivers: %w", err), s.apis.Close())
	}
	mux := http.NewServeMux()
	mux.Handle("/slack/", http.StripPrefix("/slack", s.slack))
	mux.Handle("/telegram/", http.StripPrefix("/telegram", s.telegram))
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { s.served <- s.server.Serve(s.apis) }()
	return s, nil
}

// Close ends the receivers.
func (s *Stage) Close() error {
	err := s.server.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	s.stopMail()
	return err
}

func (s *Stage) onSlack(m fakes.SlackMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what := "new"
	switch {
	case m.Edits > 0:
		what = "changed"
	case m.Thread != "":
		what = "reply"
	}
	if _, ok := s.posted[m.TS]; !ok {
		s.posted[m.TS] = s.now()
	}
	if what != "reply" { // it says what the message says that it stands below
		s.tell("Slack #noc", what, html.UnescapeString(m.Text))
	}
}

func (s *Stage) onTelegram(m fakes.TelegramMessage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	what := "new"
	if m.Edits > 0 {
		what = "changed"
	}
	if _, ok := s.sent[m.ID]; !ok {
		s.sent[m.ID] = s.now()
	}
	s.tell("Telegram duty", what, plainOf(m.Text))
}

func (s *Stage) onMail(_, raw string) {
	l, err := fakes.OpenLetter(raw)
	if err != nil {
		l = fakes.Letter{Subject: "(unreadable)", Text: err.Error()}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.letters = append(s.letters, letter{s.now(), l})
	s.tell("mail to noc@example.com", "new", l.Subject)
}

func (s *Stage) tell(to, what, text string) {
	first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	s.told(Message{At: s.now(), To: to, What: what, Text: first})
}

// Configure writes the service's configuration into dir: logs are followed below
// dir/logs, rules come from dir/rules, and messages go to the stage. It returns the file's
// name.
func (s *Stage) Configure(dir, listen, language string, zone *time.Location) (path string, err error) {
	text := fmt.Sprintf(`version: 1
timezone: %q
language: %q
logs: [{path: logs/*.log, start: beginning}]
rules: [rules]
state: {dir: state}
web: {listen: %q}
receivers:
  slack: {slack: {token_file: token, channel: C123, api_url: "http://%[4]s/slack/", allow_loopback: true}}
  duty: {telegram: {token_file: bot-token, chat_id: -1001, api_url: "http://%[4]s/telegram", allow_loopback: true}}
  mail: {email: {to: [noc@example.com], from: smarty-alert@example.com, smarthost: "127.0.0.1:%d", tls: none}}
route:
  receiver: slack
  group_by: [rule]
  routes:
  - {receiver: slack, continue: true}
  - {matchers: ['severity="critical"'], receiver: duty, group_wait: 0s, continue: true}
  - {matchers: ['severity="critical"'], receiver: mail}
`, zone.String(), language, listen, s.apis.Addr().String(), s.mailPort)
	path = filepath.Join(dir, "config.yaml")
	return path, errors.Join(
		os.WriteFile(filepath.Join(dir, "token"), []byte("xoxb-of-the-demo\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "bot-token"), []byte("123456:of-the-demo-of-the-demo-of-the-demo-0\n"), 0o600),
		os.WriteFile(path, []byte(text), 0o600))
}
