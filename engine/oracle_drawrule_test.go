package engine_test

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
)

// drawRule draws a rule that check accepts: of kind long one with windows about a
// day, of kind dst one whose schedule names hours at which clocks change, or a
// sequence, or one over alerts; plain for one of which it is certain what is
// evaluated, and may fail, when it is judged.
func drawRule(t *rapid.T, n int, kind string, plain bool) *oRule {
	r := &oRule{id: fmt.Sprintf("r%d", n), warmup: -1, plain: plain, max: pick(t, "max", 1, 2, 3, 3, 100, 100, 100)}
	if kind == "alerts" {
		r.source = kind
	}
	drawSelection(t, r)
	windows := []int64{1, 2, 3, 5, 10, 10, 30, 60}
	if kind == "long" {
		windows = []int64{86399, 86400, 86401, 90000}
	}
	if kind == "sequence" || r.source == "alerts" && !plain && with("sequence") && pick(t, "over alerts", 0, 0, 0, 1) == 1 {
		drawSequence(t, r)
		return r
	}
	state := pick(t, "state", true, true, true, false, false)
	if state || pick(t, "windowed", true, true, false) {
		r.window = pick(t, "window", windows...)
	}
	if state && pick(t, "no window", 0, 0, 0, 0, 0, 1) == 1 {
		r.window = 0
	}
	if !state {
		r.mode = "event"
	}
	drawAggs(t, r, windows, state)
	r.absence = state && r.window > 0 && r.source == "" && pick(t, "absence", false, false, false, true)
	drawConditions(t, r, state)
	drawTimes(t, r, state)
	if r.cron != "" && kind == "dst" {
		r.cron = pick(t, "schedule of changing clocks", "30 2 * * *", "*/20 2 * * *", "0 3 * * *")
	}
	r.drawLimits(t)
	return r
}

func drawSelection(t *rapid.T, r *oRule) {
	if r.source == "alerts" {
		r.groupBy = pick(t, "group_by", nil, nil, []string{"of_rule"}, []string{"labels.host"}, []string{"state"}, []string{"of_rule", "labels.host"})
		r.fields = []oNamed{{"of_rule", oName("rule")}} // rule itself is a label of every alert
	} else {
		r.events = pick(t, "events", []string{"ORACLE_A"}, []string{"ORACLE_A"}, []string{"ORACLE_A", "oracle_b"}, []string{"ORACLE_*"}, nil)
		r.logs = pick(t, "logs", nil, nil, []string{"alpha"}, []string{"alpha", "beta"})
		if r.events == nil && r.logs == nil {
			r.logs = []string{"alpha", "beta"}
		}
		drawFields(t, r)
		r.groupBy = pick(t, "group_by", nil, nil, []string{"host"}, []string{"host"}, []string{"host"}, []string{"host", "area"}, []string{"area", "host"},
			[]string{"password"})
		if len(r.fields) > 0 && pick(t, "group by derived", false, false, true) {
			r.groupBy = []string{r.fields[0].name}
		}
	}
	if r.plain || pick(t, "match", false, false, true) {
		r.match = drawRecordExpr(t, r, 2)
	}
}

// drawFields draws derived fields; later ones may use earlier ones.
func drawFields(t *rapid.T, r *oRule) {
	if r.plain || !with("fields") || pick(t, "fields", 0, 0, 1) == 0 {
		return
	}
	for i := range pick(t, "derived fields", 1, 2, 3) {
		of := pick(t, "from", "tag", "host", "n")
		if i > 0 && pick(t, "chain", false, true) {
			of = r.fields[i-1].name
		}
		name := []string{"part", "shape", "kind"}[i]
		r.fields = append(r.fields, oNamed{name, pick(t, "derived", oCall("lower", oName(of)), oCall("upper", oName(of)),
			oCall("capture", oName(of), oLit("([xa5])")), oCmp(">", of, 1), oCmp("==", of, "x"))})
	}
}

func drawAggs(t *rapid.T, r *oRule, windows []int64, state bool) {
	n := pick(t, "aggregates", 0, 0, 1, 2, 3)
	if state && r.window == 0 {
		n = max(n, 1)
	}
	backward := state && r.window == 0 && !r.plain && with("lookback") && pick(t, "looks back", false, true)
	for i := range n {
		a := oAgg{name: fmt.Sprintf("v%d", i), fn: pick(t, "fn", "count", "sum", "avg", "min", "max", "distinct"), field: "n"}
		if with("aggregates") && pick(t, "new fn", false, true) {
			a.fn = pick(t, "fn", "rate", "p50", "p90", "p95", "p99", "values", "top", "first", "last", "streak", "first_seen", "first_seen")
		}
		switch {
		case backward && i == 0:
			a.fn = pick(t, "look-back", "streak", "last")
		case r.plain && a.fn == "streak":
			a.fn = "count"
		case state && r.window == 0 && i == 0:
			a.fn = "count"
		}
		drawAgg(t, r, &a, windows)
		if (r.window == 0 || pick(t, "own window", false, false, true)) && !(backward && i == 0) {
			a.window = pick(t, "aggregate window", windows...)
		}
		if pick(t, "offset", false, false, true) && !(backward && i == 0) {
			a.offset = pick[int64](t, "offset by", 1, 2, 5, 10, 30)
		}
		r.aggs = append(r.aggs, a)
	}
}

