package config

import (
	"slices"
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
	rd.cfg.receivers = map[string]strictyaml.Value{}
	for _, name := range m.Keys() {
		rd.name(m.Key(name), "a receiver's name", name)
		rd.cfg.receivers[name] = m.Key(name)
		r := Receiver{Name: name, Timeout: DefaultTimeout, SendResolved: true, RateLimit: RateLimit{DefaultBurst, DefaultPer}}
		if item := m.Get(name); item.There() {
			rd.readReceiver(pair{item.Mapping(), written.Get(name).QuietMapping()}, &r)
		} else {
			m.Key(name).Fault(someKinds, "the receiver %q is empty", name)
		}
		rd.cfg.Receivers = append(rd.cfg.Receivers, r)
	}
	rd.checkFallbacks(m)
}

const someKinds = "slack, email, webhook, telegram or file"

// checkFallbacks finds fallbacks that are not there, and those that end where they
// began.
func (rd *reader) checkFallbacks(m *strictyaml.Mapping) {
	var known []string
	next := map[string]string{}
	for _, r := range rd.cfg.Receivers {
		known, next[r.Name] = append(known, r.Name), r.Fallback
	}
	for _, r := range rd.cfg.Receivers {
		v := m.Get(r.Name).QuietMapping().Get("fallback")
		switch {
		case r.Fallback == "":
		case !slices.Contains(known, r.Fallback):
			v.Fault(near(r.Fallback, known), "there is no receiver %q", r.Fallback)
		case leadsBack(r.Name, next):
			v.Fault("let one of them be the last", "the fallback of %q leads back to it", r.Name)
		}
	}
}

func leadsBack(from string, next map[string]string) bool {
	at := next[from]
	for range next {
		if at == from {
			return true
		}
		at = next[at]
	}
	return false
}

func (rd *reader) readReceiver(p pair, r *Receiver) {
	m := p.shown
	if !m.Value().There() {
		return
	}
	r.Timeout = rd.duration(m.Get("timeout"), DefaultTimeout)
	r.SendResolved = rd.bool(m.Get("send_resolved"), true)
	r.RateLimit = rd.readRateLimit(m.Get("rate_limit"))
	if v := m.Get("fallback"); v.There() {
		r.Fallback, _ = rd.text(v)
	}
	r.Language = rd.language(m.Get("language"), "")
	way := rd.readHTTP(p, HTTP{})
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
		rd.readKind(kind, inner, way, r)
	}
	if r.Email != nil || r.File != nil {
		for _, key := range []string{"proxy", "proxy_file"} {
			if v := m.Key(key); v.There() {
				v.Fault("remove it", "neither mail nor files go through a proxy")
			}
		}
	}
	m.Done()
	if found == 0 && !hasAny(m, laterKinds) {
		m.Value().Fault(someKinds, "the receiver %q has no kind", r.Name)
	}
}

func (rd *reader) readKind(kind string, p pair, way HTTP, r *Receiver) {
	switch kind {
	case "slack":
		r.Texts = rd.readTemplates(p.shown, "title", "text")
		r.Slack = rd.readSlack(p, way)
	case "email":
		r.Texts = rd.readTemplates(p.shown, "subject", "text", "html")
		r.Email = rd.readEmail(p, way.CA)
	case "webhook":
		r.Webhook = rd.readWebhook(p, way)
	case "telegram":
		r.Texts = rd.readTemplates(p.shown, "text")
		r.Telegram = rd.readTelegram(p, way)
	case "file":
		r.File = rd.readFile(p.shown)
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

func (rd *reader) readSlack(p pair, way HTTP) *Slack {
	m, s := p.shown, &Slack{HTTP: rd.readHTTP(p, way)}
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
	s.BroadcastResolved = rd.bool(m.Get("broadcast_resolved"), false)
	m.Done()
	switch {
	case byToken && byHook:
		m.Value().Fault("remove one of them", "a token and a webhook_url: one of them is enough")
	case !byToken && !byHook:
		m.Value().Fault("token_file with channel, or webhook_url_file", "neither a token nor a webhook_url")
	}
	return s
}
