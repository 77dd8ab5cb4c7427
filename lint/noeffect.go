package lint

import (
	"fmt"
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// withoutEffect finds what a rule says without anything coming of it.
func (l *linter) withoutEffect(r *rules.Rule) {
	l.repeats(r)
	l.unaskedWindow(r)
	l.countedAtOnce(r)
	l.sameSteps(r)
}

// repeats finds an interval between repeats of what is told once. One that comes
// from the configuration may have been meant for other rules as well.
func (l *linter) repeats(r *rules.Rule) {
	v := r.At("repeat_interval", &l.faults)
	if r.Mode != rules.EventMode || !v.There() || v.File() != r.File {
		return
	}
	v.Warn("no-effect", "remove it; cooldown says how long a group is silent after a message",
		"it does nothing in event mode: a single message is never repeated")
}

// unaskedWindow finds a window beside steps by which nothing is looked at: the
// steps and `count` go by `within`.
func (l *linter) unaskedWindow(r *rules.Rule) {
	if len(stepsOf(r)) == 0 || r.Window == 0 || len(r.Recorded) > 0 || slices.ContainsFunc(r.Columns[1:], goesBy(r)) {
		return
	}
	r.At("window", &l.faults).Warn("no-effect", "remove it; within is the time for all steps",
		"nothing goes by this window: the steps, and count with them, go by `within`, which is %s", length(r.Within))
}

// goesBy tells which columns may have the rule's window.
func goesBy(r *rules.Rule) func(windowing.Column) bool {
	return func(c windowing.Column) bool { return c.Window == r.Window }
}

// countedAtOnce finds single messages at the times of a schedule whose numbers are
// of no more than that second.
func (l *linter) countedAtOnce(r *rules.Rule) {
	if r.Schedule == nil || r.Mode != rules.EventMode || r.Window > 0 || len(r.Aggregates)+len(r.Recorded)+len(stepsOf(r)) > 0 {
		return
	}
	l.at(r, "schedule").Warn("schedule-without-window", "add window: 1d, say, and mode: event",
		"without a window the messages count the records of the schedule's own second, most often none")
}

// sameSteps finds steps of all_of that take the same records. Those of a sequence
// come one after the other, each with records of its own.
func (l *linter) sameSteps(r *rules.Rule) {
	items := r.At("all_of", &l.faults).List()
	first := map[string]int{}
	for i := range r.AllOf {
		st := &r.AllOf[i]
		key := takes(st)
		j, twice := first[key]
		if !twice {
			first[key] = i
			continue
		}
		if other := &r.AllOf[j]; i >= len(items) || other.Count != st.Count && r.Min < len(r.AllOf) {
			continue // a second threshold, which min may count apart
		}
		items[i].Warn("same-steps", "one step with a count, such as count: 2, asks for several records",
			"the step takes the same records as step %d: a record counts for both", j+1)
	}
}

// takes is which records a step takes, in one spelling.
func takes(st *rules.Step) string {
	return fmt.Sprintf("%q %q %s", slices.Sorted(slices.Values(st.Logs)), slices.Sorted(slices.Values(st.Events)), text(st.Match))
}
