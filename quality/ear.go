package main

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/replay"
)

// ear hears what a replay says.
type ear struct {
	heard *heard
	open  map[string]*told
	known map[string]alert.Severity // of the alerts that the channel was told of, as it was told last
}

func (e *ear) alert(t *alert.Transition) {
	switch t.State {
	case alert.Firing, alert.Event:
		a := &told{id: t.AlertID, rule: t.Rule, severity: t.Severity.String(), from: t.At, group: map[string]string{}}
		for _, l := range t.Group {
			a.group[l.Name] = l.Value
		}
		if t.State == alert.Event {
			a.to = t.At
		} else {
			e.open[t.AlertID] = a
		}
		e.heard.alerts = append(e.heard.alerts, a)
	case alert.Resolved:
		if a := e.open[t.AlertID]; a != nil {
			a.to = t.At
			delete(e.open, t.AlertID)
		}
	}
}

// message takes down a message that makes a phone ring, and of which alerts it brings news: of those that are told for the first
// time or have become worse, or of all in a repeat. Slack and Telegram show ends, what became less severe and what became a
// warning by an edit of the message that is there, which nobody hears; docs/receivers say so of each.
func (e *ear) message(n *replay.Notification) {
	reason, m := notifiers.Reason(n.Reason), message{at: n.At, reason: n.Reason}
	worst := alert.Info
	for i := range n.Message.Alerts {
		t := &n.Message.Alerts[i]
		if t.State == alert.Resolved {
			delete(e.known, t.AlertID)
			continue
		}
		was, told := e.known[t.AlertID]
		if !told || t.Severity > was || reason == notifiers.Repeat || slices.Contains(n.Message.Flapping, t.Fingerprint) {
			m.alerts = append(m.alerts, t.AlertID)
		}
		e.known[t.AlertID] = t.Severity
		worst = max(worst, t.Severity)
	}
	switch {
	case len(m.alerts) == 0:
	case reason == notifiers.Update && worst < alert.Critical:
	default:
		m.severity = worst.String()
		e.heard.messages = append(e.heard.messages, &m)
	}
}
