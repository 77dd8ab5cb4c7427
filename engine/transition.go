package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

func (r *ruleState) announce(e *Engine, inc *incident, state alert.State, s int64) {
	e.out = append(e.out, Output{Alert: r.transition(e, inc, state, s)})
}

// transition is the snapshot of what happened, with everything a message may
// say, redacted.
func (r *ruleState) transition(e *Engine, inc *incident, state alert.State, s int64) *alert.Transition {
	key := r.groups.Key(inc.Slot)
	labels, fingerprint := r.identity(key)
	started := inc.StartsAt
	if state == alert.Pending {
		started = inc.ActiveAt
	}
	t := r.blank(labels, fingerprint, state, s, started)
	t.Severity, t.Condition = r.severity(inc), r.condition(inc)
	t.ActiveAt, t.StartsAt, t.Suppressed = inc.ActiveAt, inc.StartsAt, inc.Suppressed
	t.Values, t.Samples = r.shownValues(r.values(inc.Slot, s)), r.recent.of(key, r.since(s), e.o.Redactor)
	t.Annotations = r.annotate(t)
	if t.Summary = t.Annotation("summary"); t.Summary == "" {
		t.Summary = r.plainSummary(t)
	}
	return t
}

// blank is a transition with all that the rule alone says of it.
func (r *ruleState) blank(group alert.Labels, fingerprint string, state alert.State, s, started int64) *alert.Transition {
	id := alert.ID(fingerprint, started)
	return &alert.Transition{ID: alert.TransitionID(id, state, s), At: s, Rule: r.rule.ID, Name: r.rule.Name, Group: group, State: state,
		Fingerprint: fingerprint, AlertID: id, Labels: r.rule.Labels, Window: r.rule.Window, RepeatInterval: r.rule.RepeatInterval,
		RepeatBackoff: r.rule.RepeatBackoff, Inhibits: r.rule.Inhibits, ActiveIn: r.rule.ActiveIn, Silent: r.rule.Status == rules.Test}
}

// since is the second after which a record belongs to what the rule judges by.
func (r *ruleState) since(s int64) int64 {
	if r.rule.LookBack {
		return never
	}
	reach := int64(1)
	for _, c := range r.rule.Columns {
		reach = max(reach, c.Window+c.Offset)
	}
	if r.order != nil {
		reach = max(reach, r.order.reach)
	}
	return s - reach
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
			text = fmt.Sprintf("%s (the rule's text failed: %s)", r.plainSummary(t), firstLine(err.Error()))
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
func (r *ruleState) plainSummary(t *alert.Transition) string {
	var b strings.Builder
	for i, v := range t.Values {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(v.Name + " " + shown(v))
	}
	switch {
	case r.order != nil: // count is of its steps, whatever window its aggregates have
		b.WriteString(" within " + strictyaml.FormatDuration(time.Duration(r.rule.Within)*time.Second))
	case t.Window > 0:
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
	return mark + listText(v.V)
}

// listText is a value in words: a list has its items one after the other, with
// their numbers where they have one.
func listText(v any) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = listText(item)
		}
		if len(parts) == 0 {
			return "-"
		}
		return strings.Join(parts, ", ")
	case alert.Ranked:
		return fmt.Sprintf("%s (%d)", v.Value, v.Count)
	}
	if text, ok := rules.Text(v); ok {
		return text
	}
	return "-"
}
