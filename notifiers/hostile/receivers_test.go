package hostile_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/file"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
	"github.com/smarty-alert/smarty-alert/notifiers/webhook"
)

// target is a receiver with a look at what its server got of a delivery.
type target struct {
	name string
	to   notifiers.Receiver
	look func(t *testing.T, fault func(why, got string))
}

// TestReceivers_NothingOfALogIsLive sends hostile text in every field through every
// receiver and looks at what the other side got.
func TestReceivers_NothingOfALogIsLive(t *testing.T) {
	payloads := hostile.Many()
	if len(payloads) < 300 {
		t.Fatalf("%d payloads", len(payloads))
	}
	targets := allTargets(t)
	for i, p := range payloads {
		reason := []string{"first", "repeat", "resolved", "update"}[i%4]
		d := hostile.Everywhere(p, reason, i%5 == 0)
		for _, to := range targets {
			if _, err := to.to.Send(t.Context(), d, ""); err != nil {
				t.Fatalf("%s: %.60q: %v", to.name, p, err)
			}
			to.look(t, func(why, got string) { t.Errorf("%s, %s: %.60q: %s in %.400q", to.name, reason, p, why, got) })
		}
	}
}

func allTargets(t *testing.T) []target {
	t.Helper()
	out := []target{slackBot(t), slackHook(t), telegramBot(t), mailTo(t), fileAt(t), jsonHook(t, "", checkBody)}
	for _, preset := range []string{"mattermost", "discord", "teams"} {
		out = append(out, jsonHook(t, preset, checkMarkdown))
	}
	term := &terminal{}
	return append(out, target{"terminal", term, func(_ *testing.T, fault func(string, string)) {
		if hostile.Controls(term.text) != "" {
			fault("control", term.text)
		}
	}})
}

var (
	russian = notifiers.Voice{Language: notifiers.Russian, URL: "https://alerts.example.com/"}
	local   = notifiers.HTTPOptions{AllowLoopback: true}
)

func must[R any](t *testing.T) func(R, error) R {
	return func(r R, err error) R {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

func slackBot(t *testing.T) target {
	f := &fakes.Slack{}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	r := must[*slack.Receiver](t)(slack.New(slack.Options{Token: "x", Channel: "#noc", APIURL: srv.URL, HTTP: local, BroadcastResolved: true}))
	seen := 0
	return target{"slack", r, func(_ *testing.T, fault func(string, string)) {
		all := f.Messages()
		if len(all) == seen {
			fault("nothing was posted", "")
		}
		for _, m := range all[seen:] {
			checkSlack(m.Text, m.Blocks, fault)
		}
		seen = len(all)
	}}
}

func slackHook(t *testing.T) target {
	f := &fakes.Slack{}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	r := must[*slack.Receiver](t)(slack.New(slack.Options{WebhookURL: notifiers.Secret(srv.URL + "/services/x"), HTTP: local, Voice: russian}))
	return target{"slack's webhook", r, func(_ *testing.T, fault func(string, string)) {
		checkSlack(f.Last()["text"], []byte(f.Last()["blocks"]), fault)
	}}
}

var (
	slackLink  = regexp.MustCompile(`<https?://[^<>|]*\|(Runbook|Инструкция)>|<https://alerts\.example\.com/\??[\w=&;%.~+-]*\|Открыть>`)
	slackSigns = regexp.MustCompile(`&(amp|lt|gt);`)
	// live is what clients make mentions and links of.
	live = regexp.MustCompile(`(?i)@(channel|here|everyone|all|[a-z0-9])|://|www\.[a-z0-9]`)
)

func checkSlack(text string, blocks []byte, fault func(string, string)) {
	var tree any
	if err := json.Unmarshal(blocks, &tree); err != nil {
		fault(err.Error(), string(blocks))
	}
	for _, s := range append(textsOf(tree), text) {
		rest := slackLink.ReplaceAllString(s, "")
		switch {
		case strings.ContainsAny(rest, "<>"):
			fault("markup", s)
		case strings.Contains(slackSigns.ReplaceAllString(rest, ""), "&"):
			fault("a cut entity", s)
		case live.MatchString(rest):
			fault("live "+live.FindString(rest), s)
		case strings.Count(s, "```")%2 != 0:
			fault("a code block without end", s)
		case hostile.Controls(s) != "":
			fault("control", s)
		}
	}
}

func blockTexts(t *testing.T, blocks []byte) []string {
	t.Helper()
	var tree any
	if err := json.Unmarshal(blocks, &tree); err != nil {
		t.Fatal(err)
	}
	return textsOf(tree)
}

// textsOf are the values of "text" in blocks, which hold texts of others.
func textsOf(v any) (out []string) {
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			out = append(out, textsOf(item)...)
		}
	case map[string]any:
		for key, item := range v {
			if s, ok := item.(string); ok && key == "text" {
				out = append(out, s)
			} else {
				out = append(out, textsOf(item)...)
			}
		}
	}
	return out
}

