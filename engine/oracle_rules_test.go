package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// oRule is a rule as the oracle sees it; yaml writes it for the engine.
type oRule struct {
	id             string
	logs, events   []string
	match          *oExpr
	groupBy        []string
	window         int64
	aggs           []oAgg
	cond, resolve  *oExpr
	hold           int64 // for
	keep, cooldown int64
	mode           string // as written; "" means the default
	absence        bool
	expect         [][]string
	forget         int64 // as written; 0 means the default
	max            int
	cron           int64 // every so many seconds; 0: no schedule
}

// oAgg is an aggregate, and (with fn count and no where) the rule's own count.
type oAgg struct {
	name, fn, field string
	where           *oExpr
	window, offset  int64 // window 0: the rule's
	now             bool  // count without a window in event mode: of the second evaluated, late ones too
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
	cols := []oAgg{{name: "count", fn: "count", window: r.window, now: r.window == 0 && !r.stateMode()}}
	for _, a := range r.aggs {
		if a.window == 0 {
			a.window = r.window
		}
		cols = append(cols, a)
	}
	return cols
}

// stateMode is §3: the default with a window or a resolve.
func (r *oRule) stateMode() bool {
	if r.mode != "" {
		return r.mode == "state"
	}
	return r.window > 0 || r.resolve != nil
}

// reach is how far back the windows look.
func (r *oRule) reach() int64 {
	reach := int64(0)
	for _, c := range r.columns() {
		reach = max(reach, c.window+c.offset)
	}
	return reach
}

// forgetAfter is the effective one: at least window + offset (§4.3), and the cooldown.
func (r *oRule) forgetAfter() int64 {
	if r.forget == 0 {
		return max(24*60*60, r.reach(), r.cooldown)
	}
	return max(r.forget, r.reach(), r.cooldown)
}

func (r *oRule) yaml() string {
	var b strings.Builder
	put := func(format string, args ...any) { fmt.Fprintf(&b, "  "+format+"\n", args...) }
	fmt.Fprintf(&b, "- id: %s\n", r.id)
	list := func(name string, of []string) {
		if len(of) > 0 {
			put("%s: [%s]", name, quoted(of))
		}
	}
	list("log", r.logs)
	list("event", r.events)
	list("group_by", r.groupBy)
	seconds := func(name string, d int64) {
		if d > 0 {
			put("%s: %ds", name, d)
		}
	}
	seconds("window", r.window)
	seconds("for", r.hold)
	seconds("keep_firing_for", r.keep)
	seconds("cooldown", r.cooldown)
	for name, x := range map[string]*oExpr{"match": r.match, "condition": r.cond, "resolve": r.resolve} {
		if x != nil {
			put("%s: '%s'", name, x)
		}
	}
	if len(r.aggs) > 0 {
		put("aggregates:")
	}
	for _, a := range r.aggs {
		put("  %s: {%s}", a.name, a.yaml())
	}
	if r.mode != "" {
		put("mode: %s", r.mode)
	}
	if r.absence {
		put("absence: true")
	}
	if r.cron > 0 {
		put("schedule: '%s'", map[int64]string{60: "* * * * *", 300: "*/5 * * * *", 3600: "0 * * * *"}[r.cron])
	}
	put("groups: {%s}", r.limits())
	return b.String()
}

func (r *oRule) limits() string {
	parts := []string{fmt.Sprintf("max: %d", r.max)}
	if r.forget > 0 {
		parts = append(parts, fmt.Sprintf("forget_after: %ds", r.forget))
	}
	if len(r.expect) > 0 && len(r.groupBy) == 0 {
		parts = append(parts, "expect: all")
	} else if len(r.expect) > 0 {
		var tuples []string
		for _, tuple := range r.expect {
			tuples = append(tuples, "["+quoted(tuple)+"]")
		}
		parts = append(parts, "expect: ["+strings.Join(tuples, ", ")+"]")
	}
	return strings.Join(parts, ", ")
}

func (a *oAgg) yaml() string {
	parts := []string{a.fn + ": " + a.field}
	if a.fn == "count" {
		parts[0] = "count: true"
	}
	if a.where != nil {
		parts = append(parts, fmt.Sprintf("where: '%s'", a.where))
	}
	if a.window > 0 {
		parts = append(parts, fmt.Sprintf("window: %ds", a.window))
	}
	if a.offset > 0 {
		parts = append(parts, fmt.Sprintf("offset: %ds", a.offset))
	}
	return strings.Join(parts, ", ")
}

func quoted(texts []string) string {
	out := make([]string, len(texts))
	for i, s := range texts {
		out[i] = fmt.Sprintf("%q", s)
	}
	return strings.Join(out, ", ")
}

