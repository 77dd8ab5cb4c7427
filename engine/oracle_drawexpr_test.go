package engine_test

import (
	"cmp"
	"os"
	"strings"

	"pgregory.net/rapid"
)

// drawRecordExpr draws a condition over one record of the rule.
func drawRecordExpr(t *rapid.T, r *oRule, depth int) *oExpr {
	kind := pick(t, "record expr", 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8)
	switch {
	case r.source == "alerts":
		return drawAlertExpr(t, depth)
	case kind >= 4 && kind <= 6 && depth > 0:
		return drawCompound(t, func() *oExpr { return drawRecordExpr(t, r, depth-1) })
	case kind == 1:
		return oCmp(pick(t, "op", "==", "!=", ">", "<"), "tag", pick[any](t, "tag", "x", "y", "5"))
	case kind == 2:
		return oCmp(pick(t, "op", "==", "!="), pick(t, "field", "n", "tag", "host"), nil)
	case kind == 3:
		return oCmp(pick(t, "op", "==", "!="), "event", "ORACLE_A")
	case kind == 7 && with("vars"):
		return pick(t, "constant", oCall("in", oName("tag"), oName("picks")), oCall(">=", oName("n"), oName("size")), oCall("==", oName("tag"), oName("word")))
	case kind == 8 && len(r.fields) > 0 && r.source == "":
		return oCmp(pick(t, "op", "==", "!=", "=="), pick(t, "derived", r.fields...).name, pick[any](t, "derived value", "x", "a", "5", "X", true))
	}
	return oCmp(pick(t, "op", ">", ">=", "<", "<=", "==", "!="), "n", pick[any](t, "n", 0, 1, 5, 2.5))
}

// drawAlertExpr draws a condition over a transition.
func drawAlertExpr(t *rapid.T, depth int) *oExpr {
	switch pick(t, "alert expr", 0, 0, 0, 1, 1, 2, 3, 4, 5) {
	case 1:
		return oCmp("==", "rule", pick[any](t, "rule", "r0", "r0", "r1"))
	case 2:
		return oCmp(pick(t, "op", "==", "!="), "severity", pick[any](t, "severity", "warning", "critical", "info"))
	case 3:
		return oCmp(pick(t, "op", "==", "!="), "labels.host", pick[any](t, "label", "a", "b", nil))
	case 4:
		return oCmp(pick(t, "op", ">=", "<"), "values.count", pick[any](t, "value", 1, 2, 3))
	case 5:
		if depth > 0 {
			return drawCompound(t, func() *oExpr { return drawAlertExpr(t, depth-1) })
		}
	}
	return pick(t, "state", oCmp("==", "state", "firing"), oCmp("==", "state", "resolved"), oCmp("!=", "state", "pending"),
		oCall("in", oName("state"), oLit([]any{"firing", "event", "update"})))
}

func drawCompound(t *rapid.T, sub func() *oExpr) *oExpr {
	op := pick(t, "compound", "and", "or", "not")
	x := oCall(op, sub())
	if op != "not" {
		x.args = append(x.args, sub())
	}
	return x
}

// drawCondition draws a condition over a rule's values and labels.
func drawCondition(t *rapid.T, r *oRule, depth int) *oExpr {
	if depth > 0 && pick(t, "condition", 0, 0, 0, 1) == 1 {
		return drawCompound(t, func() *oExpr { return drawCondition(t, r, depth-1) })
	}
	names := r.names()
	kind := pick(t, "over", 0, 0, 0, 0, 0, 0, 1, 2, 3, 3)
	if kind == 3 && with("records") && r.steps == nil && (r.window > 0 || r.source == "") {
		return drawRecorded(t, r)
	}
	if kind == 1 && len(r.groupBy) > 0 && r.source == "" || len(names) == 0 {
		if len(r.groupBy) == 0 || r.source != "" {
			return nil
		}
		return oCmp(pick(t, "op", "==", "!=", ">="), pick(t, "label", r.groupBy...), pick[any](t, "label value", "a", "b", 5))
	}
	name := pick(t, "value", names...)
	if kind == 2 && len(names) > 1 {
		return oCall(">=", oCall("ratio", oName(name), oName(pick(t, "over value", names...))), oLit(pick[any](t, "ratio", 0.5, 1, 2)))
	}
	return drawValue(t, r, name)
}