func telegramBot(t *testing.T) target {
	f := &fakes.Telegram{}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	r := must[*telegram.Receiver](t)(telegram.New(telegram.Options{Token: "1:x", Chat: "1", APIURL: srv.URL, HTTP: local, ReplyResolved: true, Voice: russian}))
	seen := 0
	return target{"telegram", r, func(_ *testing.T, fault func(string, string)) {
		all := f.Messages()
		if len(all) == seen {
			fault("nothing was posted", "")
		}
		for _, m := range all[seen:] {
			rest := telegramDead.ReplaceAllString(m.Text, "")
			switch {
			case strings.ContainsAny(rest, "<>"):
				fault("markup", rest)
			case live.MatchString(rest):
				fault("live "+live.FindString(rest), rest)
			case hostile.Controls(m.Text) != "":
				fault("control", m.Text)
			}
		}
		seen = len(all)
	}}
}

// telegramDead is our own markup, with what is dead in it.
var telegramDead = regexp.MustCompile(`<(?:code|pre)>[^<>]*</(?:code|pre)>|</?b>|<a href="https?://[^"<>]*">(?:Runbook|Инструкция)</a>|<a href="https://alerts\.example\.com/\??[\w=&;%.~+-]*">Открыть</a>`)

// mailbox is a mail server with a receiver that sends to it; last is what came last.
func mailbox(t *testing.T, v notifiers.Voice) (last func() string, to *email.Receiver) {
	t.Helper()
	raw := ""
	port, stop, err := (&fakes.Mail{Watch: func(_, mail string) { raw = mail }}).Listen()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return func() string { return raw }, must[*email.Receiver](t)(email.New(email.Options{From: "a@example.com", To: []string{"noc@example.com"},
		Host: "127.0.0.1", Port: port, TLS: email.NoTLS, Hello: "localhost", Voice: v}))
}

// mailOf is what a delivery is as a mail.
func mailOf(t *testing.T, d alert.Delivery) fakes.Letter {
	t.Helper()
	last, to := mailbox(t, russian)
	if _, err := to.Send(t.Context(), d, ""); err != nil {
		t.Fatal(err)
	}
	return must[fakes.Letter](t)(fakes.OpenLetter(last()))
}

func mailTo(t *testing.T) target {
	last, r := mailbox(t, notifiers.Voice{URL: russian.URL})
	look := func() fakes.Letter { return must[fakes.Letter](t)(fakes.OpenLetter(last())) }
	tame := map[string]bool{} // tags of mails without hostile text
	for _, reason := range []string{"first", "resolved"} {
		for _, digest := range []bool{true, false} {
			if _, err := r.Send(t.Context(), hostile.Everywhere("https://wiki.example.com/", reason, digest), ""); err != nil {
				t.Fatal(err)
			}
			for _, tag := range tags.FindAllString(look().HTML, -1) {
				tame[tag] = true
			}
		}
	}
	return target{"email", r, func(_ *testing.T, fault func(string, string)) {
		l := look()
		for name, values := range l.Header {
			if !slices.Contains(headers, name) || len(values) != 1 {
				fault("a header "+name, last())
			}
		}
		if strings.Contains(l.Subject, "\n") || hostile.Controls(l.Subject) != "" || strings.Contains(l.Subject, "=?") {
			fault("subject", l.Subject)
		}
		if l.Parts != 2 || hostile.Controls(l.Text) != "" || hostile.Controls(l.HTML) != "" {
			fault("control", last())
		}
		for _, tag := range tags.FindAllString(l.HTML, -1) {
			if !tame[tag] && !link.MatchString(tag) {
				fault("a tag "+tag, l.HTML)
			}
		}
	}}
}

