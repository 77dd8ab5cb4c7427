package lint

import (
	"fmt"
	"math"
	"time"

	"github.com/smarty-alert/smarty-alert/calendar"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// conditions looks at what makes the rule's alerts begin and end.
func (l *linter) conditions(r *rules.Rule) {
	f := conditionFacts(r)
	if r.Condition != nil {
		if !l.judge(r.Condition, f, nil, verdict{"never-fires", "the rule can never fire"}) && r.Resolve != nil {
			l.resolves(r, f)
		}
	}
	l.levels(r, f)
	for _, x := range append(levelExprs(r), r.Condition) {
		l.minimum(r, x)
	}
	l.silence(r)
	if r.Resolve != nil {
		end := "alerts end only when their windows run empty"
		if r.Absence || r.LookBack || len(stepsOf(r)) > 0 {
			end = "alerts never end"
		}
		l.judge(r.Resolve, f, nil, verdict{"never-resolves", "resolve can never hold, so that " + end})
	}
	l.pendingTime(r)
	l.scheduledFor(r)
}

// levels are judged one by one, the most severe first.
func (l *linter) levels(r *rules.Rule, f facts) {
	for i, level := range r.Levels {
		if l.judge(level.Expr, f, nil, verdict{"never-fires", fmt.Sprintf("the level %s can never hold", level.Severity)}) {
			continue
		}
		for _, higher := range r.Levels[:i] {
			t, above := level.Expr.Term(), higher.Expr.Term()
			if t == nil || above == nil || f.refute(claim{term: above}) != nil {
				continue
			}
			if f.refute(claim{term: t}, claim{term: above, not: true}) != nil {
				t.Warn(&l.faults, "level-shadowed", "a lower level needs the weaker condition", "whenever %s holds, %s does too: nobody will see %s", level.Severity, higher.Severity, level.Severity)
				break
			}
		}
	}
}

// resolves finds a resolve that holds whenever the condition does.
func (l *linter) resolves(r *rules.Rule, f facts) {
	c, res := r.Condition.Term(), r.Resolve.Term()
	if c == nil || res == nil || f.refute(claim{term: res}) != nil {
		return
	}
	if f.refute(claim{term: c}, claim{term: res, not: true}) != nil {
		res.Warn(&l.faults, "resolves-at-once", "resolve is the opposite of the condition, with some distance", "resolve holds whenever the condition does: each alert ends as soon as it has begun")
	}
}

// pendingTime finds a `for` that no burst can outlast. A record keeps a condition
// true for as long as some window holds it, so that one second's records do so
// for less than the longest window; `for` takes its whole length, ends included.
func (l *linter) pendingTime(r *rules.Rule) {
	if r.For == 0 || r.Absence || r.LookBack || r.Schedule != nil || r.Mode != rules.StateMode || r.Source != rules.LogRecords {
		return
	}
	longest := int64(0)
	for _, c := range r.Columns {
		if c.Window == windowing.Forever {
			return
		}
		longest = max(longest, c.Window+c.Offset)
	}
	const wholeMinutes = 24 * 60 * 60 // windows beyond it end on whole minutes: not to the second
	if longest == 0 || longest > wholeMinutes || r.For < longest {
		return
	}
	r.At("for", &l.faults).Warn("for-exceeds-window", "shorten for or lengthen the window, unless records that go on and on are meant",
		"a record stays in the window for %s, so that `for` outlasts every burst: only records that keep coming for at least %s can fire the rule",
		length(longest), length(r.For-longest+1))
}

func length(seconds int64) string {
	return strictyaml.FormatDuration(time.Duration(seconds) * time.Second)
}

// scheduledFor finds a `for` in a rule that is judged at the times of its schedule
// alone: what is due between two of them waits for the next.
func (l *linter) scheduledFor(r *rules.Rule) {
	if r.Schedule == nil || r.For == 0 {
		return
	}
	if gap := leastGap(r.Schedule); r.For < gap {
		l.at(r, "for").Warn("for-in-schedule", "remove it: the schedule decides when the rule is judged",
			"the rule is judged at the times of its schedule, which are at least %s apart: with `for` it fires one of them later, not %s later", length(gap), length(r.For))
	}
}

// leastGap is the shortest time between two of a schedule's next hundred times, in
// seconds from a fixed moment.
func leastGap(c *calendar.Cron) int64 {
	at, ok := c.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	gap := int64(math.MaxInt64)
	for range 100 {
		next, more := c.Next(at)
		if !ok || !more {
			break
		}
		gap, at = min(gap, next-at), next
	}
	return gap
}
