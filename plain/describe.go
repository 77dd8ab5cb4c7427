package plain

import (
	"fmt"

	"github.com/smarty-alert/smarty-alert/rules"
)

// Words is what can be said about one rule. Each list has a sentence or more;
// Window, Values and Resolves may have none. Its JSON names are stable, its
// sentences are not.
type Words struct {
	ID          string            `json:"id"`
	Name        string            `json:"name,omitempty"`
	Description string            `json:"description,omitempty"`
	File        string            `json:"file"`
	Line        int               `json:"line"` // 1-based, of the rule's first key
	Status      string            `json:"status"`
	Severity    string            `json:"severity"` // the highest
	Mode        string            `json:"mode"`
	Kind        string            `json:"kind"` // see Kind
	Labels      map[string]string `json:"labels,omitempty"`
	Languages   []string          `json:"languages,omitempty"` // of translations
	StateHash   string            `json:"state"`               // an edit that leaves it alone keeps the state

	Watches  []string `json:"watches"`
	Groups   []string `json:"groups"`
	Window   []string `json:"window,omitempty"`
	Values   []string `json:"values,omitempty"`
	Fires    []string `json:"fires"`
	Resolves []string `json:"resolves"`
	Tells    []string `json:"tells"`
	Keeps    []string `json:"keeps"`
}

// Describe says all about a rule.
func Describe(r *rules.Rule) Words {
	w := Words{
		ID: r.ID, Name: r.Name, Description: r.Description, File: r.File, Line: r.Line,
		Status: string(r.Status), Severity: r.MaxSeverity().String(), Mode: string(r.Mode), Kind: Kind(r), StateHash: r.StateHash(),
		Watches: watches(r), Groups: groups(r), Window: window(r), Values: values(r),
		Fires: fires(r), Resolves: resolves(r), Tells: tells(r), Keeps: keeps(r),
	}
	for _, t := range r.Translations {
		w.Languages = append(w.Languages, t.Language)
	}
	for _, l := range r.Labels {
		if w.Labels == nil {
			w.Labels = map[string]string{}
		}
		w.Labels[l.Name] = l.Value
	}
	return w
}

// Kind is one word for the form of a rule: sequence, all_of, schedule, absence,
// alerts or health (what it watches), else its mode, state or event.
func Kind(r *rules.Rule) string {
	switch {
	case r.Sequence != nil:
		return "sequence"
	case r.AllOf != nil:
		return "all_of"
	case r.Schedule != nil:
		return "schedule"
	case r.Absence:
		return "absence"
	case r.Source == rules.AlertRecords:
		return "alerts"
	case r.Source == rules.HealthRecords:
		return "health"
	}
	return string(r.Mode)
}

// keeps says what survives a restart and an edit.
func keeps(r *rules.Rule) []string {
	lost := "nothing, over an edit of source, log, event, match, fields, group_by, window, aggregates, condition, levels, mode or absence"
	if steps(r) != nil {
		lost = "nothing, over an edit of source, log, event, match, fields, group_by, aggregates, mode, or the steps with within, min and until"
	}
	if r.Mode == rules.StateMode {
		lost += "; its alerts that fire resolve then (rule_changed)"
	}
	return []string{"all it knows, over a restart and over an edit of anything else", lost}
}

// Short is a rule in the few words of a row.
type Short struct {
	Watches string `json:"watches"`
	Fires   string `json:"fires"`
}

// Brief says what a rule watches and when it fires. Conditions stand as they were
// written where the words would be longer.
func Brief(r *rules.Rule) Short {
	return Short{Watches: briefThings(r), Fires: briefFires(r)}
}

func briefFires(r *rules.Rule) string {
	list := steps(r)
	switch {
	case r.Sequence != nil && list[len(list)-1].Absent:
		return fmt.Sprintf("the last of %d steps does not come in %s", len(list), short(r.Within)) + briefGroup(r)
	case r.Sequence != nil:
		return fmt.Sprintf("%d steps in order in %s", len(list), short(r.Within)) + briefGroup(r)
	case r.AllOf != nil:
		return fmt.Sprintf("%d of %d steps in %s", r.Min, len(list), short(r.Within)) + briefGroup(r)
	}
	text := briefCondition(r)
	switch {
	case r.Schedule != nil:
		text = times(r.Schedule) + ": " + text
	case r.For > 0:
		text += " for " + short(r.For)
	}
	return text + briefGroup(r)
}

func briefCondition(r *rules.Rule) string {
	text := "each one"
	if r.Schedule != nil {
		text = "whatever came"
	}
	switch {
	case len(r.Levels) > 0:
		text = ""
		for i, l := range r.Levels {
			if i > 0 {
				text += "; "
			}
			text += l.Severity.String() + ": " + source(l.Expr, r)
		}
	case r.Condition != nil:
		text = source(r.Condition, r)
	}
	if r.Window > 0 {
		text += " in " + short(r.Window)
	}
	return text
}

// source is an expression as it was written, or in words where its vars need
// their values.
func source(x *rules.Expr, r *rules.Rule) string {
	if len(x.Constants()) > 0 {
		return clause(x, noun(r))
	}
	return x.Source
}

func briefGroup(r *rules.Rule) string {
	if r.GroupBy == nil {
		return ""
	}
	return ", per " + groupNames(r)
}
