package demo

import (
	"cmp"
	"fmt"
	"html"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers/slack/preview"
)

// Handler shows what the receivers got, below /demo/.
func (s *Stage) Handler(language string, zone *time.Location) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /demo/slack", func(w http.ResponseWriter, _ *http.Request) {
		page, err := s.slackPage(language, zone)
		show(w, page, err)
	})
	mux.HandleFunc("GET /demo/telegram", func(w http.ResponseWriter, _ *http.Request) { show(w, s.telegramPage(zone), nil) })
	mux.HandleFunc("GET /demo/mail", func(w http.ResponseWriter, _ *http.Request) { show(w, s.mailPage(zone), nil) })
	return mux
}

func show(w http.ResponseWriter, page string, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'")
	w.Header().Set("Refresh", "5")
	fmt.Fprint(w, page)
}

// slackPage is the channel as Slack would show it, the newest message first.
func (s *Stage) slackPage(language string, zone *time.Location) (string, error) {
	var channel []preview.Message
	place := map[string]int{}
	s.mu.Lock()
	posted := make(map[string]time.Time, len(s.posted))
	for ts, at := range s.posted {
		posted[ts] = at
	}
	s.mu.Unlock()
	for _, m := range s.slack.Messages() {
		shown := preview.Message{Blocks: m.Blocks, At: posted[m.TS].In(zone), Edited: m.Edits > 0, Broadcast: m.Broadcast}
		if at, ok := place[m.Thread]; ok {
			channel[at].Replies = append(channel[at].Replies, shown)
			continue
		}
		place[m.TS] = len(channel)
		channel = append(channel, shown)
	}
	slices.Reverse(channel)
	return preview.Page(preview.Options{Language: language, Title: "Slack", Sender: "smarty-alert"}, channel...)
}

// bubbles is a page of messages, the newest first.
var bubbles = template.Must(template.New("bubbles").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{{.Title}}</title>
<style>
:root { color-scheme: light dark; --back: #e7ebf0; --card: #fff; --text: #16191c; --dim: #667; }
@media (prefers-color-scheme: dark) { :root { --back: #17212b; --card: #1f2c38; --text: #e8eaed; --dim: #9ab; } }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; background: var(--back); color: var(--text); font: 1rem/1.45 system-ui, sans-serif; }
article { background: var(--card); border-radius: .6rem; padding: .6rem .8rem; margin: 0 0 .75rem; white-space: pre-line; overflow-wrap: anywhere; }
article h2 { font-size: 1rem; margin: 0 0 .4rem; }
p { margin: .4rem 0 0; color: var(--dim); font-size: .85rem; }
iframe { width: 100%; height: 34rem; border: 0; background: #fff; }
pre { white-space: pre-wrap; margin: .2rem 0; }
</style></head><body>
{{range .Items}}<article>{{with .Subject}}<h2>{{.}}</h2>{{end}}{{if .Page}}<iframe sandbox srcdoc="{{.Page}}" title="{{.Subject}}"></iframe>{{else}}{{.HTML}}{{end}}<p>{{.Clock}}{{if .Edited}} · edited{{end}}</p></article>
{{else}}<p>Nothing yet.</p>{{end}}
</body></html>
`))

type bubble struct {
	Subject, Page, Clock string
	HTML                 template.HTML
	Edited               bool
}

func draw(title string, items []bubble) string {
	var out stringWriter
	slices.Reverse(items)
	if err := bubbles.Execute(&out, map[string]any{"Title": title, "Items": items}); err != nil {
		return html.EscapeString(err.Error())
	}
	return string(out)
}

type stringWriter []byte

func (w *stringWriter) Write(p []byte) (int, error) { *w = append(*w, p...); return len(p), nil }

func (s *Stage) telegramPage(zone *time.Location) string {
	var items []bubble
	messages := s.telegram.Messages()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range messages {
		items = append(items, bubble{HTML: telegramHTML(m.Text), Clock: s.sent[m.ID].In(zone).Format("15:04:05"), Edited: m.Edits > 0})
	}
	return draw("Telegram", items)
}

func (s *Stage) mailPage(zone *time.Location) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var items []bubble
	for _, l := range s.letters[max(0, len(s.letters)-20):] {
		items = append(items, bubble{Subject: l.Subject, Page: cmp.Or(l.HTML, l.Text), Clock: l.at.In(zone).Format("15:04:05")})
	}
	return draw("Mail", items)
}

// tag are those of Telegram's HTML that our messages use.
var tag = regexp.MustCompile(`</?(?:b|i|s|u|code|pre|blockquote)>|<blockquote expandable>|<a href="https?://[^"<>]*">|</a>`)

// telegramHTML lets through the tags that Telegram knows, and shows all else as text.
func telegramHTML(text string) template.HTML {
	var out string
	at := 0
	for _, m := range tag.FindAllStringIndex(text, -1) {
		out += escapeOnce(text[at:m[0]]) + text[m[0]:m[1]]
		at = m[1]
	}
	return template.HTML(out + escapeOnce(text[at:]))
}

// escapeOnce escapes text that may have entities already.
func escapeOnce(s string) string { return html.EscapeString(html.UnescapeString(s)) }

// plainOf is Telegram's HTML without its tags.
func plainOf(text string) string { return html.UnescapeString(tag.ReplaceAllString(text, "")) }
