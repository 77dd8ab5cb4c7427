package config

import (
	"encoding/base64"
	"errors"
	"net/url"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func (rd *reader) readReceivers(v strictyaml.Value) {
	if v.IsList() {
		v.Fault("noc: {slack: {…}}", "is a list; receivers are named by their keys")
		return
	}
	m := v.Mapping()
	written := rd.written.QuietMapping().Get("receivers").QuietMapping()
	for _, name := range m.Keys() {
		rd.name(m.Key(name), "a receiver's name", name)
		r := Receiver{Name: name, Timeout: DefaultTimeout, SendResolved: true, RateLimit: RateLimit{DefaultBurst, DefaultPer}}
		if item := m.Get(name); item.There() {
			rd.readReceiver(pair{item.Mapping(), written.Get(name).QuietMapping()}, &r)
		} else {
			m.Key(name).Fault("slack, email or webhook", "the receiver %q is empty", name)
		}
		rd.cfg.Receivers = append(rd.cfg.Receivers, r)
	}
}

func (rd *reader) readReceiver(p pair, r *Receiver) {
	m := p.shown
	if !m.Value().There() {
		return
	}
	r.Timeout = rd.duration(m.Get("timeout"), DefaultTimeout)
	r.SendResolved = rd.bool(m.Get("send_resolved"), true)
	r.RateLimit = rd.readRateLimit(m.Get("rate_limit"))
	loopback := rd.bool(m.Get("allow_loopback"), false)
	found := 0
	for _, kind := range kinds {
		v := m.Get(kind)
		if !m.Key(kind).There() {
			continue
		}
		if found++; found > 1 {
			m.Key(kind).Fault("make it a receiver of its own", "a receiver has one kind only")
		}
		if !v.There() {
			m.Key(kind).Fault("", "has no value")
			continue
		}
		inner := pair{v.Mapping(), p.written.Get(kind).QuietMapping()}
		if !inner.shown.Value().There() {
			continue
		}
		switch kind {
		case "slack":
			r.Slack = rd.readSlack(inner, loopback)
		case "email":
			r.Email = rd.readEmail(inner.shown, inner)
		case "webhook":
			r.Webhook = rd.readWebhook(inner, loopback)
		}
	}
	m.Done()
	if found == 0 && !hasAny(m, laterKinds) {
		m.Value().Fault("slack, email or webhook", "the receiver %q has no kind", r.Name)
	}
}

func hasAny(m *strictyaml.Mapping, keys []string) bool {
	for _, k := range keys {
		if m.Key(k).There() {
			return true
		}
	}
	return false
}

func (rd *reader) readSlack(p pair, loopback bool) *Slack {
	m, s := p.shown, &Slack{}
	s.AllowLoopback = rd.bool(m.Get("allow_loopback"), loopback)
	byToken, byHook := hasAny(m, []string{"token", "token_file"}), hasAny(m, []string{"webhook_url", "webhook_url_file"})
	s.Token, _ = rd.secret(p, "token")
	var at strictyaml.Value
	if s.WebhookURL, at = rd.secret(p, "webhook_url"); at.There() {
		checkURL(at, s.WebhookURL.Reveal(), s.AllowLoopback)
	}
	if c := m.Get("channel"); c.There() {
		if s.Channel, _ = rd.text(c); strings.ContainsAny(s.Channel, " \t\r\n,") {
			c.Fault(`"#noc", or the channel's id`, "%q is not a channel", s.Channel)
		}
	} else if m.Key("channel").There() {
		m.Key("channel").Fault(`quote it: "#noc"; an unquoted # begins a comment`, "has no value")
	} else if byToken {
		m.Value().Fault(`channel: "#noc"`, `"channel" is missing`)
	}
	if a := m.Get("api_url"); a.There() {
		if s.APIURL, _ = rd.text(a); s.APIURL != "" {
			checkURL(a, s.APIURL, s.AllowLoopback)
		}
		if byHook {
			m.Key("api_url").Fault("remove it", "goes with a token; a webhook_url is a whole address")
		}
	}
	m.Done()
	switch {
	case byToken && byHook:
		m.Value().Fault("remove one of them", "a token and a webhook_url: one of them is enough")
	case !byToken && !byHook:
		m.Value().Fault("token_file with channel, or webhook_url_file", "neither a token nor a webhook_url")
	}
	return s
}

func (rd *reader) readWebhook(p pair, loopback bool) *Webhook {
	m, w := p.shown, &Webhook{}
	w.AllowLoopback = rd.bool(m.Get("allow_loopback"), loopback)
	var at strictyaml.Value
	if w.URL, at = rd.secret(p, "url"); at.There() {
		checkURL(at, w.URL.Reveal(), w.AllowLoopback)
	}
	if !hasAny(m, []string{"url", "url_file"}) {
		m.Value().Fault("url: https://example.com/hook", `"url" is missing`)
	}
	if w.Secret, at = rd.secret(p, "secret"); at.There() {
		text, marked := strings.CutPrefix(w.Secret.Reveal(), "whsec_")
		if key, err := base64.StdEncoding.DecodeString(text); marked && (err != nil || len(key) == 0) {
			at.Fault("", "the secret is not base64 after whsec_")
		}
	}
	m.Done()
	return w
}

// checkURL checks an address. Its faults show nothing of it but the host.
func checkURL(v strictyaml.Value, text string, allowOwn bool) {
	u, err := url.Parse(text)
	var bad *url.Error
	switch {
	case errors.As(err, &bad) && strings.Contains(bad.Err.Error(), "port"):
		v.Fault("", "the port of the address is not a number")
	case err != nil || u.Scheme != "http" && u.Scheme != "https":
		v.Fault("https://example.com/…", "is not an http or https address")
	case u.Hostname() == "":
		v.Fault("https://example.com/…", "is an address without a host")
	case u.Fragment != "":
		v.Fault("remove # and what follows it", "an address to send to has no fragment")
	case !allowOwn && ownAddress(u.Hostname()):
		v.Fault("add allow_loopback: true if that is meant", "%s is an address of this machine or its link", u.Hostname())
	}
}
