// Package slack shows alerts in a Slack channel: with a bot token as one message
// per incident of an alert group that is edited as the group changes, with an
// incoming-webhook URL (also Mattermost's and Rocket.Chat's) as a message each
// time.
//
// Start at New. The reference of a message is "channel:timestamp". An edit alerts
// nobody, so repeats, new alerts and raised severities are also said in the
// message's thread.
package slack

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Options configure a Receiver. Either Token and Channel or WebhookURL are set.
type Options struct {
	Token      notifiers.Secret
	Channel    string
	WebhookURL notifiers.Secret
	APIURL     string // "": Slack's own
	HTTP       notifiers.HTTPOptions
	Zone       *time.Location   // of the times shown; nil: UTC
	Now        func() time.Time // nil: the wall clock
}

// Receiver sends to one channel. It is safe for concurrent use.
type Receiver struct {
	o      Options
	client *http.Client
	api    *slack.Client // nil: incoming webhook
}

// New checks the options.
func New(o Options) (*Receiver, error) {
	client, err := notifiers.NewHTTPClient(o.HTTP)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	client.Transport = checked{next: client.Transport, now: o.Now, secrets: secrets(o)}
	r := &Receiver{o: o, client: client}
	if o.WebhookURL != "" {
		if o.Token != "" {
			return nil, errors.New("slack: a token and a webhook url: one of them is enough")
		}
		return r, checkURL(o.WebhookURL.Reveal(), "webhook url")
	}
	if o.Token == "" || o.Channel == "" {
		return nil, errors.New("slack: a token with a channel, or a webhook url is needed")
	}
	opts := []slack.Option{slack.OptionHTTPClient(client)}
	if o.APIURL != "" {
		if err := checkURL(o.APIURL, "api_url"); err != nil {
			return nil, err
		}
		opts = append(opts, slack.OptionAPIURL(strings.TrimSuffix(o.APIURL, "/")+"/"))
	}
	r.api = slack.New(o.Token.Reveal(), opts...)
	return r, nil
}

func checkURL(s, what string) error {
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("slack: the " + what + " is not an http or https address")
	}
	return nil
}

func secrets(o Options) []notifiers.Secret {
	ss := []notifiers.Secret{o.Token, o.WebhookURL}
	if u, err := url.Parse(o.WebhookURL.Reveal()); err == nil && len(u.Path) > 1 {
		ss = append(ss, notifiers.Secret(u.Path))
	}
	return ss
}

// checked turns every answer but 200 into a classified error before the library
// sees it, for that loses the body and stumbles over a Retry-After that is a date.
type checked struct {
	next    http.RoundTripper
	now     func() time.Time
	secrets []notifiers.Secret
}

const maxAnswer = 1 << 20 // bytes; Slack's answers to chat.* have a few KiB

func (c checked) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if err := notifiers.CheckResponse(resp, c.now(), c.secrets...); err != nil {
		resp.Body.Close()
		return nil, err
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// Send posts a message, or edits the one that ref names.
func (r *Receiver) Send(ctx context.Context, d alert.Delivery, ref string) (notifiers.Receipt, error) {
	if r.api == nil {
		return notifiers.Receipt{}, r.sendWebhook(ctx, d)
	}
	channel, ts, ok := strings.Cut(ref, ":")
	if !ok {
		return r.post(ctx, d)
	}
	if d.Reason == string(notifiers.First) {
		r.closeOld(ctx, d, channel, ts)
		return r.post(ctx, d)
	}
	err := r.edit(ctx, d, channel, ts)
	if gone(err) {
		return r.post(ctx, d)
	}
	if err == nil {
		err = r.announce(ctx, d, channel, ts)
	}
	if err != nil {
		return notifiers.Receipt{}, classify(err)
	}
	return notifiers.Receipt{Ref: ref}, nil
}

func (r *Receiver) post(ctx context.Context, d alert.Delivery) (notifiers.Receipt, error) {
	m := render(d, r.o.Zone)
	channel, ts, err := r.api.PostMessageContext(ctx, r.o.Channel, append(m.options(), slack.MsgOptionMetadata(slack.SlackMetadata{
		EventType: "smarty_alert_delivery", EventPayload: map[string]any{"delivery_id": d.ID},
	}))...)
	if err != nil {
		return notifiers.Receipt{}, classify(err)
	}
	return notifiers.Receipt{Ref: channel + ":" + ts}, nil
}

func (r *Receiver) edit(ctx context.Context, d alert.Delivery, channel, ts string) error {
	_, _, _, err := r.api.UpdateMessageContext(ctx, channel, ts, render(d, r.o.Zone).options()...)
	return err
}

// closeOld shows in the message of an earlier incident that it is over, if the
// delivery that said so never left on its own. Failing at it loses nothing: the
// new message says it too.
func (r *Receiver) closeOld(ctx context.Context, d alert.Delivery, channel, ts string) {
	var over []alert.Transition
	for _, t := range d.Message.Alerts {
		if t.State == alert.Resolved {
			over = append(over, t)
		}
	}
	if len(over) > 0 {
		d.Message.Alerts, d.Message.Status = over, "resolved"
		_ = r.edit(ctx, d, channel, ts)
	}
}

// announce says in the thread what an edit alone would hide, and in the channel
// what is worse than before.
func (r *Receiver) announce(ctx context.Context, d alert.Delivery, channel, ts string) error {
	tx := notifiers.NewText(d, r.o.Zone)
	worse := d.Reason == string(notifiers.NewAlerts) || d.Reason == string(notifiers.Update) && tx.Firing && tx.Severity == alert.Critical
	if !worse && d.Reason != string(notifiers.Repeat) {
		return nil
	}
	options := []slack.MsgOption{
		slack.MsgOptionText(notifiers.Fit(inert(mark(tx)+tx.Title), maxText, escape), false),
		slack.MsgOptionTS(ts), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if worse {
		options = append(options, slack.MsgOptionBroadcast())
	}
	_, _, err := r.api.PostMessageContext(ctx, channel, options...)
	return err
}

func (r *Receiver) sendWebhook(ctx context.Context, d alert.Delivery) error {
	m := render(d, r.o.Zone)
	no := false
	err := slack.PostWebhookCustomHTTPContext(ctx, r.o.WebhookURL.Reveal(), r.client, &slack.WebhookMessage{
		Text: m.text, Blocks: &slack.Blocks{BlockSet: m.blocks}, UnfurlLinks: &no, UnfurlMedia: &no, Channel: r.o.Channel,
	})
	if err != nil {
		return classify(err)
	}
	return nil
}

// gone reports whether a message cannot be edited any more.
func gone(err error) bool {
	var se slack.SlackErrorResponse
	if !errors.As(err, &se) {
		return false
	}
	switch se.Err {
	case "message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found", "is_inactive", "is_archived":
		return true
	}
	return false
}

// classify knows Slack's error words (docs.slack.dev, chat.postMessage). Those
// that another try may heal are temporary.
func classify(err error) error {
	var se slack.SlackErrorResponse
	if !errors.As(err, &se) {
		return notifiers.Classify(err)
	}
	answer := errors.New("slack says " + notifiers.Cut(notifiers.Visible(se.Err), 100))
	switch se.Err {
	case "ratelimited", "rate_limited":
		return &notifiers.SendError{Err: answer, Class: "rate_limited", RetryAfter: 30 * time.Second}
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "accesslimited", "":
		return &notifiers.SendError{Err: answer, Class: "server"}
	}
	return notifiers.Rejected(answer)
}