// drawAgg draws what the aggregate is of.
func drawAgg(t *rapid.T, r *oRule, a *oAgg, windows []int64) {
	alerts := r.source == "alerts"
	switch a.fn {
	case "distinct", "first_seen", "values", "top", "first", "last":
		a.field = pick(t, "of", "tag", "tag", "n", "host", "password")
		if a.fn == "distinct" && a.field == "password" {
			a.field = "tag"
		}
		if len(r.fields) > 0 && !alerts && pick(t, "of derived", false, true) {
			a.field = r.fields[len(r.fields)-1].name
		}
		if alerts {
			a.field = pick(t, "of", "rule", "state", "severity", "labels.host")
		}
	case "streak":
		a.hit = drawRecordExpr(t, r, 1)
	default:
		if alerts {
			a.field = "values.count"
		}
	}
	if a.fn == "first_seen" {
		a.memory = pick[int64](t, "memory", 1, 5, 10, 10, 30, 60)
		if windows[0] > 80000 {
			a.memory = pick[int64](t, "long memory", 1, 60, 600)
		}
		if !alerts && pick(t, "of two", false, false, true) {
			a.list = []string{a.field, "host"}
		}
	}
	if a.fn == "top" {
		a.n = pick[int64](t, "top n", 0, 1, 2, 20)
	}
	if !r.plain && pick(t, "where", false, true) {
		a.where = drawRecordExpr(t, r, 1)
	}
}

// drawConditions keeps to what check demands: what silence satisfies needs
// absence: true.
func drawConditions(t *rapid.T, r *oRule, state bool) {
	nothing := len(r.names()) == 0 && (len(r.groupBy) == 0 || r.source != "")
	if !state && (nothing || r.plain || pick(t, "bare", false, false, true)) {
		if r.window == 0 {
			r.mode = ""
		}
		return
	}
	if state && !r.plain && with("levels") && pick(t, "levels", 0, 0, 1) == 1 {
		drawLevels(t, r)
	} else {
		r.cond = drawCondition(t, r, 2)
	}
	if r.cond != nil && r.absence && pick(t, "plain absence", true, true, false) {
		r.cond = oCmp(pick(t, "op", "==", "<"), "count", pick[any](t, "threshold", 1, 0, 2))
	}
	if !state {
		return
	}
	r.mode = "state"
	if r.window > 0 {
		r.mode = pick(t, "mode", "", "state")
	}
	if r.cond != nil {
		r.cond = r.guarded(r.cond)
	}
	for i := range r.levels {
		r.levels[i].expr = r.guarded(r.levels[i].expr)
	}
	if !r.plain && pick(t, "resolve", false, false, true) {
		r.resolve = drawCondition(t, r, 1)
	}
}

// guarded demands evidence where an empty window would do.
func (r *oRule) guarded(x *oExpr) *oExpr {
	if holds, _ := x.holds(r.overNothing); !holds || r.absence {
		return x
	}
	least := oCmp(">=", "count", 1)
	if r.window == 0 {
		least.args[0] = oName(r.aggs[0].name)
		if r.aggs[0].fn == "last" {
			least = oCmp("!=", r.aggs[0].name, nil)
		}
	}
	return oCall("and", least, x)
}

// drawLevels draws thresholds that rise with the severity, and now and then
// anything.
func drawLevels(t *rapid.T, r *oRule) {
	severities := pick(t, "severities", []alert.Severity{alert.Info, alert.Warning, alert.Critical}, []alert.Severity{alert.Critical, alert.Info},
		[]alert.Severity{alert.Warning, alert.Critical}, []alert.Severity{alert.Warning})
	name := "count"
	if r.window == 0 {
		name = r.aggs[0].name
	}
	if a := r.agg(name); a != nil && a.fn == "last" || pick(t, "any levels", 0, 0, 0, 1) == 1 {
		for _, s := range severities {
			r.levels = append(r.levels, oLevel{s, drawCondition(t, r, 1)})
		}
		return
	}
	step := pick(t, "level step", 1, 1, 2)
	for _, s := range severities {
		r.levels = append(r.levels, oLevel{s, oCmp(">=", name, 1+step*int(s-alert.Info))})
	}
}

// overNothing are the values of an empty window, with empty labels.
func (r *oRule) overNothing(name string) any {
	if v, ok := oConstant(name); ok {
		return v
	}
	cols := r.columns()
	for i, c := range cols {
		if c.name == name {
			return oValue(cols, i, nil, nil, 0)
		}
	}
	if strings.Contains(name, ".") {
		return nil
	}
	return ""
}

func drawTimes(t *rapid.T, r *oRule, state bool) {
	some := []int64{0, 0, 0, 1, 2, 3, 5, 10, 60}
	if state {
		if r.steps == nil {
			r.hold = pick(t, "for", some...)
		}
		r.keep = pick(t, "keep_firing_for", some...)
		if with("overflow") {
			r.maxFiring = pick(t, "max_firing", 0, 0, 0, 1, 1, 2, 3)
		}
	} else {
		r.cooldown = pick[int64](t, "cooldown", 0, 1, 3, 10, 10, 30, 60, 60, 300)
	}
	if r.source == "" && r.steps == nil {
		r.cron = pick(t, "schedule", append([]string{"", "", "", "", "", "", "", "* * * * *"}, crons()...)...)
	}
	if r.memory() > 0 && pick(t, "default warmup", 0, 0, 0, 0, 1) == 0 {
		r.warmup = 0
	}
	if with("warmup") && pick(t, "warmup", 0, 0, 0, 1) == 1 {
		r.warmup = pick[int64](t, "warmup for", 0, 1, 5, 10, 30, 60, 120)
	}
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
