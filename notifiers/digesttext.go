package notifiers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
)

const (
	digestShown = 5 // alerts told in full, beside the sum of all
	digestNamed = 8 // groups and rules named in that sum
)

// digest is the text of a message that stands for many groups: their sum, then the
// most urgent alerts.
func (w writer) digest(d alert.Delivery) Text {
	m, dg := d.Message, d.Message.Digest
	tx := Text{Firing: dg.Firing > 0, Words: w.Words, words: w.words}
	for _, t := range m.Alerts {
		tx.Severity = max(tx.Severity, t.Severity)
	}
	names := ranked(dg.Rules)
	if len(names) == 0 && len(m.Alerts) > 0 {
		names = []string{ruleName(&m.Alerts[0])}
	}
	if !dg.Until.IsZero() {
		return w.past(tx, d, names)
	}
	tx.Title = fmt.Sprintf("[%s] %s: %s: %s", w.sums(dg.Firing, dg.Resolved), w.severityName(tx.Severity), w.count(dg.Groups, w.groupsAtOnce), w.top(names, 3, len(names)))

	sum := AlertText{Head: w.together, Firing: tx.Firing, Severity: tx.Severity}
	sum.add(w.groups, fmt.Sprintf(w.groupsSince, dg.Groups, w.clock(dg.Since.In(w.zone))))
	sum.add(w.alerts, fmt.Sprintf(w.alertsSum, dg.Firing, dg.Resolved))
	sum.add(w.rules, w.top(ranked(dg.Rules), digestNamed, len(dg.Rules)))
	sum.add(w.topGroups, w.top(w.groupNames(dg.Top), digestNamed, dg.Firing))
	tx.Alerts = append(tx.Alerts, sum)

	w.show(&tx, m)
	if tx.Firing {
		tx.Silence, tx.Open = w.silence(m)
	}
	return tx
}

// show tells the most urgent alerts of a digest in full.
func (w writer) show(tx *Text, m alert.Message) {
	shown := m.Alerts[:min(len(m.Alerts), digestShown)]
	for i := range shown {
		a := w.alert(&shown[i], m.External)
		a.spare(&shown[i], shown[:i])
		tx.Alerts = append(tx.Alerts, a)
	}
	tx.More = max(0, max(m.Digest.Count(), len(m.Alerts))-len(shown))
}

// past is the text about what was over before its logs were read.
func (w writer) past(tx Text, d alert.Delivery, names []string) Text {
	dg := d.Message.Digest
	since, until := dg.Since.In(w.zone), dg.Until.In(w.zone)
	form := "15:04"
	if since.Format(w.date) != until.Format(w.date) {
		form = w.date + " " + form
	}
	word := fmt.Sprintf(w.wasFiring, since.Format(form), until.Format(form))
	tx.Title = fmt.Sprintf("[%s] %s: %s: %s", word, w.severityName(tx.Severity), w.count(dg.Resolved, w.readLate), w.top(names, 3, len(names)))

	sum := AlertText{Head: w.together, Severity: tx.Severity, Summary: w.whyLate}
	sum.add(w.wasDuring, fmt.Sprintf(w.fromTo, w.clock(since), w.clock(until), w.span(dg.Until.Unix()-dg.Since.Unix())))
	sum.add(w.rules, w.top(ranked(dg.Rules), digestNamed, len(dg.Rules)))
	sum.add(w.topGroups, w.top(w.groupNames(dg.Top), digestNamed, dg.Groups))
	tx.Alerts = append(tx.Alerts, sum)
	w.show(&tx, d.Message)
	return tx
}

// sums says how many alerts fire and how many are over.
func (w writer) sums(firing, over int) string {
	switch {
	case firing == 0:
		return w.count(over, w.resolvedMany)
	case over > 0:
		return w.count(firing, w.firingMany) + ", " + w.count(over, w.resolvedMany)
	}
	return w.count(firing, w.firingMany)
}

// top is "a, b, c and 34 more".
func (w writer) top(names []string, most, all int) string {
	if len(names) > most {
		names = names[:most]
	}
	text := strings.Join(names, ", ")
	if more := all - len(names); more > 0 && len(names) > 0 {
		text += " " + fmt.Sprintf(w.others, more)
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

func (w writer) groupNames(gs []alert.DigestGroup) []string {
	out := make([]string, len(gs))
	for i, g := range gs {
		var labels []string
		for _, l := range g.Labels {
			labels = append(labels, labelText(l))
		}
		if out[i] = strings.Join(labels, " "); out[i] == "" {
			out[i] = w.all
		}
		if g.Firing > 1 {
			out[i] += fmt.Sprintf(" (%d)", g.Firing)
		}
	}
	return out
}

// addStanding says of an alert that it comes and goes, and who looks after it.
func (w writer) addStanding(a *AlertText, m alert.Message, t *alert.Transition) {
	if slices.Contains(m.Flapping, t.Fingerprint) {
		a.add(w.flapping, w.untilCalm)
	}
	for _, ack := range m.Acks {
		if ack.AlertID == t.AlertID {
			text := fmt.Sprintf(w.by, ack.By)
			if ack.Comment != "" {
				text += ": " + ack.Comment
			}
			a.add(w.acked, Cut(Visible(text), maxValue))
			a.Acked = true
		}
	}
}
