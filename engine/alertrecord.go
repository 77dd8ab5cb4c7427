package engine

import (
	"fmt"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// nowhere is the source of records that stand in no log.
const nowhere = -1

// alertRecord is a transition as rules with source: alerts see it.
type alertRecord struct{ *alert.Transition }

// Field returns a field of the record: what is hidden in a transition is hidden
// here too.
func (a alertRecord) Field(p smartylog.Path) any {
	name, _ := p.Root()
	switch name {
	case "rule":
		return a.Rule
	case "state":
		return a.State.String()
	case "severity":
		return a.Severity.String()
	case "time":
		return time.Unix(a.At, 0).UTC().Format(time.RFC3339)
	case "labels":
		return a.label(p)
	case "values":
		return p.Below(a.values())
	}
	return nil
}

// label finds a group label by its name as written, which may have dots, or as
// alerts carry it.
func (a alertRecord) label(p smartylog.Path) any {
	labels := make(smartylog.Dict, len(a.Group))
	for i, l := range a.Group {
		labels[i] = smartylog.Pair{Key: l.Name, Value: l.Value}
	}
	if v := p.Below(labels); v != nil {
		return v
	}
	name := strings.TrimPrefix(p.String(), "labels.")
	for _, l := range a.Group {
		if l.Name == name || alert.SafeName(l.Name) == name {
			return l.Value
		}
	}
	return nil
}

func (a alertRecord) values() smartylog.Dict {
	values := make(smartylog.Dict, len(a.Values))
	for i, v := range a.Values {
		values[i] = smartylog.Pair{Key: v.Name, Value: v.V}
		if list, ok := v.V.([]any); ok {
			values[i].Value = unranked(list)
		}
	}
	return values
}

// unranked is a list as records have them.
func unranked(list []any) []any {
	out := make([]any, len(list))
	for i, item := range list {
		out[i] = item
		if ranked, ok := item.(alert.Ranked); ok {
			out[i] = smartylog.Dict{{Key: "value", Value: ranked.Value}, {Key: "count", Value: ranked.Count}}
		}
	}
	return out
}

// String says what happened, for people.
func (a alertRecord) String() string {
	return fmt.Sprintf("%s %s {%s} %s", a.State, a.Rule, a.Group, a.Summary)
}

// alertItems adds the transitions of the second's log rules as the rules over them
// want them, in the order in which they were told. A rule that fails once too often over
// them is concerned as well: its quarantine begins at once.
func (e *Engine) alertItems(s int64, items *arrivals) {
	if len(e.happened) == 0 {
		return
	}
	for _, r := range e.rules {
		if r.rule.Source != rules.AlertRecords || r.faults.noted() {
			continue
		}
		for i, t := range e.happened {
			rec := alertRecord{t}
			if f := e.matchOwn(r, rec, "", ""); f != nil {
				e.takeOwn(items, f, s, i, "alerts", rec.String())
			}
			if r.faults.broken(e.o.QuarantineAfter) {
				r.faults.From = s
				e.concerned.add(r.index)
				break
			}
		}
	}
}
