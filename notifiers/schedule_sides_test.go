package notifiers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
)

// The kinds of receivers in a story.
const (
	slackBot  = "slack"
	slackHook = "slack's webhook"
	duty      = "telegram"
	mailing   = "email"
	hooking   = "webhook"
)

var kinds = []string{slackBot, slackHook, duty, mailing, hooking}

// recipients of every mail.
var recipients = []string{"anna@example.com", "noc@example.com"}

// side is a receiver of a story with its other side, which fails as its mood says.
type side struct {
	w          *world
	name, kind string
	fallback   string // a receiver that is told nothing else; "": none
	net        network
	stop       func() // serving
	slack      *fakes.Slack
	telegram   *fakes.Telegram
	handler    http.Handler
	serving    sync.Mutex
	mood       fakes.Fault // "dice": any, by chance
	hiding     bool        // the answer to what is being taken gets lost
	blind      int         // looks through the channel that were refused

	deleted map[string]bool // messages, by colleagues
	wake    chan struct{}
	dice    *rand.Rand // of its own, so that a story is the same each time it is told
}

// taken is what a server has accepted, whether its sender knows or not.
type taken struct {
	receiver, to string // to: of a mail
	id           string // that it carries, with its part; "": it has none
	message      string // that stands in the chat; "": it is none that can be edited
	posted       bool   // and not edited
	answers      bool   // in a thread
	thread       string // the message that it answers
	text         string
	alerts       map[int]bool // by number in the story; whether it fires
	more         bool         // alerts that are not shown
	at           time.Time
	hidden       bool // the sender was not told
}

var (
	token   = regexp.MustCompile(`incident(\d+)(fires|ended)`)
	andMore = regexp.MustCompile(`and \d+ more`)
)

// take keeps what was accepted.
func (s *side) take(m taken) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	m.receiver, m.at, m.hidden, m.alerts = s.name, s.w.now(), s.hiding, map[int]bool{}
	for _, found := range token.FindAllStringSubmatch(m.text, -1) {
		m.alerts[atoi(found[1])] = found[2] == "fires"
	}
	m.more = andMore.MatchString(m.text)
	s.w.taken = append(s.w.taken, m)
}

func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// open begins to serve.
func (s *side) open() error {
	if s.kind == mailing {
		m := &fakes.Mail{Next: s.mailFault, TLS: s.w.tls, Pace: s.w.timeout / 200, Watch: func(to, raw string) {
			l, err := fakes.OpenLetter(raw)
			if err != nil {
				panic(err)
			}
			s.take(taken{to: to, id: l.Get("Message-ID"), text: l.Text})
		}}
		s.stop = m.Serve(s.net.listener)
		return nil
	}
	switch s.kind {
	case slackBot, slackHook:
		s.slack = &fakes.Slack{Watch: s.slackTook}
		s.handler = s.slack
	case duty:
		s.telegram = &fakes.Telegram{Watch: func(m fakes.TelegramMessage) {
			s.take(taken{message: strconv.Itoa(m.ID), posted: m.Edits == 0, answers: m.ReplyTo != 0, text: m.Text})
		}}
		s.handler = s.telegram
	default:
		s.handler = http.HandlerFunc(s.hookTook)
	}
	srv := &http.Server{Handler: s}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(s.net.listener) }()
	s.stop = func() { _ = srv.Close(); <-done }
	return nil
}

func (s *side) slackTook(m fakes.SlackMessage) {
	var meta struct {
		Payload map[string]string `json:"event_payload"`
	}
	var blocks []struct {
		ID string `json:"block_id"`
	}
	_, _ = json.Unmarshal(m.Metadata, &meta), json.Unmarshal(m.Blocks, &blocks)
	t := taken{message: m.TS, posted: m.Edits == 0, answers: m.Thread != "", thread: m.Thread, text: m.Text + string(m.Blocks)}
	switch {
	case m.TS == "":
		t.id, t.posted = blocks[0].ID, true
	case t.posted:
		t.id = meta.Payload["delivery_id"] + meta.Payload["part"]
	}
	s.take(t)
}

