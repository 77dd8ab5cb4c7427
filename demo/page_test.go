package demo

import (
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/loggen"
)

// What a log's client chose is shown as text, whatever a receiver's form lets through.
func TestTelegramHTML_KeepsTextText(t *testing.T) {
	for in, want := range map[string]string{
		"<b>Edge</b> is <code>&lt;down&gt;</code>":            "<b>Edge</b> is <code>&lt;down&gt;</code>",
		"<script>alert(1)</script>":                           "&lt;script&gt;alert(1)&lt;/script&gt;",
		`<a href="https://example.com/?a=1&amp;b=2">x</a>`:    `<a href="https://example.com/?a=1&amp;b=2">x</a>`,
		`<a href="javascript:alert(1)">x</a>`:                 `&lt;a href=&#34;javascript:alert(1)&#34;&gt;x</a>`,
		"<blockquote expandable>1 &amp; 2</blockquote> <b x>": "<blockquote expandable>1 &amp; 2</blockquote> &lt;b x&gt;",
	} {
		if got := string(telegramHTML(in)); got != want {
			t.Errorf("%s\n got %s\nwant %s", in, got, want)
		}
	}
	page := draw("Mail", []bubble{{Subject: `"><script>`, Page: `<script>alert("x")</script>`}})
	if strings.Contains(page, "<script>") {
		t.Errorf("a mail's script gets into the page:\n%s", page)
	}
}

// Every incident of the evening can be generated, and lies in the evening.
func TestEvening(t *testing.T) {
	start := time.Date(2026, 1, 15, 18, 0, 0, 0, time.UTC)
	o, all := Evening(start, 2*time.Hour, 1)
	if _, err := loggen.New(o); err != nil || len(all) < 6 || all[0].At > 5*time.Minute {
		t.Errorf("%d incidents, the first after %v: %v", len(all), all[0].At, err)
	}
	if _, some := Evening(start, 15*time.Minute, 1); len(some) != 2 {
		t.Errorf("%d incidents in a quarter of an hour, want 2", len(some))
	}
}
