package plain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/smarty-alert/smarty-alert/rules"
)

// fires says when a rule's alert begins.
func fires(r *rules.Rule) []string {
	var out []string
	switch {
	case r.Schedule != nil:
		out = append(out, "judged "+times(r.Schedule)+" and at no other time")
		fallthrough
	case steps(r) == nil:
		out = append(out, conditions(r)...)
	default:
		out = append(out, ordered(r)...)
	}
	if r.For > 0 {
		out = append(out, "waits until that has held for "+length(r.For)+" without a break (pending)")
	}
	if r.Absence {
		out = append(out, absence(r)...)
	}
	if r.Warmup > 0 {
		out = append(out, "keeps quiet in its first "+length(r.Warmup)+" of the logs' time (warmup)")
	}
	return out
}

// conditions says a condition, or one for each level.
func conditions(r *rules.Rule) []string {
	if len(r.Levels) > 0 {
		var out []string
		for _, l := range r.Levels {
			out = append(out, fmt.Sprintf("as %s when%s%s", l.Severity, scope(r, l.Expr), clause(l.Expr, noun(r))))
		}
		return out
	}
	if r.Condition == nil && r.Schedule != nil {
		return []string{"each time, if " + oneSuch(r) + " came since the last time" + sameGroup(r)}
	}
	if r.Condition == nil {
		return []string{"at each second that brings " + oneSuch(r) + sameGroup(r)}
	}
	text := clause(r.Condition, noun(r))
	if countsOnly(r.Condition.Tree()) && r.GroupBy != nil {
		text = " " + inWindow(r) + text + " of the same " + groupNames(r)
	} else {
		text = scope(r, r.Condition) + text
	}
	switch {
	case r.Mode == rules.EventMode && r.Schedule != nil:
		text += "; only if a record came since the last time"
	case r.Mode == rules.EventMode:
		text += ", at a second that brings " + oneSuch(r)
	}
	return []string{"when" + text}
}

func oneSuch(r *rules.Rule) string {
	switch r.Source {
	case rules.AlertRecords:
		return "such a change"
	case rules.HealthRecords:
		return "such a notice"
	}
	return "such a record"
}

func sameGroup(r *rules.Rule) string {
	if r.GroupBy == nil {
		return ""
	}
	return ", for each " + groupNames(r) + " by itself"
}

// scope is what a condition is about, to stand after "when": a group, and a
// window where it counts or asks for one of the window's records.
func scope(r *rules.Rule, x *rules.Expr) string {
	text := " "
	if r.GroupBy != nil {
		text = ", for the same " + groupNames(r) + ", "
	}
	if slices.Contains(x.Names, "count") || r.Window > 0 && slices.ContainsFunc(x.Names, ofRecord) {
		text += inWindow(r)
	}
	return text
}

// ofRecord reports whether a name is a field of the first, last or previous record.
func ofRecord(name string) bool {
	root, _, _ := strings.Cut(name, ".")
	return recordNames[root] != ""
}

func inWindow(r *rules.Rule) string {
	switch {
	case r.Window > 0:
		return "within " + length(r.Window) + " "
	case steps(r) != nil:
		return "within " + length(r.Within) + " "
	}
	return "in one second "
}

// countsOnly reports whether a condition is a single comparison of count with a
// number, or with a var.
func countsOnly(n ast.Node) bool {
	b, ok := n.(*ast.BinaryNode)
	if !ok || mirrored[b.Operator] == "" || b.Operator == "!=" {
		return false
	}
	_, left := plainNumber(b.Left)
	_, right := plainNumber(b.Right)
	return isName(b.Left, "count") && right || isName(b.Right, "count") && left
}

// ordered says a sequence or all_of.
func ordered(r *rules.Rule) []string {
	same := ""
	if r.GroupBy != nil {
		same = " of the same " + groupNames(r)
	}
	list, things := steps(r), noun(r)
	if r.Source == rules.LogRecords {
		things = "records"
	}
	absent := r.Sequence != nil && list[len(list)-1].Absent
	var out []string
	switch {
	case absent:
		out = append(out, fmt.Sprintf("when these %s%s came in this order, but the last did not follow within %s of the first:", things, same, length(r.Within)))
	case r.Sequence != nil:
		out = append(out, fmt.Sprintf("when these %s%s have come in this order, all within %s (the last less than that after the first):", things, same, length(r.Within)))
	case r.Min == len(list):
		out = append(out, fmt.Sprintf("when all of these %s%s have come within %s, in any order:", things, same, length(r.Within)))
	default:
		out = append(out, fmt.Sprintf("when at least %d of these %d%s have come within %s, in any order:", r.Min, len(list), same, length(r.Within)))
	}
	for i := range list {
		out = append(out, fmt.Sprintf("%d) %s", i+1, step(&list[i], r)))
	}
	out = append(out, "then all that came before is spent: no record counts twice")
	if r.Until != nil {
		out = append(out, "forgets all that came before when there is "+stepThings(r.Until, r)+sameAs(r))
	}
	return out
}

func sameAs(r *rules.Rule) string {
	if r.GroupBy == nil {
		return ""
	}
	return " of that " + groupNames(r)
}

func step(st *rules.Step, r *rules.Rule) string {
	text := stepThings(st, r)
	switch {
	case st.Absent:
		text = "no " + text
	case st.Count > 1:
		text = fmt.Sprintf("%d × %s", st.Count, text)
	}
	if st.ID != "" {
		text += " (" + st.ID + ")"
	}
	return text
}

func stepThings(st *rules.Step, r *rules.Rule) string {
	article := "a "
	if st.Absent {
		article = ""
	}
	text := article + "watched record"
	switch {
	case r.Source == rules.AlertRecords:
		text = article + "watched change"
	case st.Events != nil:
		text = things(rules.LogRecords, st.Events, st.Logs)
	case st.Logs != nil:
		text = article + "record of " + orList(st.Logs)
	}
	if st.Match != nil {
		text += " where " + clause(st.Match, "")
	}
	return text
}

// absence says from when on silence counts.
func absence(r *rules.Rule) []string {
	window := length(r.Window)
	var out []string
	switch {
	case r.GroupBy == nil && r.Groups.Expect != nil:
		out = append(out, "silence counts: judged from "+window+" after the start on")
	case r.GroupBy == nil:
		out = append(out, "silence counts: judged from "+window+" after the first such record on")
	case r.Groups.Expect != nil:
		var groups []string
		for _, tuple := range r.Groups.Expect {
			groups = append(groups, strings.Join(tuple, " / "))
		}
		out = append(out, "silence counts: judged from "+window+" after the start on for "+andList(groups)+
			", from "+window+" after it was first seen for any other "+groupNames(r))
	default:
		out = append(out, "silence counts: each "+groupNames(r)+" is judged from "+window+" after it was first seen on")
	}
	return append(out, "being behind with reading is not silence: a log that is not read to its end is waited for")
}