func (s *side) hookTook(rw http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(r.Body)
	if err != nil || !json.Valid(data) {
		http.Error(rw, "half a message", http.StatusBadRequest)
		return
	}
	s.take(taken{id: r.Header.Get("webhook-id"), posted: true, text: string(data)})
	fmt.Fprint(rw, "thank you")
}

// ServeHTTP fails by chance, or passes the request on.
func (s *side) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	fault := s.draw()
	seconds, pace := s.roll(120), time.Millisecond
	after := strconv.Itoa(seconds)
	if s.roll(2) == 0 {
		after = s.w.now().Add(time.Duration(seconds) * time.Second).UTC().Format(http.TimeFormat)
	}
	if fault == fakes.Drip && s.roll(3) == 0 {
		pace = s.w.timeout // its sender never sees the end
	}
	if looks := strings.Contains(r.URL.Path, "/conversations."); looks && slices.Contains([]fakes.Fault{fakes.BadRequest, fakes.Unauthorized, fakes.NotFound}, fault) {
		s.w.mu.Lock()
		s.blind++
		s.w.mu.Unlock()
	}
	if native := s.native(fault, seconds); native != "" && s.roll(2) == 0 {
		fmt.Fprint(rw, native)
		return
	}
	hides := fault == fakes.AcceptReset || fault == fakes.AcceptHang || fault == fakes.Drip && pace == s.w.timeout
	f := &fakes.Faulty{Handler: s.keeper(hides), Next: fakes.Sequence(fault), RetryAfter: after, Pace: pace}
	if fault == fakes.Garbage && s.kind == hooking { // a success, as far as a webhook is concerned
		f.Handler.ServeHTTP(discard{}, r)
	}
	f.ServeHTTP(rw, r)
}

