package config

import (
	"regexp"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

var (
	botToken = regexp.MustCompile(`^[0-9]+:[A-Za-z0-9_-]+$`)
	chat     = regexp.MustCompile("^" + chatPattern + "$")
)

func (rd *reader) readTelegram(p pair, way HTTP) *Telegram {
	m, t := p.shown, &Telegram{HTTP: rd.readHTTP(p, way)}
	var at strictyaml.Value
	if t.Token, at = rd.secret(p, "token"); at.There() && !botToken.MatchString(t.Token.Reveal()) {
		at.Fault("123456:ABC…, as @BotFather gives it", "is not a bot's token")
	}
	if !hasAny(m, []string{"token", "token_file"}) {
		m.Value().Fault("token_file: /etc/smarty-alert/telegram-token", "the bot's token is missing")
	}
	if v := m.Need("chat_id"); v.There() {
		if t.Chat, _ = rd.text(v); t.Chat != "" && !chat.MatchString(t.Chat) {
			v.Fault("-1001234567890, or \"@name\" of a public channel", "%q is not a chat", t.Chat)
		}
	}
	if v := m.Get("message_thread_id"); v.There() {
		n, ok := v.Int()
		if f := v.Key(); ok && (n < f.Least || n > f.Most) {
			v.Fault("the topic's number, as in its link", "%d is not a topic", n)
		}
		t.Thread = int(n)
	}
	if a := m.Get("api_url"); a.There() {
		if t.APIURL, _ = rd.text(a); t.APIURL != "" {
			checkURL(a, t.APIURL, t.AllowLoopback)
		}
	}
	t.BroadcastResolved = rd.bool(m.Get("broadcast_resolved"), false)
	m.Done()
	return t
}

func (rd *reader) readFile(m *strictyaml.Mapping) *File {
	f := &File{Sync: rd.bool(m.Get("sync"), false)}
	if v := m.Need("path"); v.There() {
		if text, ok := rd.text(v); ok && text == "-" {
			f.Path = text
		} else if ok {
			f.Path, _ = rd.path(v)
		}
	}
	m.Done()
	return f
}
