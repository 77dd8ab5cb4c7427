package engine_test

import (
	"cmp"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
)

// oRule is a rule as the oracle sees it; yaml writes it for the engine.
type oRule struct {
	id             string
	source         string // "": log records; alerts, health
	logs, events   []string
	match          *oExpr
	fields         []oNamed
	groupBy        []string
	window         int64
	aggs           []oAgg
	cond, resolve  *oExpr
	levels         []oLevel // as written
	steps          []oStage // of a sequence or all_of
	allOf          bool
	min            int // of all_of, as written
	within         int64
	until          *oStage
	hold           int64 // for
	keep, cooldown int64
	warmup         int64  // -1: not written
	maxFiring      int    // as written
	mode           string // as written; "" means the default
	absence        bool
	expect         [][]string
	forget         int64 // as written; 0 means the default
	max            int
	cron           string
	plain          bool // drawn so that it is certain what is evaluated
}

type oNamed struct {
	name string
	expr *oExpr
}

type oLevel struct {
	severity alert.Severity
	expr     *oExpr
}

// oStage is a step of a sequence or all_of, or its until.
type oStage struct {
	events []string
	match  *oExpr
	count  int
	absent bool
}

// oForever is the window of what looks back to the group's creation.
const oForever = -1

// oAgg is an aggregate, and (with fn count and no where) the rule's own count.
type oAgg struct {
	name, fn       string
	field          string   // what it is of
	list           []string // of a list of fields, for first_seen
	hit            *oExpr   // for streak
	where          *oExpr
	window, offset int64 // window 0: the rule's
	memory         int64
	n              int64 // of top
	now            bool  // count without a window in event mode: of the second evaluated, late ones too
	staged         bool  // count of a sequence: of what satisfies a step
}

func (r *oRule) agg(name string) *oAgg {
	for i := range r.aggs {
		if r.aggs[i].name == name {
			return &r.aggs[i]
		}
	}
	return nil
}

// columns are count and the aggregates, with their effective windows.
func (r *oRule) columns() []oAgg {
	count := oAgg{name: "count", fn: "count", window: r.window, now: r.window == 0 && !r.stateMode()}
	if r.steps != nil {
		count = oAgg{name: "count", fn: "count", window: r.within, staged: true}
	}
	cols := []oAgg{count}
	for _, a := range r.aggs {
		if a.window == 0 {
			a.window = r.window
		}
		if a.window == 0 && a.looksBack() {
			a.window = oForever
		}
		cols = append(cols, a)
	}
	return cols
}

func (a *oAgg) looksBack() bool { return a.fn == "streak" || a.fn == "last" }

// judged are the expressions over values: the condition or the levels, and resolve.
func (r *oRule) judged() []*oExpr {
	out := []*oExpr{r.cond, r.resolve}
	for _, l := range r.levels {
		out = append(out, l.expr)
	}
	return out
}

// stateMode is §3: the default with a window, a resolve, or a look-back in the
// condition.
func (r *oRule) stateMode() bool {
	switch {
	case r.mode != "":
		return r.mode == "state"
	case r.steps != nil:
		return r.resolve != nil
	}
	return r.window > 0 || r.resolve != nil || r.cond.mentions(r.backward) || r.levels != nil && r.levels[0].expr.mentions(r.backward)
}

// backward tells whether a name of a condition looks back.
func (r *oRule) backward(name string) bool {
	a := r.agg(name)
	return a != nil && a.looksBack() || strings.HasPrefix(name, "last.") || strings.HasPrefix(name, "prev.")
}

// endless tells whether something looks back to the creation of the group: then
// the windows never run empty.
func (r *oRule) endless() bool {
	if r.window > 0 {
		return false
	}
	for _, a := range r.aggs {
		if a.looksBack() && a.window == 0 {
			return true
		}
	}
	for _, x := range r.judged() {
		if x.mentions(func(name string) bool { return strings.Contains(name, ".") && r.backward(name) }) {
			return true
		}
	}
	return false
}

// absentLast tells whether the last step must not follow.
func (r *oRule) absentLast() bool { return r.steps != nil && r.steps[len(r.steps)-1].absent }

// reach is how far back the windows look.
func (r *oRule) reach() int64 {
	reach := max(r.within, r.window)
	for _, c := range r.columns() {
		reach = max(reach, c.window+c.offset)
	}
	return reach
}

// memory is the longest one of first_seen.
func (r *oRule) memory() int64 {
	memory := int64(0)
	for _, a := range r.aggs {
		memory = max(memory, a.memory)
	}
	return memory
}

// forgetAfter is the effective one: at least window + offset, memory, within
// (§4.3), and the cooldown. What must not follow is judged before that.
func (r *oRule) forgetAfter() int64 {
	forget := max(cmp.Or(r.forget, 24*60*60), r.reach(), r.memory(), r.cooldown)
	if r.absentLast() {
		forget = max(forget, r.within+1)
	}
	return forget
}

// warm is the effective warmup: 7 d when values are remembered.
func (r *oRule) warm() int64 {
	if r.warmup >= 0 {
		return r.warmup
	}
	if r.memory() > 0 {
		return 7 * 24 * 60 * 60
	}
	return 0
}

// severity is the rule's: the highest of its levels' keys.
func (r *oRule) severity() alert.Severity {
	highest := alert.Severity(0)
	for _, l := range r.levels {
		highest = max(highest, l.severity)
	}
	return cmp.Or(highest, alert.Warning)
}