// native is how the service itself says what fails; "" if it has no word for it.
func (s *side) native(fault fakes.Fault, seconds int) string {
	switch s.kind {
	case slackBot:
		word := map[fakes.Fault]string{fakes.BadRequest: "invalid_blocks", fakes.Unauthorized: "invalid_auth", fakes.NotFound: "restricted_action",
			fakes.TooMany: "ratelimited", fakes.Broken: "internal_error"}[fault]
		if word != "" {
			return `{"ok":false,"error":"` + word + `"}`
		}
	case duty:
		code, _ := strconv.Atoi(strings.Fields(string(fault) + " x")[0])
		if code == http.StatusTooManyRequests {
			return fmt.Sprintf(`{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":%d}}`, seconds)
		}
		if code >= 400 {
			return fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q}`, code, http.StatusText(code))
		}
	}
	return ""
}

// keeper passes on to the other side, one request at a time.
func (s *side) keeper(hides bool) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		s.serving.Lock()
		defer s.serving.Unlock()
		s.hide(hides)
		s.handler.ServeHTTP(rw, r)
	}
}

func (s *side) hide(hides bool) {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.hiding = hides
}

type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

func (s *side) roll(n int) int {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	return s.dice.IntN(n)
}

// draw is the next fault of a server of HTTP.
func (s *side) draw() fakes.Fault {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	fault := s.mood
	if fault == byDice {
		fault = fakes.None
		if s.dice.IntN(2) == 0 {
			fault = fakes.All()[s.dice.IntN(len(fakes.All()))]
		}
	}
	s.w.faults[s.kind+": "+string(fault)]++
	return fault
}

// mailFault is that of a step of a talk by SMTP.
func (s *side) mailFault(step fakes.Step, _ string) fakes.Fault {
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	all := fakes.MailFaults(step)
	fault := s.mood
	switch {
	case fault == byDice && s.dice.IntN(4) == 0:
		fault = all[s.dice.IntN(len(all))]
	case !slices.Contains(all, fault):
		fault = fakes.None
	}
	s.w.faults[s.kind+": "+string(fault)]++
	switch step {
	case fakes.Connect:
		s.hiding = fault == fakes.Drip
	case fakes.Data:
		s.hiding = s.hiding || fault == fakes.AcceptReset || fault == fakes.AcceptHang
	}
	return fault
}

// moods are what a side may be in.
func (s *side) moods() []fakes.Fault {
	all := fakes.All()
	if s.kind == mailing {
		all = slices.Concat(fakes.MailFaults(fakes.Connect), fakes.MailFaults(fakes.Rcpt), fakes.MailFaults(fakes.Data))
	}
	n := len(all)
	for range n / 2 {
		all = append(all, byDice, fakes.None)
	}
	return all
}

// receiver makes the receiver anew, as a restart does.
func (s *side) receiver() (notifiers.Receiver, error) {
	w := s.w
	url := "http://" + s.net.address
	local := notifiers.HTTPOptions{AllowLoopback: true, Dial: s.net.dial}
	switch s.kind {
	case slackBot:
		return slack.New(slack.Options{Token: "xoxb-x", Channel: "C123", APIURL: url, HTTP: local, Now: w.now, BroadcastResolved: s.roll(2) == 0})
	case slackHook:
		return slack.New(slack.Options{WebhookURL: notifiers.Secret(url + "/services/x"), HTTP: local, Now: w.now})
	case duty:
		return telegram.New(telegram.Options{Token: "1:x", Chat: "-100123", APIURL: url, HTTP: local, Now: w.now, ReplyResolved: s.roll(2) == 0})
	case mailing:
		host, port, err := net.SplitHostPort(s.net.address)
		n, _ := strconv.Atoi(port)
		o := email.Options{From: "a@example.com", To: recipients, Host: host, Port: n, TLS: email.NoTLS, Hello: "localhost", Dial: s.net.dial, Now: w.now, Timeout: w.timeout}
		if w.tls != nil {
			o.TLS, o.CA = email.StartTLS, w.ca
		}
		to, newErr := email.New(o)
		return to, errors.Join(err, newErr)
	}
	return webhook.New(webhook.Options{URL: notifiers.Secret(url + "/hook"), HTTP: local, Now: w.now})
}

// tidy is what colleagues do: some message is deleted.
func (s *side) tidy() {
	s.serving.Lock()
	defer s.serving.Unlock()
	if s.slack != nil {
		if ms := s.slack.Messages(); len(ms) > 0 {
			m := ms[s.w.roll(len(ms))]
			s.slack.Delete(m.TS)
			s.deleted[m.TS] = true
		}
	}
	if s.telegram != nil {
		if ms := s.telegram.Messages(); len(ms) > 0 {
			m := ms[s.w.roll(len(ms))]
			s.telegram.Delete(m.ID)
			s.deleted[strconv.Itoa(m.ID)] = true
		}
	}
}

// standing is what can be read in the chat at the end: messages by what they are
// named in taken.
func (s *side) standing() map[string]string {
	out := map[string]string{}
	if s.slack != nil {
		for _, m := range s.slack.Messages() {
			if m.Thread == "" {
				out[m.TS] = m.Text + string(m.Blocks)
			}
		}
	}
	if s.telegram != nil {
		for _, m := range s.telegram.Messages() {
			if m.ReplyTo == 0 {
				out[strconv.Itoa(m.ID)] = m.Text
			}
		}
	}
	return out
}

// network is where one side is.
type network struct {
	listener net.Listener
	dial     func(ctx context.Context, network, address string) (net.Conn, error) // nil: the machine's
	address  string
}

func inMemory() (network, error) {
	pipes := fakes.NewPipes()
	return network{pipes, pipes.Dial, "192.0.2.1:80"}, nil
}

func onSockets() (network, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return network{}, err
	}
	return network{l, nil, l.Addr().String()}, nil
}
