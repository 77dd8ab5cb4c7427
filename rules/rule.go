package rules

import (
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// Status says whether a rule is evaluated and whether it notifies.
type Status string

// Test rules are evaluated and journalled, never notified.
const (
	Stable   Status = "stable"
	Test     Status = "test"
	Disabled Status = "disabled"
)

// Mode is the life cycle of a rule's alerts (semantics §3).
type Mode string

// StateMode alerts fire and resolve; EventMode alerts are single messages.
const (
	StateMode Mode = "state"
	EventMode Mode = "event"
)

// Rule is one checked and compiled rule. It is immutable. Lengths of time are
// whole seconds, the unit of evaluation.
type Rule struct {
	ID, Name, Description string
	Status                Status
	File                  string
	Line                  int

	Source  Source
	Builtin bool     // one of Builtin's, not of a file
	Logs    []string // file stems; nil: any
	Events  []string // upper-case names and globs; nil: any. Of a sequence without its own, those of all steps
	Match   *Expr    // nil: every record of the events
	Fields  []*Field // derived values, each using those before it at most
	GroupBy []GroupField

	Window     int64 // 0: none
	Aggregates []Aggregate
	Columns    []windowing.Column // count first, then one per aggregate
	Condition  *Expr              // nil: true, or Levels decide
	Levels     []Level            // instead of Condition, most severe first
	Resolve    *Expr              // nil: not Condition, or no level
	PeakOf     int                // column whose highest value the summary shows
	LookBack   bool               // some aggregate or record of Recorded looks back to the group's creation
	Recorded   []RecordField      // the first., last. and prev. fields that conditions name
	Kept       []Ref              // what each record leaves behind for Recorded

	Sequence []Step // in this order; nil: the rule is no sequence
	AllOf    []Step // in any order; nil: the rule is no all_of
	Until    *Step  // discards what came before it; nil: none
	Within   int64
	Min      int // how many of AllOf

	For, KeepFiringFor, Cooldown int64
	Warmup                       int64
	MaxFiring                    int // state mode: more firing groups are folded into one alert
	Mode                         Mode
	Absence                      bool
	Groups                       GroupLimits
	Schedule                     *calendar.Cron // nil: evaluated when content changes

	Severity       alert.Severity
	Labels         alert.Labels
	Annotations    []Annotation
	Translations   []Translation // as written; Name, Description and Annotations are those of Options.Language
	RepeatInterval time.Duration // 0: the route's
	RepeatBackoff  alert.Backoff
	Inhibits       []string // ids of the rules that are not told of while this one fires
	ActiveIn       []string // calendars in which it may notify

	texts       []Written // with Options.Keep
	state, rest []part
	stateHash   string
	at          *strictyaml.Mapping                                              // with Options.Keep
	reread      func(edits *strictyaml.Mapping, faults *strictyaml.Faults) *Rule // the same
}

// GroupField is one name of group_by.
type GroupField struct {
	Name string
	Ref
}

// Aggregate is one named value of a window.
type Aggregate struct {
	Name  string
	Func  windowing.Func
	Where *Expr // nil: every matching record
	Value *Expr // nil for count
}

// GroupLimits bound a rule's groups (semantics §4).
type GroupLimits struct {
	Expect      [][]string // label values in the order of group_by; one empty tuple for a rule without group_by
	ForgetAfter int64
	Max         int
}

// Selects reports whether a record of this event in this log can concern the
// rule at all.
func (r *Rule) Selects(log, event string) bool { return selects(r.Logs, r.Events, log, event) }

// Expressions lists what the rule evaluates, in the order of its keys.
func (r *Rule) Expressions() []*Expr {
	out := []*Expr{r.Match, r.Condition, r.Resolve}
	for _, f := range r.Fields {
		out = append(out, f.Expr)
	}
	for _, a := range r.Aggregates {
		out = append(out, a.Where, a.Value)
	}
	for _, level := range r.Levels {
		out = append(out, level.Expr)
	}
	for _, list := range [][]Step{r.Sequence, r.AllOf} {
		for _, st := range list {
			out = append(out, st.Match)
		}
	}
	if r.Until != nil {
		out = append(out, r.Until.Match)
	}
	return slices.DeleteFunc(out, func(x *Expr) bool { return x == nil })
}

// MaxSeverity is the severity of the rule's alerts, the highest of its levels if
// it has any.
func (r *Rule) MaxSeverity() alert.Severity {
	if len(r.Levels) > 0 {
		return r.Levels[0].Severity
	}
	return r.Severity
}

// Title is the rule's name, or its id.
func (r *Rule) Title() string {
	if r.Name != "" {
		return r.Name
	}
	return r.ID
}

// Set is all loaded rules, in file order: by file name, then by place.
type Set struct {
	Rules   []*Rule
	Files   []string
	Tests   []ruletest.Test // of these files; files of tests alone are no rule files
	builtin []*Rule
	roots   []*strictyaml.Mapping // with Options.Keep
}

// Find returns the rule with the id, or nil.
func (s *Set) Find(id string) *Rule {
	for _, r := range s.Rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Wants tells whether an enabled rule selects an event of a log.
func (s *Set) Wants(log, event string) bool {
	for _, r := range s.Rules {
		if r.Status != Disabled && r.Source == LogRecords && r.Selects(log, event) {
			return true
		}
	}
	return false
}
