package rules

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Source is what a rule selects its records from.
type Source uint8

// AlertRecords are the transitions of other rules, HealthRecords what the engine
// notices about itself.
const (
	LogRecords Source = iota
	AlertRecords
	HealthRecords
)

// Fielder is a record as expressions see it: of a log, of an alert or of health.
type Fielder interface {
	Field(smartylog.Path) any
}

// Field is a derived value of a record, named by `fields`. Expressions that use
// it fail when it fails.
type Field struct {
	Name  string
	Expr  *Expr
	index int // in Rule.Fields
}

// Ref is a value of a record: Field where it is not nil, else what Path leads to.
type Ref struct {
	Path  smartylog.Path
	Field *Field
}

// Level is a severity and when it holds.
type Level struct {
	Severity alert.Severity
	Expr     *Expr
}

// Step is one step of a sequence or all_of, or what `until` waits for. Its
// records are those that the rule selects too.
type Step struct {
	ID     string   // "" if it has none
	Events []string // as in Rule
	Logs   []string
	Match  *Expr // nil: every record of the events
	Count  int   // records it takes
	Absent bool  // must not come
}

// Selects reports whether a record of this event in this log can satisfy the
// step at all.
func (st *Step) Selects(log, event string) bool { return selects(st.Logs, st.Events, log, event) }

func selects(logs, events []string, log, event string) bool {
	if logs != nil && !slices.Contains(logs, log) {
		return false
	}
	if events == nil {
		return true
	}
	for _, e := range events {
		if e == event || strings.ContainsAny(e, "*?[") && globMatch(e, event) {
			return true
		}
	}
	return false
}

// Which says which of a window's records, in total order, is meant.
type Which uint8

// Prev is the last but one.
const (
	FirstRecord Which = iota
	LastRecord
	PrevRecord
)

// RecordField is a field of a certain record of the window, as `last.reason`.
// It is a variable of conditions called Name, nil when there is no such record.
type RecordField struct {
	Name   string
	Record Which
	Kept   int // into Rule.Kept: the value that a record leaves behind
}
