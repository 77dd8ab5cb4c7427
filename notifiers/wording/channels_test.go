package wording_test

import (
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/hostile"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
	"github.com/smarty-alert/smarty-alert/notifiers/wording"
)

// channels are those of all receivers, with a template that has markup of its own.
var channels = map[string]struct {
	channel wording.Channel
	text    string
	markup  []string // all that may be live
}{
	"slack": {slack.TextChannel, "*{{.Title}}*{{range .Alerts}}\n<{{safeUrl .Annotations.runbook_url}}|Runbook> {{.Annotations.summary}}{{range .Samples}}\n{{.Text}}{{end}}{{end}}",
		[]string{"<|Runbook>"}},
	"telegram": {telegram.Channel, `<b>{{.Title}}</b>{{range .Alerts}}<a href="{{safeUrl .Annotations.runbook_url}}">x</a>{{.Annotations.summary}}{{range .Samples}}<pre>{{.Text}}</pre>{{end}}{{end}}`,
		[]string{"<b>", "</b>", `<a href="">`, "</a>", "<pre>", "</pre>"}},
	"html": {email.HTML, `<p title="{{.Title}}">{{range .Alerts}}<a href="{{.Annotations.runbook_url}}">x</a>{{.Annotations.summary | safeHtml}}{{range .Samples}}<pre>{{.Text}}</pre>{{end}}{{end}}</p>`,
		nil},
}

func TestChannels_NothingOfALogIsLive(t *testing.T) {
	s, err := wording.Parse(nil, wording.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range channels {
		tm, err := s.Compile(name, c.text, c.channel)
		if err != nil {
			t.Fatal(err)
		}
		if err := tm.Check(); err != nil {
			t.Error(err)
		}
		for _, p := range hostile.Payloads() {
			got, err := tm.Render(hostile.Delivery(p, "first"))
			if err != nil {
				t.Errorf("%s: %.60q: %v", name, p, err)
				continue
			}
			if u := notifiers.WebAddress(p); u != "" { // an address where one belongs
				got = strings.NewReplacer("<"+u+"|Runbook>", "", `<a href="`+u+`">`, "").Replace(got)
			}
			for _, m := range c.markup {
				got = strings.ReplaceAll(got, m, "")
			}
			if c.markup != nil && strings.ContainsAny(got, "<>") || name == "html" && strings.Contains(strings.ToLower(got), "<script") {
				t.Errorf("%s: %.60q is live in %.300q", name, p, got)
			}
		}
	}
}

func TestTelegramChannel_RefusesWhatTelegramWould(t *testing.T) {
	for in, want := range map[string]string{
		"<b>x": "<b> is not closed", "x</b>": "closes no tag", "<b><i>x</b></i>": "closes no tag", "<table>x</table>": "is no tag", "a < b": "is no tag",
		`<a href="https://example.com/">x</a> <b>y</b>`: "", strings.Repeat("x", 4097): "too long", "<b>" + strings.Repeat("&lt;", 4096) + "</b>": "",
	} {
		err := telegram.Channel.Check(in)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %q", in, err, want)
		}
	}
}
