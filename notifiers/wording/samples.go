package wording

import (
	"fmt"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
)

// sample is a message that may come.
type sample struct {
	what     string
	delivery alert.Delivery
}

// nasty is what a log may hold.
const nasty = "</b><script>\"'&{{.Receiver}}<!channel> @here http://evil.example\x1b[31m\u202e\xff\r\nBcc: x@example.com"

// samples are messages of all kinds: a template that renders these renders what comes.
func samples() []sample {
	at := time.Date(2026, 1, 15, 0, 3, 10, 0, time.UTC)
	one := func(text string) alert.Transition {
		return alert.Transition{
			ID: "t", At: at.Unix(), Rule: "rule-id", Name: text, Group: alert.NewLabels(alert.Label{Name: "stream_service", Value: text}),
			State: alert.Firing, Severity: alert.Critical, Fingerprint: "0011223344556677", AlertID: "a0", StartsAt: at.Unix() - 60,
			Values: []alert.Value{{Name: "count", V: int64(5)}}, Condition: "count >= 5", Window: 600,
			Annotations: alert.NewLabels(alert.Label{Name: "summary", Value: text}, alert.Label{Name: "description", Value: text},
				alert.Label{Name: "runbook", Value: text}, alert.Label{Name: "runbook_url", Value: "https://wiki.example.com/"}),
			Samples: []alert.Sample{{At: at.Unix(), Source: "app-1/smarty_main", File: "smarty_main.log", Pos: 17, Text: text}},
		}
	}
	message := func(reason notifiers.Reason, status string, ts ...alert.Transition) alert.Delivery {
		return alert.Delivery{ID: "d", Reason: string(reason), Created: at, Message: alert.Message{
			Receiver: "receiver", Status: status, GroupLabels: alert.NewLabels(alert.Label{Name: "rule", Value: "rule-id"}), Alerts: ts}}
	}
	over := one("edge-07")
	over.State, over.EndsAt = alert.Resolved, at.Unix()
	bare := alert.Transition{Rule: "rule-id", State: alert.Event, Severity: alert.Info, AlertID: "b", At: at.Unix()}
	var many []alert.Transition
	for i := range 100 {
		t := one(fmt.Sprintf("edge-%02d %s", i, strings.Repeat("long ", 100)))
		t.AlertID = fmt.Sprint("a", i)
		many = append(many, t)
	}
	return []sample{
		{"an alert that fires", message(notifiers.First, "firing", one("edge-07"))},
		{"an alert that is over", message(notifiers.Resolved, "resolved", over)},
		{"an alert without texts, values and samples", message(notifiers.First, "firing", bare)},
		{"a hundred alerts", message(notifiers.NewAlerts, "firing", append(many, over)...)},
		{"hostile text from a log", message(notifiers.Repeat, "firing", one(nasty))},
	}
}
