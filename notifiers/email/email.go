// Package email sends alerts by SMTP: HTML with plain text beside it, one thread
// per alert group.
//
// Start at New. A mail's Message-ID is made of the delivery's id and stays the
// same over all tries; later mails of a group answer its first one, whose
// Message-ID is the reference. Every recipient gets a mail of their own, so that
// one bad address keeps nobody else from theirs.
package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// The ways to encrypt.
const (
	StartTLS    = "starttls" // the default: refused if the server cannot
	ImplicitTLS = "tls"
	NoTLS       = "none"
)

// Options configure a Receiver.
type Options struct {
	From     string
	To       []string
	Host     string
	Port     int    // 0: 587, implicit TLS 465, none 25
	TLS      string // "" is StartTLS
	CA       []byte // PEM certificates to trust instead of the system's
	Hello    string // "": the machine's name
	Username string // "": no authentication
	Password notifiers.Secret
	Voice    notifiers.Voice
	// For Plain, Plain and HTML; nil: what is built in.
	Subject, Text, HTML *wording.Template
	Now                 func() time.Time // nil: the wall clock
	Timeout             time.Duration    // of one step of the talk; 0: 10 s
	// Dial stands for the network, where there is none; nil: the real one.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Receiver sends to one list of recipients. It is safe for concurrent use.
type Receiver struct {
	o      Options
	domain string // of the Message-IDs
}

// New checks the options; it does not dial.
func New(o Options) (*Receiver, error) {
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("email: from %q is not an address", o.From)
	}
	if len(o.To) == 0 || o.Host == "" {
		return nil, errors.New("email: recipients and a server are needed")
	}
	for _, to := range o.To {
		if _, err := mail.ParseAddress(to); err != nil {
			return nil, fmt.Errorf("email: recipient %q is not an address", to)
		}
	}
	switch o.TLS {
	case "", StartTLS, ImplicitTLS, NoTLS:
	default:
		return nil, fmt.Errorf("email: tls is %q: %s, %s or %s", o.TLS, StartTLS, ImplicitTLS, NoTLS)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second
	}
	r := &Receiver{o: o}
	_, r.domain, _ = strings.Cut(from.Address, "@")
	_, err = r.client(&line{})
	return r, err
}

// client speaks over one line.
func (r *Receiver) client(l *line) (*gomail.Client, error) {
	tc := &tls.Config{ServerName: r.o.Host, MinVersion: tls.VersionTLS12}
	if len(r.o.CA) > 0 {
		tc.RootCAs = x509.NewCertPool()
		if !tc.RootCAs.AppendCertsFromPEM(r.o.CA) {
			return nil, errors.New("email: no certificate in the CA file")
		}
	}
	l.dial = r.o.Dial
	opts := []gomail.Option{gomail.WithTLSConfig(tc), gomail.WithTimeout(r.o.Timeout), gomail.WithoutNoop(), gomail.WithDialContextFunc(l.open)}
	port := 587
	switch r.o.TLS {
	case ImplicitTLS:
		port = 465
		l.tls = tc
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic)) // it is encrypted already
	case NoTLS:
		port = 25
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if r.o.Port != 0 {
		port = r.o.Port
	}
	opts = append(opts, gomail.WithPort(port))
	if r.o.Hello != "" {
		opts = append(opts, gomail.WithHELO(r.o.Hello))
	}
	if r.o.Username != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if r.o.TLS == NoTLS { // said by the operator, in so many words
			auth = gomail.SMTPAuthPlainNoEnc
		}
		opts = append(opts, gomail.WithSMTPAuth(auth), gomail.WithUsername(r.o.Username), gomail.WithPassword(r.o.Password.Reveal()))
	}
	c, err := gomail.NewClient(r.o.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("email: %w", err)
	}
	return c, nil
}

