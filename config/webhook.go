package config

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func (rd *reader) readWebhook(p pair, way HTTP) *Webhook {
	m, w := p.shown, &Webhook{HTTP: rd.readHTTP(p, way)}
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
	rd.readTemplate(p, w)
	m.Done()
	return w
}

// readTemplate reads what is sent instead of our own JSON. Whether the templates
// are any good is seen by who runs them.
func (rd *reader) readTemplate(p pair, w *Webhook) {
	m := p.shown
	w.Preset = rd.choice(m.Get("preset"))
	w.Method = rd.choice(m.Get("method"))
	if v := m.Get("body"); v.There() {
		w.Body, _ = rd.text(v)
	}
	if v := m.Get("success"); v.There() {
		w.Success, _ = rd.text(v)
	}
	w.Headers = rd.readTexts(m.Get("headers"), p.written.Get("headers").QuietMapping())
	w.Params = rd.readTexts(m.Get("params"), p.written.Get("params").QuietMapping())
	if hasAny(m, needsTemplate) {
		return
	}
	for _, key := range []string{"method", "headers", "success", "params"} {
		if v := m.Key(key); v.There() {
			v.Fault("add a body or a preset, or remove it", "goes with a body or a preset; our own JSON needs none")
		}
	}
}

func (rd *reader) choice(v strictyaml.Value) string {
	if text, ok := rd.text(v); ok && v.Chosen(text) {
		return text
	}
	return ""
}

// readTexts reads a mapping of names to texts. Those with the names of secrets are
// read as written, and may not stand in the file.
func (rd *reader) readTexts(v strictyaml.Value, written *strictyaml.Mapping) map[string]string {
	if !v.There() {
		return nil
	}
	out := map[string]string{}
	m := v.Mapping()
	allowed := regexp.MustCompile("^" + v.Key().Of.Keys + "$")
	for _, name := range m.Keys() {
		item := m.Get(name)
		switch {
		case !allowed.MatchString(name):
			m.Key(name).Fault("letters, digits and '-' in headers, '_' in params", "%q cannot be a name of %s", name, v.Key().Name)
		case !item.There():
			m.Key(name).Fault("remove it, or write a text", "has no value")
		case isSecret(name):
			rd.secretText(item, written.Get(name), name, out)
		default:
			out[name], _ = rd.text(item)
		}
	}
	m.Done()
	return out
}

func (rd *reader) secretText(shown, written strictyaml.Value, name string, out map[string]string) {
	if _, ok := shown.Text(); !ok {
		return
	}
	raw, _ := written.Text()
	if !strings.Contains(raw, "{{") && !strings.Contains(raw, "${") {
		shown.Fault("put it into a file that only the service can read, secret_file: …, and write {{.Secret}}", "a secret in the configuration is seen by all who can read it")
		return
	}
	out[name], _ = rd.expand(shown, raw)
}
