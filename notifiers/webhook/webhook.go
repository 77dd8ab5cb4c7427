// Package webhook posts alerts as JSON: Alertmanager's version-4 body with the
// values and samples added, signed as the Standard Webhooks specification says; or
// as whatever a Template makes of them, which covers gateways of short messages and
// chats.
//
// Start at New, and at Template. The header webhook-id is the delivery's id and the same over all
// tries, so that the other side can drop a second copy.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// Options configure a Receiver.
type Options struct {
	URL notifiers.Secret // may carry a key
	// Secret signs. With the prefix whsec_, or as base64 of 24 to 64 bytes, it is
	// decoded first; else its own bytes are the key. "" leaves the signature out.
	Secret    notifiers.Secret
	HTTP      notifiers.HTTPOptions
	MaxAlerts int              // more are left out and counted; 0: no limit
	Template  *Template        // nil: the JSON of this package
	Voice     notifiers.Voice  // of templates; the JSON has its URL
	Now       func() time.Time // nil: the wall clock
}

// Receiver posts deliveries to one URL. It is safe for concurrent use.
type Receiver struct {
	o      Options
	key    []byte
	client *http.Client
	t      *compiled // nil: no template
}

// New checks the options.
func New(o Options) (*Receiver, error) {
	u, err := url.Parse(o.URL.Reveal())
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("the webhook's url is not an http or https address")
	}
	key, err := signingKey(o.Secret)
	if err != nil {
		return nil, err
	}
	client, err := notifiers.NewHTTPClient(o.HTTP)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Receiver{o: o, key: key, client: client}
	if o.Template != nil {
		if r.t, err = compile(*o.Template); err != nil {
			return nil, err
		}
		if r.t.usesSecret {
			r.key = nil // it is a password, and no key to sign with
		}
	}
	return r, nil
}

func signingKey(s notifiers.Secret) ([]byte, error) {
	text, marked := strings.CutPrefix(s.Reveal(), "whsec_")
	key, err := base64.StdEncoding.DecodeString(text)
	if marked && (err != nil || len(key) == 0) {
		return nil, errors.New("the webhook's secret is not base64 after whsec_")
	}
	if marked || err == nil && len(key) >= 24 && len(key) <= 64 {
		return key, nil
	}
	return []byte(text), nil
}

// Send posts the delivery. Any 2xx is a success, unless the template knows better.
func (r *Receiver) Send(ctx context.Context, d alert.Delivery, _ string) (notifiers.Receipt, error) {
	req, body, err := r.request(ctx, d)
	if err != nil {
		return notifiers.Receipt{}, notifiers.Rejected(err)
	}
	now := r.o.Now()
	req.Header.Set("User-Agent", "smarty-alert")
	req.Header.Set("webhook-id", d.ID)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	if len(r.key) > 0 {
		req.Header.Set("webhook-signature", Sign(r.key, d.ID, now, body))
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return notifiers.Receipt{}, notifiers.Classify(err)
	}
	defer resp.Body.Close()
	return notifiers.Receipt{}, r.judge(resp, now)
}

// request is what is sent, with the body by itself for signing.
func (r *Receiver) request(ctx context.Context, d alert.Delivery) (*http.Request, []byte, error) {
	if r.t != nil {
		return r.t.request(ctx, r.o, d)
	}
	body, err := Body(d, r.o.Voice.URL, r.o.MaxAlerts)
	if err != nil {
		return nil, nil, fmt.Errorf("encode the body: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.o.URL.Reveal(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, errors.New("the webhook's url cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	return req, body, nil
}

const maxAnswer = 64 << 10 // bytes that are read, also so that the connection can be used again

func (r *Receiver) judge(resp *http.Response, now time.Time) error {
	if r.t == nil || r.t.success == nil {
		if err := notifiers.CheckResponse(resp, now, r.secrets()...); err != nil {
			return err
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer))
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return notifiers.Classify(err)
	}
	if r.t.succeeded(resp.StatusCode, body) {
		return nil
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err := notifiers.CheckResponse(resp, now, r.secrets()...); err != nil {
		return err
	}
	return notifiers.Rejected(fmt.Errorf("answered %d, which `success` does not take for one: %s", resp.StatusCode, notifiers.Excerpt(body, r.secrets()...)))
}

// secrets are what an answer must not lead into the log: it may echo our request.
func (r *Receiver) secrets() []notifiers.Secret {
	ss := []notifiers.Secret{r.o.URL, r.o.Secret}
	if u, err := url.Parse(r.o.URL.Reveal()); err == nil {
		if p := u.RequestURI(); p != "/" {
			ss = append(ss, notifiers.Secret(p))
		}
		if pw, ok := u.User.Password(); ok {
			ss = append(ss, notifiers.Secret(pw))
		}
	}
	if q := url.QueryEscape(r.o.Secret.Reveal()); q != r.o.Secret.Reveal() {
		ss = append(ss, notifiers.Secret(q))
	}
	return ss
}

// Sign returns the header webhook-signature: HMAC-SHA256 over id, timestamp and
// body (https://www.standardwebhooks.com).
func Sign(key []byte, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
