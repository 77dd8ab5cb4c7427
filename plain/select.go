package plain

import (
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
)

// watches says which records a rule takes.
func watches(r *rules.Rule) []string {
	text := things(r.Source, r.Events, r.Logs)
	if r.Match != nil {
		text += " where " + clause(r.Match, "")
	}
	out := []string{text}
	switch {
	case r.Until != nil:
		out = append(out, "of these, those that satisfy a step, or are waited for by until")
	case steps(r) != nil:
		out = append(out, "of these, those that satisfy a step")
	}
	for _, f := range r.Fields {
		out = append(out, "calls "+f.Name+": "+value(f.Expr))
	}
	return out
}

// things are the records of a source before any expression is asked.
func things(source rules.Source, events, logs []string) string {
	switch source {
	case rules.AlertRecords:
		return "changes of other rules' alerts"
	case rules.HealthRecords:
		return "what the program notices about itself"
	}
	text := "every record"
	if events != nil {
		text = orList(events)
	}
	if logs != nil {
		return text + " of " + orList(logs)
	}
	return text
}

// briefThings is the same for a table.
func briefThings(r *rules.Rule) string {
	switch {
	case r.Source == rules.AlertRecords:
		return "alerts"
	case r.Source == rules.HealthRecords:
		return "health"
	case len(r.Events) > 1:
		return r.Events[0] + " +" + number(int64(len(r.Events)-1))
	case len(r.Events) == 1:
		return r.Events[0]
	case len(r.Logs) > 0:
		return strings.Join(r.Logs, ", ")
	}
	return "everything"
}

// noun is what a rule counts, in the plural.
func noun(r *rules.Rule) string {
	switch {
	case r.Source == rules.AlertRecords:
		return "changes"
	case r.Source == rules.HealthRecords:
		return "notices"
	case steps(r) != nil:
		return "records of the steps"
	}
	return "records"
}

func steps(r *rules.Rule) []rules.Step {
	if r.Sequence != nil {
		return r.Sequence
	}
	return r.AllOf
}

// groupNames is what a rule groups by; "" for one without groups.
func groupNames(r *rules.Rule) string { return andList(groupsBy(r)) }

func groupsBy(r *rules.Rule) []string {
	names := make([]string, len(r.GroupBy))
	for i, g := range r.GroupBy {
		names[i] = g.Name
	}
	return names
}

func andList(items []string) string { return listed(items, "and") }
func orList(items []string) string  { return listed(items, "or") }

func listed(items []string, last string) string {
	n := len(items)
	switch n {
	case 0:
		return ""
	case 1:
		return items[0]
	}
	return strings.Join(items[:n-1], ", ") + " " + last + " " + items[n-1]
}