var (
	headers = []string{"Auto-Submitted", "Content-Type", "Date", "From", "Importance", "Message-Id", "Mime-Version", "Priority", "Subject", "To",
		"X-Msmail-Priority", "X-Priority", "X-Smarty-Alert-Recipient"}
	tags = regexp.MustCompile(`<[^>]*>?`)
	link = regexp.MustCompile(`^<a class="link" style="[^"]*" href="https?://[^"<>]*">$`)
)

func fileAt(t *testing.T) target {
	path := filepath.Join(t.TempDir(), "alerts.jsonl")
	r := must[*file.Receiver](t)(file.New(file.Options{Path: path}))
	return target{"file", r, func(t *testing.T, fault func(string, string)) {
		data := must[[]byte](t)(os.ReadFile(path))
		if bytes.Count(data, []byte("\n")) != 1 || !json.Valid(data) || hostile.Controls(string(data)) != "" {
			fault("no line of JSON", string(data))
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}}
}

func jsonHook(t *testing.T, preset string, check func(body map[string]any, raw string, fault func(string, string))) target {
	h := &fakes.Hook{}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	o := webhook.Options{URL: notifiers.Secret(srv.URL), Secret: "whsec_QUJDQUJDQUJDQUJDQUJDQUJDQUJD", HTTP: local}
	if preset != "" {
		tm := webhook.Preset(preset).With(webhook.Template{})
		o.Template, o.Secret = &tm, ""
	}
	r := must[*webhook.Receiver](t)(webhook.New(o))
	return target{"webhook " + preset, r, func(_ *testing.T, fault func(string, string)) {
		raw := h.Last().Body
		var body map[string]any
		if err := json.Unmarshal([]byte(raw), &body); err != nil {
			fault(err.Error(), raw)
		}
		for name, values := range h.Last().Header {
			if strings.ContainsAny(strings.Join(values, ""), "\r\n\x00") {
				fault("header "+name, raw)
			}
		}
		check(body, raw, fault)
	}}
}

// checkBody: to a program the texts are data, and as they are.
func checkBody(body map[string]any, raw string, fault func(string, string)) {
	if alerts, _ := body["alerts"].([]any); len(alerts) != 2 || len(body) != 10 || strings.Contains(raw, "\n") || hostile.Controls(raw) != "" {
		fault("another body", raw)
	}
}

// checkMarkdown: outside of code blocks nothing is live, and there is no way out of one.
func checkMarkdown(body map[string]any, raw string, fault func(string, string)) {
	for _, s := range append(textsOf(body), textsOf(map[string]any{"text": body["content"]})...) {
		fences := strings.Split(s, "```")
		if len(fences)%2 == 0 {
			fault("a code block without end", s)
		}
		for i := 0; i < len(fences); i += 2 {
			if found := live.FindString(fences[i]); strings.HasPrefix(found, "@") {
				fault("live "+found, s)
			}
			if strings.Contains(fences[i], "](") || strings.Contains(fences[i], "<!") && !strings.Contains(fences[i], `\<!`) {
				fault("markup", s)
			}
		}
		if hostile.Controls(s) != "" {
			fault("control", s)
		}
	}
}

// terminal is who runs the service with --dry-run.
type terminal struct{ text string }

func (r *terminal) Send(_ context.Context, d alert.Delivery, _ string) (notifiers.Receipt, error) {
	r.text = russian.Text(d).Plain()
	return notifiers.Receipt{}, nil
}