// drawRule draws a rule that check accepts. long asks for windows about a day.
func drawRule(t *rapid.T, n int, long bool) *oRule {
	r := &oRule{id: fmt.Sprintf("r%d", n), max: pick(t, "max", 1, 2, 3, 3, 100, 100, 100)}
	r.events = pick(t, "events", []string{"ORACLE_A"}, []string{"ORACLE_A"}, []string{"ORACLE_A", "oracle_b"}, []string{"ORACLE_*"}, nil)
	r.logs = pick(t, "logs", nil, nil, []string{"alpha"}, []string{"alpha", "beta"})
	if r.events == nil && r.logs == nil {
		r.logs = []string{"alpha", "beta"}
	}
	if pick(t, "match", false, false, true) {
		r.match = drawRecordExpr(t, 2)
	}
	r.groupBy = pick(t, "group_by", nil, nil, []string{"host"}, []string{"host"}, []string{"host"}, []string{"host", "area"}, []string{"area", "host"},
		[]string{"password"})
	windows := []int64{1, 2, 3, 5, 10, 10, 30, 60}
	if long {
		windows = []int64{86399, 86400, 86401, 90000}
	}
	state := pick(t, "state", true, true, true, false, false)
	if state || pick(t, "windowed", true, true, false) {
		r.window = pick(t, "window", windows...)
	}
	if state && pick(t, "no window", 0, 0, 0, 0, 0, 1) == 1 {
		r.window = 0
	}
	drawAggs(t, r, windows, state)
	r.absence = state && r.window > 0 && pick(t, "absence", false, false, false, true)
	drawConditions(t, r, state)
	drawTimes(t, r, state)
	r.drawLimits(t)
	return r
}

func drawAggs(t *rapid.T, r *oRule, windows []int64, state bool) {
	n := pick(t, "aggregates", 0, 0, 1, 2, 3)
	if state && r.window == 0 {
		n = max(n, 1)
	}
	for i := range n {
		a := oAgg{name: fmt.Sprintf("v%d", i), fn: pick(t, "fn", "count", "sum", "avg", "min", "max", "distinct"), field: "n"}
		if state && r.window == 0 && i == 0 {
			a.fn = "count"
		}
		if a.fn == "distinct" {
			a.field = pick(t, "of", "tag", "n", "host")
		}
		if pick(t, "where", false, true) {
			a.where = drawRecordExpr(t, 1)
		}
		if r.window == 0 || pick(t, "own window", false, false, true) {
			a.window = pick(t, "aggregate window", windows...)
		}
		if pick(t, "offset", false, false, true) {
			a.offset = pick[int64](t, "offset by", 1, 2, 5, 10, 30)
		}
		r.aggs = append(r.aggs, a)
	}
}

// drawConditions keeps to what check demands: what silence satisfies needs
// absence: true.
func drawConditions(t *rapid.T, r *oRule, state bool) {
	nothing := r.window == 0 && len(r.aggs) == 0 && len(r.groupBy) == 0
	if !state && (nothing || pick(t, "bare", false, false, true)) {
		r.mode = "event"
		if r.window == 0 {
			r.mode = ""
		}
		return
	}
	r.cond = drawCondition(t, r, 2)
	if r.absence && pick(t, "plain absence", true, true, false) {
		r.cond = &oExpr{op: pick(t, "op", "==", "<"), name: "count", lit: pick[any](t, "threshold", 1, 0, 2)}
	}
	if !state {
		r.mode = "event"
		return
	}
	r.mode = "state"
	if r.window > 0 {
		r.mode = pick(t, "mode", "", "state")
	}
	if r.cond.holds(r.overNothing) && !r.absence {
		least := "count"
		if r.window == 0 {
			least = r.aggs[0].name
		}
		r.cond = &oExpr{op: "and", args: []*oExpr{{op: ">=", name: least, lit: 1}, r.cond}}
	}
	if pick(t, "resolve", false, false, true) {
		r.resolve = drawCondition(t, r, 1)
	}
}

// overNothing are the values of an empty window, with empty labels.
func (r *oRule) overNothing(name string) any {
	for _, c := range r.columns() {
		if c.name == name {
			return oValue(c, nil)
		}
	}
	return ""
}

func drawTimes(t *rapid.T, r *oRule, state bool) {
	some := []int64{0, 0, 0, 1, 2, 3, 5, 10, 60}
	if state {
		r.hold = pick(t, "for", some...)
		r.keep = pick(t, "keep_firing_for", some...)
	} else {
		r.cooldown = pick[int64](t, "cooldown", 0, 1, 3, 10, 10, 30, 60, 60, 300)
	}
	r.cron = pick[int64](t, "schedule", 0, 0, 0, 0, 0, 0, 60, 60, 300, 3600)
}

func (r *oRule) drawLimits(t *rapid.T) {
	r.forget = pick[int64](t, "forget_after", 0, 0, 1, 5, 10, 20, 60)
	if !r.absence || !pick(t, "expect", false, true) {
		return
	}
	if len(r.groupBy) == 0 {
		r.expect = [][]string{{}}
		return
	}
	for range pick(t, "expected", 1, 2) {
		tuple := make([]string, len(r.groupBy))
		for i := range tuple {
			tuple[i] = pick(t, "expected label", "a", "b", "5")
		}
		if !slices.ContainsFunc(r.expect, func(other []string) bool { return slices.Equal(other, tuple) }) {
			r.expect = append(r.expect, tuple)
		}
	}
	r.max = max(r.max, len(r.expect))
}
