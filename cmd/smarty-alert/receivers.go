package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/file"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// newReceiver builds what a configured receiver sends with.
func newReceiver(r config.Receiver, s *speech, now func() time.Time) (to notifiers.Receiver, err error) {
	voice := s.of(r)
	texts, faults := s.texts(r)
	for key, err := range faults {
		return nil, fmt.Errorf("receiver %s: %s: %w", r.Name, key, err)
	}
	switch {
	case r.Slack != nil:
		to, err = slack.New(slack.Options{Token: notifiers.Secret(r.Slack.Token), Channel: r.Slack.Channel, WebhookURL: notifiers.Secret(r.Slack.WebhookURL),
			APIURL: r.Slack.APIURL, BroadcastResolved: r.Slack.BroadcastResolved, HTTP: way(r.Slack.HTTP), Voice: voice,
			Title: texts["title"], Text: texts["text"], Now: now})
	case r.Email != nil:
		return newEmail(r, voice, texts, now)
	case r.Webhook != nil:
		to, err = webhook.New(webhook.Options{URL: notifiers.Secret(r.Webhook.URL), Secret: notifiers.Secret(r.Webhook.Secret),
			Template: hookTemplate(r.Webhook), HTTP: way(r.Webhook.HTTP), Voice: voice, Now: now})
	case r.Telegram != nil:
		to, err = telegram.New(telegram.Options{Token: notifiers.Secret(r.Telegram.Token), Chat: r.Telegram.Chat, Thread: r.Telegram.Thread,
			APIURL: r.Telegram.APIURL, ReplyResolved: r.Telegram.BroadcastResolved, HTTP: way(r.Telegram.HTTP), Voice: voice,
			Text: texts["text"], Now: now})
	case r.File != nil:
		to, err = file.New(file.Options{Path: r.File.Path, Sync: r.File.Sync, URL: voice.URL, Now: now})
	default:
		err = errors.New("of no known kind")
	}
	if err != nil {
		return nil, fmt.Errorf("receiver %s: %w", r.Name, err)
	}
	return to, nil
}

func way(h config.HTTP) notifiers.HTTPOptions {
	return notifiers.HTTPOptions{Proxy: h.Proxy.Reveal(), CA: h.CA, AllowLoopback: h.AllowLoopback}
}

// hookTemplate is nil where our own JSON is sent.
func hookTemplate(w *config.Webhook) *webhook.Template {
	if !w.Templated() {
		return nil
	}
	t := webhook.Preset(w.Preset).With(webhook.Template{Method: w.Method, Headers: w.Headers, Body: w.Body, Success: w.Success, Params: w.Params})
	return &t
}

func newEmail(r config.Receiver, voice notifiers.Voice, texts map[string]*wording.Template, now func() time.Time) (notifiers.Receiver, error) {
	host, portText, err := net.SplitHostPort(r.Email.Smarthost)
	if err != nil {
		return nil, fmt.Errorf("receiver %s: smarthost: %w", r.Name, err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("receiver %s: smarthost: %w", r.Name, err)
	}
	return email.New(email.Options{From: r.Email.From, To: r.Email.To, Host: host, Port: port, TLS: string(r.Email.TLS),
		Hello: r.Email.Hello, Username: r.Email.Username, Password: notifiers.Secret(r.Email.Password), CA: r.Email.CA,
		Voice: voice, Subject: texts["subject"], Text: texts["text"], HTML: texts["html"], Now: now, Timeout: r.Timeout})
}

// onTime is how long after it became final a second is seen at the latest when all
// is well.
const onTime = 3 * time.Second

// dispatchOptions turns the configured routes into the dispatcher's.
func dispatchOptions(c *config.Config) notifiers.Options {
	o := notifiers.Options{Root: withHealth(route(c.Route), c), Receivers: map[string]notifiers.ReceiverOptions{}, RuleCalendars: map[string]notifiers.Calendar{},
		Flapping: notifiers.FlapOptions(c.Flapping), Silences: c.Silences, External: external(c),
		OnTime: c.Lateness + onTime, CatchUp: c.CatchUp}
	for _, r := range c.Receivers {
		o.Receivers[r.Name] = notifiers.ReceiverOptions{SendResolved: r.SendResolved, RateLimit: notifiers.RateLimit(r.RateLimit), ShowsAcks: edits(r)}
	}
	for _, in := range c.Inhibit {
		o.Inhibit = append(o.Inhibit, notifiers.InhibitRule(in))
	}
	for name, cal := range c.Calendars {
		o.RuleCalendars[name] = cal
	}
	return o
}

// external are the labels of all alerts.
func external(c *config.Config) alert.Labels {
	if c.Instance == "" {
		return nil
	}
	return alert.NewLabels(alert.Label{Name: "instance", Value: c.Instance})
}

// edits reports whether a receiver brings its messages up to date where they stand.
func edits(r config.Receiver) bool {
	return r.Telegram != nil || r.Slack != nil && r.Slack.Token != ""
}

func route(r *config.Route) *notifiers.Route {
	out := &notifiers.Route{Name: r.Name, Receiver: r.Receiver, Matchers: r.Matchers, Continue: r.Continue, GroupBy: r.GroupBy,
		GroupWait: r.GroupWait, GroupInterval: r.GroupInterval, RepeatInterval: r.RepeatInterval}
	for _, cal := range r.Mute {
		out.Mute = append(out.Mute, cal)
	}
	for _, cal := range r.Active {
		out.Active = append(out.Active, cal)
	}
	if r.Digest != nil {
		out.Digest = r.Digest
	}
	for _, child := range r.Routes {
		out.Routes = append(out.Routes, route(child))
	}
	return out
}

// printer stands for every receiver of a dry run: it writes what would be sent.
type printer struct {
	mu    *sync.Mutex // all receivers write to one place
	w     io.Writer
	name  string
	voice notifiers.Voice
}

// Send never fails: there is nobody to refuse.
func (p *printer) Send(_ context.Context, d alert.Delivery, _ string) (notifiers.Receipt, error) {
	text := p.voice.Text(d)
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, "--- to %s (%s)\n%s\n", p.name, d.Reason, text.Plain())
	return notifiers.Receipt{}, nil
}
