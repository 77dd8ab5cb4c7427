// Package slack shows alerts in a Slack channel: with a bot token as one message
// per incident of an alert group that is edited as the group changes, with an
// incoming-webhook URL (also Mattermost's and Rocket.Chat's) as a message each
// time.
//
// Start at New. The reference of a message is "channel:timestamp". An edit alerts
// nobody, so repeats, new alerts and raised severities are also said in the
// message's thread, where the samples stand too. Each message carries its
// delivery's id as metadata; after a try without a clear end the channel is looked
// through for it before anything is posted again.
package slack

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/inplace"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// Options configure a Receiver. Either Token and Channel or WebhookURL are set.
type Options struct {
	Token      notifiers.Secret
	Channel    string
	WebhookURL notifiers.Secret
	APIURL     string // "": Slack's own
	// BroadcastResolved says in the channel, not only in the message itself, that
	// an incident is over.
	BroadcastResolved bool
	HTTP              notifiers.HTTPOptions
	Voice             notifiers.Voice
	Title, Text       *wording.Template // for TitleChannel and TextChannel; nil: what is built in
	Now               func() time.Time  // nil: the wall clock
}

// Receiver sends to one channel. It is safe for concurrent use.
type Receiver struct {
	o      Options
	client *http.Client
	api    *slack.Client // nil: incoming webhook
	chat   inplace.Chat

	channel atomic.Pointer[string] // the channel's id, once Slack has told it
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
	client.Transport = checked{next: client.Transport, now: o.Now, secrets: secrets(o), hook: o.WebhookURL != ""}
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
	r.chat = inplace.Chat{Post: r.post, Edit: r.edit, Gone: gone, Classify: classify, Find: r.findPosted}
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
	hook    bool
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
	if c.hook {
		if err := c.checkAnswer(resp); err != nil {
			resp.Body.Close()
			return nil, err
		}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// checkAnswer knows the answers of incoming webhooks for what they are: "ok",
// nothing, or JSON. A page is of something on the way, which may have kept the
// message. A 200 whose text breaks off is one.
func (c checked) checkAnswer(resp *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 512))
	if !bytes.ContainsAny(text, "<\x00") {
		return nil
	}
	return &notifiers.SendError{Err: errors.New("the answer is no chat's: " + notifiers.Excerpt(text, c.secrets...)), Class: "network", Unclear: true}
}

// Send posts a message, or edits the one that ref names, and says in its thread
// what belongs there. A receipt beside an error tells which message is up already.
func (r *Receiver) Send(ctx context.Context, d alert.Delivery, ref string) (notifiers.Receipt, error) {
	if r.api == nil {
		return notifiers.Receipt{}, r.sendWebhook(ctx, d)
	}
	ref, err := r.chat.Show(ctx, d, ref)
	if err == nil {
		err = r.announce(ctx, d, inplace.Message(ref))
	}
	if err != nil {
		return notifiers.Receipt{Ref: ref}, classify(err)
	}
	return notifiers.Receipt{Ref: ref}, nil
}

func (r *Receiver) post(ctx context.Context, d alert.Delivery) (ref string, err error) {
	m := r.render(d, inThread)
	channel, ts, err := r.api.PostMessageContext(ctx, r.o.Channel, append(m.options(), mark(d.ID, ""))...)
	if err != nil {
		return "", err
	}
	r.channel.Store(&channel)
	return channel + ":" + ts, nil
}

// edit keeps the metadata as it was: they name the delivery that posted.
func (r *Receiver) edit(ctx context.Context, d alert.Delivery, ref string) error {
	channel, ts, _ := strings.Cut(ref, ":")
	_, _, _, err := r.api.UpdateMessageContext(ctx, channel, ts, r.render(d, inThread).options()...)
	return err
}

func (r *Receiver) sendWebhook(ctx context.Context, d alert.Delivery) error {
	m := r.render(d, inMessage)
	m.name(d.ID)
	no := false
	err := slack.PostWebhookCustomHTTPContext(ctx, r.o.WebhookURL.Reveal(), r.client, &slack.WebhookMessage{
		Text: m.text, Blocks: &slack.Blocks{BlockSet: m.blocks}, UnfurlLinks: &no, UnfurlMedia: &no, Channel: r.o.Channel,
	})
	if err != nil {
		return classify(err)
	}
	return nil
}