// Send mails everybody who has not got this delivery yet. ref is the Message-ID
// that the group's thread began with. The receipt's parts say, recipient by
// recipient, who has it and who was refused: those are left out of the next tries
// until nobody else is to be tried.
func (r *Receiver) Send(ctx context.Context, d alert.Delivery, ref string) (notifiers.Receipt, error) {
	parts := settled(d)
	var mails []*gomail.Msg
	for _, to := range r.open(parts) {
		m, err := r.compose(d, to, ref)
		if err != nil {
			return notifiers.Receipt{Parts: parts}, notifiers.Rejected(fmt.Errorf("compose mail: %w", err))
		}
		mails = append(mails, m)
	}
	err := r.deliver(ctx, mails, parts)
	if err == nil && len(r.refused(parts)) > 0 {
		err = notifiers.Rejected(fmt.Errorf("refused: %s", strings.Join(r.refused(parts), "; ")))
	}
	receipt := notifiers.Receipt{Parts: parts, Ref: ref}
	if ref == "" && slices.Contains(slices.Collect(maps.Values(parts)), alert.PartSent) {
		receipt.Ref = r.messageID(d)
	}
	if err != nil {
		return receipt, err
	}
	return receipt, nil
}

// settled is what earlier tries of this delivery have settled.
func settled(d alert.Delivery) map[string]string {
	if n := len(d.Attempts); n > 0 {
		if parts := maps.Clone(d.Attempts[n-1].Parts); parts != nil {
			return parts
		}
	}
	return map[string]string{}
}

// open are those to mail now: of whom nothing is known, else those who were refused.
func (r *Receiver) open(parts map[string]string) []string {
	var unknown, refused []string
	for _, to := range r.o.To {
		switch parts[to] {
		case "":
			unknown = append(unknown, to)
		case alert.PartSent:
		default:
			refused = append(refused, to)
		}
	}
	if len(unknown) > 0 {
		return unknown
	}
	return refused
}

func (r *Receiver) refused(parts map[string]string) []string {
	var out []string
	for _, to := range r.o.To {
		if why := parts[to]; why != "" && why != alert.PartSent {
			out = append(out, to+": "+why)
		}
	}
	return out
}

func (r *Receiver) messageID(d alert.Delivery) string { return d.ID + "@" + r.domain }

// deliver notes in parts what has become of each mail. Its error is of those worth
// another try, or of the whole talk.
func (r *Receiver) deliver(ctx context.Context, mails []*gomail.Msg, parts map[string]string) error {
	if len(mails) == 0 {
		return nil
	}
	l := &line{}
	c, err := r.client(l)
	if err != nil {
		return notifiers.Rejected(err)
	}
	defer l.close()
	stop := context.AfterFunc(ctx, l.close)
	defer stop()
	talk, err := c.DialToSMTPClientWithContext(ctx)
	if ctx.Err() != nil {
		return r.classify(context.Cause(ctx))
	}
	if err != nil {
		return r.classify(err)
	}
	var later *notifiers.SendError
	for _, m := range mails {
		to := m.GetGenHeader(headerFor)[0]
		err := c.SendWithSMTPClient(talk, m)
		if err == nil || m.IsDelivered() { // accepted, whatever went wrong when tidying up
			parts[to] = alert.PartSent
			continue
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if e := r.classify(err); e.Permanent {
			parts[to] = notifiers.Cut(e.Error(), maxRefusal)
		} else if later == nil {
			later = e
		}
	}
	_ = c.CloseWithSMTPClient(talk)
	if later != nil {
		return later
	}
	return nil
}

// maxRefusal is how much of a server's refusal is kept, in characters.
const maxRefusal = 120

// classify goes by the server's code: 5yz refuses the mail, all else may pass.
func (r *Receiver) classify(err error) *notifiers.SendError {
	code := 0
	var se *gomail.SendError
	var te *textproto.Error
	switch {
	case errors.As(err, &se):
		code = se.ErrorCode()
	case errors.As(err, &te):
		code = te.Code
	}
	if code == 0 {
		return notifiers.Classify(err)
	}
	text := errors.New(notifiers.Cut(notifiers.Visible(r.o.Password.Hide(err.Error())), 250))
	if code >= 500 {
		return notifiers.Rejected(text)
	}
	// A mailbox that is full or wants a second try says nothing about the server.
	one := se != nil && se.Reason == gomail.ErrSMTPRcptTo && code != 421
	return &notifiers.SendError{Err: text, Class: "server", Answered: one}
}
