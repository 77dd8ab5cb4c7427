package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func (r *ruleState) announce(e *Engine, inc *incident, state alert.State, s int64, values []alert.Value) {
	e.out = append(e.out, Output{Alert: r.transition(e, inc, state, s, values)})
}

// transition is the snapshot of what happened, with everything a message may
// say, redacted.
func (r *ruleState) transition(e *Engine, inc *incident, state alert.State, s int64, values []alert.Value) *alert.Transition {
	key := r.groups.Key(inc.Slot)
	labels, fingerprint := r.identity(key)
	values = r.shownValues(values)
	started := inc.StartsAt
	if state == alert.Pending {
		started = inc.ActiveAt
	}
	t := &alert.Transition{At: s, Rule: r.rule.ID, Name: r.rule.Name, Group: labels, State: state,
		Severity: r.rule.Severity, Fingerprint: fingerprint, AlertID: alert.ID(fingerprint, started),
		ActiveAt: inc.ActiveAt, StartsAt: inc.StartsAt, Values: values, Labels: r.rule.Labels,
		Samples: r.recent.of(key, s-r.reach(), e.o.Redactor), Suppressed: inc.Suppressed, Window: r.rule.Window,
		RepeatInterval: r.rule.RepeatInterval, ActiveIn: r.rule.ActiveIn, Silent: r.rule.Status == rules.Test}
	if r.rule.Condition != nil {
		t.Condition = r.rule.Condition.Source
	}
	t.ID = alert.TransitionID(t.AlertID, state, s)
	t.Annotations = r.annotate(t)
	if t.Summary = t.Annotation("summary"); t.Summary == "" {
		t.Summary = plainSummary(t)
	}
	return t
}

// reach is how many seconds back the rule's windows look, at least one.
func (r *ruleState) reach() int64 {
	reach := int64(1)
	for _, c := range r.rule.Columns {
		reach = max(reach, c.Window+c.Offset)
	}
	return reach
}

func (r *ruleState) suppression(slot uint32, s int64, by string) *alert.Suppression {
	labels, fingerprint := r.identity(r.groups.Key(slot))
	return &alert.Suppression{At: s, Rule: r.rule.ID, Group: labels, Fingerprint: fingerprint, By: by}
}

// annotate renders the rule's texts. One that fails gives way to a plain text:
// it must never keep an alert from leaving.
func (r *ruleState) annotate(t *alert.Transition) alert.Labels {
	d := templateData(t)
	pairs := make([]alert.Label, 0, len(r.rule.Annotations))
	for _, a := range r.rule.Annotations {
		text, err := a.Render(d)
		if err != nil {
			r.stats.TemplateErrors++
			text = fmt.Sprintf("%s (the rule's text failed: %s)", plainSummary(t), firstLine(err.Error()))
		}
		pairs = append(pairs, alert.Label{Name: a.Name, Value: text})
	}
	return alert.NewLabels(pairs...)
}

func templateData(t *alert.Transition) *rules.TemplateData {
	d := &rules.TemplateData{Status: "firing", Labels: map[string]string{}, Group: map[string]string{}, Values: map[string]any{},
		Fingerprint: t.Fingerprint, Rule: t.Rule, Severity: t.Severity.String(), Condition: t.Condition, Samples: t.Samples,
		Suppressed: t.Suppressed, StartsAt: time.Unix(t.StartsAt, 0).UTC(), Window: strictyaml.FormatDuration(time.Duration(t.Window) * time.Second)}
	if t.State == alert.Resolved {
		d.Status, d.EndsAt = "resolved", time.Unix(t.At, 0).UTC()
	}
	for _, l := range t.Set(nil) {
		d.Labels[l.Name] = l.Value
	}
	for _, l := range t.Group {
		d.Group[l.Name] = l.Value
	}
	for _, v := range t.Values {
		d.Values[v.Name] = v.V
		if v.Name == "count" {
			d.Count = v.V
		}
	}
	return d
}

// plainSummary is the text of a rule that has none: the values beside what they
// are judged by. Rule and group stand beside it wherever it is shown.
func plainSummary(t *alert.Transition) string {
	var b strings.Builder
	for i, v := range t.Values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v.Name + " " + shown(v))
	}
	if t.Window > 0 {
		b.WriteString(" in " + strictyaml.FormatDuration(time.Duration(t.Window)*time.Second))
	}
	if t.Condition != "" {
		b.WriteString(" (" + t.Condition + ")")
	}
	return b.String()
}

func shown(v alert.Value) string {
	mark := ""
	if v.Approx {
		mark = "~"
	}
	text, ok := rules.Text(v.V)
	if !ok {
		text = "-"
	}
	return mark + text
}