// names are the values that a condition of the rule may judge.
func (r *oRule) names() (names []string) {
	if r.window > 0 || r.steps != nil {
		names = append(names, "count", "count")
	}
	for _, a := range r.aggs {
		if a.fn != "streak" || r.mode != "event" { // it would imply state mode
			names = append(names, a.name, a.name)
		}
	}
	return names
}

// drawValue compares one value of the rule.
func drawValue(t *rapid.T, r *oRule, name string) *oExpr {
	fn := "count"
	if a := r.agg(name); a != nil {
		fn = a.fn
	}
	text := pick[any](t, "text", "x", "a", "5", "firing")
	switch {
	case fn == "rate":
		return oCmp(pick(t, "op", ">=", ">", ">=", "<"), name, pick[any](t, "rate", 0.1, 0.2, 0.5, 1, 0))
	case fn == "values":
		return pick(t, "over values", oCall("in", oLit(text), oName(name)), oCall("any", oName(name), oLit(text)),
			oCall(">=", oCall("len", oName(name)), oLit(pick(t, "length", 1, 2, 3))))
	case fn == "top":
		return pick(t, "over top", oCall(">=", oCall("top.count", oName(name)), oLit(pick(t, "times", 1, 2, 3))),
			oCall("==", oCall("top.value", oName(name)), oLit(text)))
	case fn == "first" || fn == "last":
		return pick(t, "over one", oCmp("==", name, text), oCmp("!=", name, text), oCmp(">=", name, 2), oCmp("!=", name, nil))
	case (fn == "min" || fn == "max" || fn == "avg" || fn[0] == 'p') && pick(t, "nil", 0, 0, 0, 1) == 1:
		return oCmp(pick(t, "op", "==", "!="), name, nil)
	}
	if with("vars") && pick(t, "var", 0, 0, 0, 0, 0, 1) == 1 {
		return oCall(pick(t, "op", ">=", "=="), oName(name), oName("size"))
	}
	return oCmp(pick(t, "op", ">=", ">=", ">=", ">", "==", "<", "!="), name, pick[any](t, "threshold", 1, 2, 2, 3, 3, 5, 0))
}

// drawRecorded draws a condition over first, last and prev.
func drawRecorded(t *rapid.T, r *oRule) *oExpr {
	which := func() string {
		if r.window > 0 {
			return pick(t, "record", "first", "last", "last", "prev", "prev")
		}
		return pick(t, "record", "last", "last", "prev")
	}
	field := pick(t, "recorded field", "n", "tag", "event", "host")
	if r.source == "alerts" {
		field = pick(t, "recorded field", "rule", "state", "state")
		return oCmp(pick(t, "op", "==", "!="), which()+"."+field, pick[any](t, "recorded", "firing", "resolved", "r0"))
	}
	if len(r.fields) > 0 && pick(t, "derived", false, true) {
		field = pick(t, "recorded derived", r.fields...).name
	}
	if pick(t, "two records", false, false, true) {
		a := which()
		b := map[string]string{"last": "prev", "prev": "last", "first": "last"}[a]
		return oCall(pick(t, "op", "==", "!=", ">", "<"), oName(a+"."+field), oName(b+"."+field))
	}
	lit := pick[any](t, "recorded value", "x", "a", "5", nil, "ORACLE_B")
	if field == "event" {
		lit = pick[any](t, "recorded event", "ORACLE_A", "ORACLE_B")
	}
	if field == "n" {
		return oCmp(pick(t, "op", ">", ">=", "<", "=="), which()+".n", pick[any](t, "recorded n", 1, 5, 2.5))
	}
	return oCmp(pick(t, "op", "==", "!="), which()+"."+field, lit)
}

func pick[T any](t *rapid.T, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, label)
}

// oFeatures are the parts of the language that the cases draw;
// SMARTY_ALERT_ORACLE_FEATURES tries others. With "waiting" a source's first
// record may be from the future, with "skew" there are runs of such records.
const oFeatures = "levels overflow warmup waiting skew vars fields records aggregates lookback sequence, resolve of sequences, alerts dst quarantine builtin"

// with tells whether the cases draw a part of the language.
func with(feature string) bool {
	return strings.Contains(cmp.Or(os.Getenv("SMARTY_ALERT_ORACLE_FEATURES"), oFeatures), feature)
}
