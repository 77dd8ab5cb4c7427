package hostile_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/notifiers/slack"
	"github.com/smarty-alert/smarty-alert/notifiers/telegram"
)

// Every channel links to the page in its own way, once.
func TestReceivers_LinkToThePage(t *testing.T) {
	group := alert.NewLabels(alert.Label{Name: "edge", Value: "a&b"})
	d := alert.Delivery{ID: "d", Receiver: "noc", GroupKey: "k", Reason: "first", Message: alert.Message{Receiver: "noc", Status: "firing", GroupKey: "k",
		Alerts: []alert.Transition{{Rule: "edge_down", Group: group, State: alert.Firing, Severity: alert.Critical, StartsAt: 1, At: 1, AlertID: "a"}}}}
	send := func(to notifiers.Receiver) {
		t.Helper()
		if _, err := to.Send(t.Context(), d, ""); err != nil {
			t.Fatal(err)
		}
	}
	bot, hook, chat := &fakes.Slack{}, &fakes.Slack{}, &fakes.Telegram{}
	botURL, hookURL, chatURL := httptest.NewServer(bot), httptest.NewServer(hook), httptest.NewServer(chat)
	for _, srv := range []*httptest.Server{botURL, hookURL, chatURL} {
		t.Cleanup(srv.Close)
	}
	send(must[*slack.Receiver](t)(slack.New(slack.Options{Token: "x", Channel: "#noc", APIURL: botURL.URL, HTTP: local, Voice: russian})))
	send(must[*slack.Receiver](t)(slack.New(slack.Options{WebhookURL: notifiers.Secret(hookURL.URL + "/services/x"), HTTP: local, Voice: russian})))
	send(must[*telegram.Receiver](t)(telegram.New(telegram.Options{Token: "1:x", Chat: "1", APIURL: chatURL.URL, HTTP: local, Voice: russian})))
	const query = "q=edge%3Da%26b&amp;q=rule%3Dedge_down"
	for name, c := range map[string]struct{ got, want string }{
		"slack":                 {strings.Join(blockTexts(t, bot.Messages()[0].Blocks), "\n"), "<https://alerts.example.com/?" + query + "|Открыть>"},
		"slack's plain text":    {hook.Last()["text"], "<https://alerts.example.com/?" + query + "|Открыть>"},
		"telegram":              {chat.Messages()[0].Text, `<a href="https://alerts.example.com/?` + query + `">Открыть</a>`},
		"a mail's plain part":   {mailOf(t, d).Text, "Открыть:    https://alerts.example.com/?" + strings.ReplaceAll(query, "&amp;", "&")},
		"a mail's part of HTML": {mailOf(t, d).HTML, `href="https://alerts.example.com/?` + query + `">Открыть</a>`},
	} {
		if strings.Count(c.got, c.want) != 1 || strings.Count(c.got, "alerts.example.com") != 1 {
			t.Errorf("%s: %q is not once in\n%s", name, c.want, c.got)
		}
	}
}
