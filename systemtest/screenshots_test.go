//go:build screenshots

package systemtest

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/email"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/slack/preview"
)

// kept are the pictures that the documentation shows.
var kept = map[string]string{
	"slack-en-1280-light": "slack-light", "slack-ru-390-dark": "slack-dark-phone",
	"storm-en-1280-light": "slack-storm-light", "mail-en-1280-light": "mail-light", "mail-ru-390-dark": "mail-dark-phone",
}

// TestScreenshots opens what people see in a browser, light and dark, wide and on a
// phone: it says nothing on its console and asks nobody for anything.
func TestScreenshots(t *testing.T) {
	browser := newBrowser(t)
	if browser.open(t, "<script>console.log('x')</script><img src=http://pictures.example/a.png>", "control", false); len(browser.asked()) == 0 || browser.said == "" {
		t.Fatalf("a page that loads a picture and talks is not noticed: %q", browser.said)
	}
	for name, page := range pages(t) {
		for scheme, dark := range map[string]bool{"light": false, "dark": true} {
			pictures := browser.open(t, page, name+"-"+scheme, dark)
			if asked := browser.asked(); len(asked) > 0 || browser.said != "" {
				t.Errorf("%s, %s: asks for %v and says %s", name, scheme, asked, browser.said)
			}
			for i, width := range widths {
				look := fmt.Sprintf("%s-%d-%s", name, width, scheme)
				if b := pictures[i].Bounds(); b.Dx() != width || b.Dy() < 100 || b.Dy() == tallest {
					t.Errorf("%s is %v", look, b)
				}
				keep(t, look, kept[look], pictures[i])
			}
		}
	}
}

// pages are what people see, by name.
func pages(t *testing.T) map[string]string {
	out := map[string]string{}
	for _, language := range []notifiers.Language{notifiers.English, notifiers.Russian} {
		voice := notifiers.Voice{Language: language, Zone: time.FixedZone("MSK", 3*3600)}
		story := newStory(language)
		out["slack-"+string(language)] = slackPage(t, voice, story.incident()...)
		out["group-"+string(language)] = slackPage(t, voice, story.group(notifiers.First))
		out["storm-"+string(language)] = slackPage(t, voice, story.storm(notifiers.First))
		out["mail-"+string(language)] = mailPage(t, voice, story.group(notifiers.First))
		out["resolved-mail-"+string(language)] = mailPage(t, voice, story.resolved())
		out["storm-mail-"+string(language)] = mailPage(t, voice, story.storm(notifiers.First))
	}
	return out
}

// slackPage is the channel after these deliveries, each group in its message.
func slackPage(t *testing.T, v notifiers.Voice, ds ...alert.Delivery) string {
	t.Helper()
	f := &fakes.Slack{}
	srv := httptest.NewServer(f)
	defer srv.Close()
	r, err := slack.New(slack.Options{Token: "x", Channel: "#noc", APIURL: srv.URL, Voice: v, BroadcastResolved: true, HTTP: notifiers.HTTPOptions{AllowLoopback: true}})
	if err != nil {
		t.Fatal(err)
	}
	refs, at := map[string]string{}, map[string]time.Time{}
	for _, d := range ds {
		got, err := r.Send(t.Context(), d, refs[d.GroupKey])
		if err != nil {
			t.Fatal(err)
		}
		refs[d.GroupKey] = got.Ref
		for _, m := range f.Messages() {
			if at[m.TS].IsZero() {
				at[m.TS] = d.Created.In(v.Zone)
			}
		}
	}
	var channel []preview.Message
	place := map[string]int{}
	for _, m := range f.Messages() {
		shown := preview.Message{Blocks: m.Blocks, At: at[m.TS], Edited: m.Edits > 0, Broadcast: m.Broadcast}
		if m.Thread == "" {
			place[m.TS] = len(channel)
			channel = append(channel, shown)
			continue
		}
		parent := &channel[place[m.Thread]]
		parent.Replies = append(parent.Replies, shown)
	}
	page, err := preview.Page(preview.Options{Language: string(v.Language), Title: "Slack", Sender: "smarty-alert"}, channel...)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func mailPage(t *testing.T, v notifiers.Voice, d alert.Delivery) string {
	t.Helper()
	raw := ""
	port, stop, err := (&fakes.Mail{Watch: func(_, mail string) { raw = mail }}).Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	r, err := email.New(email.Options{From: "smarty-alert@example.com", To: []string{"noc@example.com"}, Host: "127.0.0.1", Port: port, TLS: email.NoTLS, Hello: "localhost", Voice: v})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Send(t.Context(), d, ""); err != nil {
		t.Fatal(err)
	}
	l, err := fakes.OpenLetter(raw)
	if err != nil {
		t.Fatal(err)
	}
	return l.HTML
}
