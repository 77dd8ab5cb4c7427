package preview_test

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/slack/preview"
)

func page(t *testing.T, ms ...preview.Message) string {
	t.Helper()
	html, err := preview.Page(preview.Options{Sender: "smarty-alert", Title: "Slack"}, ms...)
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(html, "<body>")
	return body
}

func section(markup string) preview.Message {
	quoted, _ := json.Marshal(markup)
	return preview.Message{Blocks: json.RawMessage(`[{"type":"section","text":{"type":"mrkdwn","text":` + string(quoted) + `,"verbatim":true}}]`)}
}

func TestPage_Markup(t *testing.T) {
	for markup, want := range map[string]string{
		"*Since:* 12:03":                    "<b>Since:</b> 12:03",
		"*a*\n*b:* c *d* *e*":               "<b>a</b><br><b>b:</b> c <b>d</b> <b>e</b>",
		"2 * 3 * 4":                         "2 * 3 * 4",
		"a*b*c":                             "a*b*c",
		"(_really_) ~no~":                   "(<i>really</i>) <s>no</s>",
		"count &gt; 5 &amp;&amp; &lt;b&gt;": "count &gt; 5 &amp;&amp; &lt;b&gt;",
		"&amp;lt;":                          "&amp;lt;",
		"`*a* &lt;`":                        "<code>*a* &lt;</code>",
		"one\ntwo":                          "one<br>two",
		"x:1\n```a *b*\n&lt;c&gt;```\ny":    "x:1<pre>a *b*\n&lt;c&gt;</pre>y",
		"<https://wiki.example.com/a?b=1&amp;c=2|Runbook>": `<a href="https://wiki.example.com/a?b=1&amp;c=2" rel="noopener noreferrer">Runbook</a>`,
		"<!channel>":                      `<span class="mention">@channel</span>`,
		"<javascript:alert(1)|x>":         "&lt;javascript:alert(1)|x&gt;",
		`<https://a.example/" onclick=x>`: `<a href="https://a.example/&#34; onclick=x" rel="noopener noreferrer">https://a.example/&#34; onclick=x</a>`,
	} {
		if got := page(t, section(markup)); !strings.Contains(got, `<div class="text">`+want+"</div>") {
			t.Errorf("%q is shown as %s", markup, got)
		}
	}
}

func TestPage_Blocks(t *testing.T) {
	got := page(t, preview.Message{At: time.Date(2026, 1, 15, 3, 3, 0, 0, time.UTC), Edited: true, Blocks: json.RawMessage(`[
		{"type":"header","text":{"type":"plain_text","text":"*Fire* &lt;1&gt;"}}, {"type":"divider"},
		{"type":"context","elements":[{"type":"mrkdwn","text":"*a*"},{"type":"plain_text","text":"*b*"}]},
		{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Ack"},"style":"primary"}]}]`),
		Replies: []preview.Message{{Broadcast: true, Blocks: section("still").Blocks}}})
	for _, want := range []string{`<div class="header">*Fire* &lt;1&gt;</div>`, `<hr class="divider">`, "<div><b>a</b></div><div>*b*</div>",
		`<div class="button primary">Ack</div>`, "03:03", "(edited)", "and to the channel", `<div class="text">still</div>`, `<div class="face">S</div>`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	for _, blocks := range []string{`[{"type":"video"}]`, `[{"type":"actions","elements":[{"type":"datepicker"}]}]`, `[{"type":"section","text":{"type":"html","text":"x"}}]`, `{`} {
		if _, err := preview.Page(preview.Options{}, preview.Message{Blocks: json.RawMessage(blocks)}); err == nil {
			t.Errorf("%s is drawn", blocks)
		}
	}
}

var (
	tags  = regexp.MustCompile(`<[^>]*>?`)
	known = regexp.MustCompile(`^<(/?(b|i|s|br|pre|code|div|span|html|body)|div class="[a-z ]+"|span class="[a-z]+"|hr class="divider"|/?a|a href="https?://[^"<> ]*" rel="noopener noreferrer")>$`)
)

// What the receiver sends of hostile logs is only text in the preview as well.
func TestPage_HostileTextIsOnlyText(t *testing.T) {
	f := &fakes.Slack{}
	srv := httptest.NewServer(f)
	defer srv.Close()
	r, err := slack.New(slack.Options{Token: "x", Channel: "#noc", APIURL: srv.URL, HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range hostile.Payloads() {
		if _, err := r.Send(t.Context(), hostile.Everywhere(p, []string{"first", "repeat", "resolved"}[i%3], i%5 == 0), ""); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range f.Messages() {
		got := page(t, preview.Message{Blocks: m.Blocks})
		for _, tag := range tags.FindAllString(got, -1) {
			if !known.MatchString(tag) {
				t.Fatalf("a tag %s in %s", tag, got)
			}
		}
		if strings.Contains(got, "mention") || hostile.Controls(got) != "" {
			t.Fatalf("%s", got)
		}
	}
}
