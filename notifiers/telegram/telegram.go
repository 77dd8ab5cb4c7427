// Package telegram sends alerts to a Telegram chat by the Bot API: one message per
// incident of an alert group that is edited as the group changes.
//
// Start at New. The reference of a message is "chat:message". An edit alerts
// nobody, so repeats, new alerts and raised severities are also said in a reply.
// Telegram knows no id of ours: after a try without a clear end a message may come
// twice.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/inplace"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// DefaultAPI is Telegram's own.
const DefaultAPI = "https://api.telegram.org"

// Options configure a Receiver.
type Options struct {
	Token  notifiers.Secret
	Chat   string // a number, or @name of a public channel
	Thread int    // of a forum group; 0: none
	APIURL string // "": DefaultAPI
	// ReplyResolved says also in a reply, which people hear, that an incident is over.
	ReplyResolved bool
	HTTP          notifiers.HTTPOptions
	Voice         notifiers.Voice
	Text          *wording.Template // for Channel; nil: what is built in
	Now           func() time.Time  // nil: the wall clock
}

// Receiver sends to one chat. It is safe for concurrent use.
type Receiver struct {
	o      Options
	client *http.Client

	mu    sync.Mutex
	moved string // the supergroup that the chat has become; "" if it has not
}

var (
	chats  = regexp.MustCompile(`^(-?[0-9]{1,18}|@[A-Za-z][A-Za-z0-9_]{3,})$`)
	tokens = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
)

// New checks the options.
func New(o Options) (*Receiver, error) {
	if !tokens.MatchString(o.Token.Reveal()) {
		return nil, errors.New("telegram: the token is not like 123456:ABC…, as @BotFather gives it")
	}
	if !chats.MatchString(o.Chat) {
		return nil, errors.New("telegram: the chat is neither a number nor a @name")
	}
	if o.APIURL == "" {
		o.APIURL = DefaultAPI
	}
	if u, err := url.Parse(o.APIURL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("telegram: the api_url is not an http or https address")
	}
	o.APIURL = strings.TrimSuffix(o.APIURL, "/")
	client, err := notifiers.NewHTTPClient(o.HTTP)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Receiver{o: o, client: client}, nil
}

// Send posts a message, or edits the one that ref names, and replies to it where
// people must hear. A receipt beside an error tells which message is up already.
func (r *Receiver) Send(ctx context.Context, d alert.Delivery, ref string) (notifiers.Receipt, error) {
	ref, err := r.inPlace().Show(ctx, d, ref)
	if err == nil {
		err = r.announce(ctx, d, inplace.Message(ref))
	}
	if err != nil {
		return notifiers.Receipt{Ref: ref}, notifiers.Classify(err)
	}
	return notifiers.Receipt{Ref: ref}, nil
}

func (r *Receiver) inPlace() inplace.Chat {
	return inplace.Chat{
		Post:     func(ctx context.Context, d alert.Delivery) (string, error) { return r.post(ctx, r.text(d), 0) },
		Edit:     func(ctx context.Context, d alert.Delivery, ref string) error { return r.edit(ctx, r.text(d), ref) },
		Gone:     isGone,
		Classify: notifiers.Classify,
	}
}

// announce says in a reply what an edit alone would hide.
func (r *Receiver) announce(ctx context.Context, d alert.Delivery, ref string) error {
	tx := r.o.Voice.Text(d)
	switch notifiers.Reason(d.Reason) {
	case notifiers.NewAlerts, notifiers.Flapping, notifiers.Repeat:
	case notifiers.Update:
		if !tx.Firing || tx.Severity != alert.Critical {
			return nil
		}
	case notifiers.Resolved:
		if tx.Firing || !r.o.ReplyResolved {
			return nil
		}
	default:
		return nil
	}
	_, message := place(ref)
	_, err := r.post(ctx, renderTitle(tx), message)
	return err
}

// message is what both methods take.
type message struct {
	Chat    any    `json:"chat_id"`
	Thread  int    `json:"message_thread_id,omitempty"`
	Message int    `json:"message_id,omitempty"`
	Text    string `json:"text"`
	Mode    string `json:"parse_mode"`
	Preview struct {
		Disabled bool `json:"is_disabled"`
	} `json:"link_preview_options"`
	Reply *reply `json:"reply_parameters,omitempty"`
}

type reply struct {
	Message int  `json:"message_id"`
	Anyway  bool `json:"allow_sending_without_reply"`
}

func newMessage(chat, text string) message {
	m := message{Chat: chat, Text: text, Mode: "HTML"}
	if n, err := strconv.ParseInt(chat, 10, 64); err == nil {
		m.Chat = n
	}
	m.Preview.Disabled = true
	return m
}

// post follows the chat once if it has become another.
func (r *Receiver) post(ctx context.Context, text string, replyTo int) (ref string, err error) {
	for range 2 {
		chat := r.chat()
		m := newMessage(chat, text)
		m.Thread = r.o.Thread
		if replyTo != 0 {
			m.Reply = &reply{replyTo, true}
		}
		id, err := r.call(ctx, "sendMessage", m)
		var moved *movedError
		if errors.As(err, &moved) {
			r.setChat(moved.to)
			replyTo = 0 // the numbers of messages are the chat's own
			continue
		}
		if err != nil {
			return "", err
		}
		return chat + ":" + strconv.Itoa(id), nil
	}
	return "", notifiers.Rejected(errors.New("telegram says that the chat has moved, and moved again"))
}

func (r *Receiver) edit(ctx context.Context, text, ref string) error {
	chat, id := place(ref)
	m := newMessage(chat, text)
	m.Message = id
	_, err := r.call(ctx, "editMessageText", m)
	var refused *refusedError
	if errors.As(err, &refused) && strings.Contains(refused.description, "message is not modified") {
		return nil
	}
	return err
}

func place(ref string) (chat string, message int) {
	chat, text, _ := strings.Cut(ref, ":")
	message, _ = strconv.Atoi(text)
	return chat, message
}

func (r *Receiver) chat() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.moved != "" {
		return r.moved
	}
	return r.o.Chat
}

func (r *Receiver) setChat(id int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.moved = fmt.Sprint(id)
}
