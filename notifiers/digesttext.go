package notifiers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

const (
	digestShown = 5 // alerts told in full, beside the sum of all
	digestNamed = 8 // groups and rules named in that sum
)

// digestText is the text of a message that stands for many groups: their sum,
// then the most urgent alerts.
func digestText(d alert.Delivery, zone *time.Location) Text {
	m, dg := d.Message, d.Message.Digest
	tx := Text{Firing: dg.Firing > 0}
	for _, t := range m.Alerts {
		tx.Severity = max(tx.Severity, t.Severity)
	}
	word := fmt.Sprintf("FIRING %d", dg.Firing)
	switch {
	case dg.Firing == 0:
		word = fmt.Sprintf("RESOLVED %d", dg.Resolved)
	case dg.Resolved > 0:
		word += fmt.Sprintf(", RESOLVED %d", dg.Resolved)
	}
	names := ranked(dg.Rules)
	if len(names) == 0 && len(m.Alerts) > 0 {
		names = []string{ruleName(&m.Alerts[0])}
	}
	what := topText(names, 3, len(names))
	tx.Title = fmt.Sprintf("[%s] %s: %d groups at once: %s", word, strings.ToUpper(tx.Severity.String()), dg.Groups, what)

	sum := AlertText{Head: "All together", Firing: tx.Firing, Severity: tx.Severity}
	sum.add("Groups", fmt.Sprintf("%d since %s, told of in this message alone", dg.Groups, dg.Since.In(zone).Format(clockLayout)))
	sum.add("Alerts", fmt.Sprintf("%d firing, %d resolved", dg.Firing, dg.Resolved))
	sum.add("Rules", topText(ranked(dg.Rules), digestNamed, len(dg.Rules)))
	sum.add("Top", topText(groupNames(dg.Top), digestNamed, dg.Firing))
	tx.Alerts = append(tx.Alerts, sum)

	shown := m.Alerts[:min(len(m.Alerts), digestShown)]
	for i := range shown {
		tx.Alerts = append(tx.Alerts, newAlertText(&shown[i], m.External, d.Created, zone))
	}
	tx.More = max(0, max(dg.Firing, len(m.Alerts))-len(shown))
	return tx
}

// topText is "a, b, c and 34 more".
func topText(names []string, most, all int) string {
	if len(names) > most {
		names = names[:most]
	}
	text := strings.Join(names, ", ")
	if more := all - len(names); more > 0 && len(names) > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func ranked(rs []alert.Ranked) []string {
	out := make([]string, len(rs))
	for i, r := range rs {
		out[i] = fmt.Sprintf("%s (%d)", Cut(Visible(r.Value), maxName), r.Count)
	}
	return out
}

func groupNames(gs []alert.DigestGroup) []string {
	out := make([]string, len(gs))
	for i, g := range gs {
		var labels []string
		for _, l := range g.Labels {
			labels = append(labels, labelText(l))
		}
		if out[i] = strings.Join(labels, " "); out[i] == "" {
			out[i] = "all"
		}
		if g.Firing > 1 {
			out[i] += fmt.Sprintf(" (%d)", g.Firing)
		}
	}
	return out
}

// addStanding says of an alert that it comes and goes, and who looks after it.
func (a *AlertText) addStanding(m alert.Message, t *alert.Transition) {
	if slices.Contains(m.Flapping, t.Fingerprint) {
		a.add("Flapping", "it comes and goes too often: told of again when it is calm")
	}
	for _, ack := range m.Acks {
		if ack.AlertID == t.AlertID {
			text := "by " + ack.By
			if ack.Comment != "" {
				text += ": " + ack.Comment
			}
			a.add("Acked", Cut(Visible(text), maxValue))
		}
	}
}
