package plain

import (
	"fmt"
	"slices"
	"time"

	"github.com/expr-lang/expr/ast"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// resolves says when an alert is over.
func resolves(r *rules.Rule) []string {
	if r.Mode == rules.EventMode {
		return eventEnd(r)
	}
	out := []string{resolution(r)}
	switch {
	case r.Resolve == nil:
	case steps(r) != nil:
		out = append(out, "judged when a record of the steps comes or is "+length(r.Within)+" old; once all are spent, not before the next one comes")
	case !r.Absence && !r.LookBack:
		out = append(out, "also when its windows have run empty"+hold(r, " for "))
	}
	if len(r.Levels) > 1 {
		down := "goes up to a higher level at once, down to a lower one that holds when its own does not"
		if r.KeepFiringFor > 0 {
			down += " and has not for " + length(r.KeepFiringFor) + " without a break"
		}
		out = append(out, down)
	}
	return out
}

func eventEnd(r *rules.Rule) []string {
	out := []string{"never: each alert is a single message"}
	if steps(r) == nil && r.Window > 0 {
		out = append(out, "its windows begin empty after each")
	}
	if r.Cooldown > 0 {
		meanwhile := "came meanwhile"
		if steps(r) != nil {
			meanwhile = "completed the steps again meanwhile"
		}
		out = append(out, "the next"+ofGroup(r)+" comes no sooner than "+length(r.Cooldown)+" later and says how many records "+meanwhile)
	}
	return out
}

func ofGroup(r *rules.Rule) string {
	if r.GroupBy == nil {
		return ""
	}
	return " of the same " + groupNames(r)
}

// resolution is the first sentence: the opposite of the condition, or what
// resolve says.
func resolution(r *rules.Rule) string {
	var text string
	switch {
	case r.Resolve != nil:
		text = "when" + scope(r, r.Resolve) + clause(r.Resolve, noun(r))
	case len(r.Levels) > 1:
		text = "when no level holds"
	case r.Condition != nil && countsOnly(r.Condition.Tree()):
		text = "when " + inWindow(r) + deny(r)
	default:
		text = "when that is no longer so"
	}
	if r.KeepFiringFor > 0 {
		text += ", for " + length(r.KeepFiringFor) + " without a break"
	}
	if r.Schedule != nil {
		text += ", judged at the same times"
	}
	return text
}

// deny is the opposite of a condition that only counts.
func deny(r *rules.Rule) string {
	sp := speaker{constants: r.Condition.Constants(), counts: noun(r)}
	b, ok := r.Condition.Tree().(*ast.BinaryNode)
	if !ok {
		return "that is no longer so"
	}
	text, _ := sp.binary(b, false)
	return text
}

func hold(r *rules.Rule, word string) string {
	if r.KeepFiringFor == 0 {
		return ""
	}
	return word + length(r.KeepFiringFor)
}

// tells says who hears of alerts, how often, and what else is silent meanwhile.
func tells(r *rules.Rule) []string {
	var out []string
	switch r.Status {
	case rules.Test:
		out = append(out, "nobody: the rule is on test, its alerts are recorded only")
	case rules.Disabled:
		return []string{"nobody: the rule is disabled and not evaluated"}
	default:
		out = append(out, "those whom the route names, as "+severities(r))
	}
	if r.Mode == rules.StateMode && r.Status == rules.Stable {
		out = append(out, repeats(r))
	}
	if r.MaxFiring > 0 && r.GroupBy != nil {
		out = append(out, fmt.Sprintf("at most %s fire by themselves, the rest as one overflow alert", some(int64(r.MaxFiring), "group")))
	}
	if r.Status == rules.Test { // it tells nobody, and keeps nobody else's alerts back
		return out
	}
	if len(r.ActiveIn) > 0 {
		out = append(out, "only within the calendar "+orList(r.ActiveIn)+"; it is evaluated at all times")
	}
	if len(r.Inhibits) > 0 {
		same := ""
		if r.GroupBy != nil {
			same = ", except where their " + orList(groupsBy(r)) + " is another one"
		}
		out = append(out, "while it fires, nobody is told of "+andList(r.Inhibits)+same)
	}
	return out
}

func severities(r *rules.Rule) string {
	if len(r.Levels) == 0 {
		return r.Severity.String()
	}
	var out []string
	for _, l := range r.Levels {
		out = append(out, l.Severity.String())
	}
	return orList(out) + ", by level"
}

func repeats(r *rules.Rule) string {
	text := "again while it fires as often as the route says"
	if r.RepeatInterval > 0 {
		text = "again every " + every(int64(r.RepeatInterval/time.Second)) + " while it fires"
	}
	if b := r.RepeatBackoff; b.Factor > 0 {
		text += fmt.Sprintf(", each time after %v times as long", b.Factor)
		if b.Max > 0 {
			text += ", " + length(int64(b.Max/time.Second)) + " at most"
		}
	}
	return text
}

// groups says how the groups are kept apart, and how many there may be.
func groups(r *rules.Rule) []string {
	if r.GroupBy == nil {
		return []string{"none: all records together"}
	}
	bounds := number(int64(r.Groups.Max)) + " at most, beyond which the quiet one matched longest ago is forgotten; so is one without a record for " +
		length(r.Groups.ForgetAfter) + ", unless it fires or is pending"
	if r.Groups.Expect != nil {
		bounds += " or is an expected one"
	}
	without := "it"
	if len(r.GroupBy) > 1 {
		without = "one of these"
	}
	return []string{"each " + groupNames(r) + " by itself; a record without " + without + " does not count", bounds}
}

// window says which records are in the window of a second.
func window(r *rules.Rule) []string {
	var out []string
	if r.Window > 0 {
		out = append(out, edges(r.Window))
	}
	for i, c := range r.Columns {
		if i > 0 && c.Window+c.Offset > day && (c.Window != r.Window || c.Offset > 0) {
			out = append(out, r.Aggregates[i-1].Name+" looks back more than a day: both edges of its window are rounded down to whole minutes")
		}
	}
	if r.Mode == rules.EventMode && r.Schedule == nil && slices.ContainsFunc(r.Columns, func(c windowing.Column) bool { return c.Window+c.Offset > day }) {
		out = append(out, "a record counts there from the end of its minute on: the message comes with the next record after it")
	}
	if r.LookBack {
		out = append(out, "what looks back to when the group was first seen never runs empty")
	}
	return out
}

const day = 24 * 3600 // seconds; windows that reach further back are kept by the minute

// edges is the half-open interval by example.
func edges(seconds int64) string {
	if seconds > day {
		return fmt.Sprintf("%s, (s - %s, s] at second s, both edges rounded down to whole minutes", length(seconds), short(seconds))
	}
	noon := time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC)
	end := noon.Add(time.Duration(seconds) * time.Second)
	if seconds < 12*3600 {
		return fmt.Sprintf("%s, (s - %s, s] at second s: a record of 12:00:00 is in it until %s and out of it at %s",
			length(seconds), short(seconds), end.Add(-time.Second).Format(time.TimeOnly), end.Format(time.TimeOnly))
	}
	return fmt.Sprintf("%s, (s - %s, s] at second s: a record is out of it when it is exactly that old", length(seconds), short(seconds))
}
