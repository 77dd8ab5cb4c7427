package engine_test

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// oExpr is the oracle's own small language of conditions: it is written into the
// rule as text and evaluated here directly, without the engine's evaluator.
type oExpr struct {
	op   string // and, or, not, ratio, or a comparison
	name string
	over string // ratio(name, over)
	lit  any
	args []*oExpr
}

var errNoOrder = errors.New("no order")

func (x *oExpr) String() string {
	switch x.op {
	case "and", "or":
		return fmt.Sprintf("(%s %s %s)", x.args[0], x.op, x.args[1])
	case "not":
		return fmt.Sprintf("not (%s)", x.args[0])
	case "ratio":
		return fmt.Sprintf("ratio(%s, %s) >= %s", x.name, x.over, literal(x.lit))
	}
	return fmt.Sprintf("%s %s %s", x.name, x.op, literal(x.lit))
}

func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case string:
		return strconv.Quote(v)
	}
	return fmt.Sprint(v)
}

// holds is the value of the whole expression: an error makes it false (§2.7).
func (x *oExpr) holds(value func(string) any) bool {
	ok, err := x.eval(value)
	return ok && err == nil
}

func (x *oExpr) eval(value func(string) any) (bool, error) {
	switch x.op {
	case "and", "or":
		left, err := x.args[0].eval(value)
		if err != nil || left == (x.op == "or") {
			return left, err
		}
		return x.args[1].eval(value)
	case "not":
		v, err := x.args[0].eval(value)
		return !v, err
	case "ratio":
		return compare(">=", ratioOf(value(x.name), value(x.over)), x.lit)
	}
	return compare(x.op, value(x.name), x.lit)
}

func ratioOf(a, b any) any {
	n, okn := oNumber(a)
	m, okm := oNumber(b)
	switch {
	case !okn || !okm:
		return nil
	case m == 0:
		return 0.0
	}
	return n / m
}

func compare(op string, a, b any) (bool, error) {
	switch op {
	case "==":
		return oEqual(a, b), nil
	case "!=":
		return !oEqual(a, b), nil
	}
	if a == nil || b == nil {
		return false, nil
	}
	c := 0
	x, okx := a.(string)
	y, oky := b.(string)
	if okx && oky {
		c = strings.Compare(x, y)
	} else {
		n, okn := oNumber(a)
		m, okm := oNumber(b)
		if !okn || !okm {
			return false, errNoOrder
		}
		switch {
		case n < m:
			c = -1
		case n > m:
			c = 1
		}
	}
	return map[string]bool{"<": c < 0, "<=": c <= 0, ">": c > 0, ">=": c >= 0}[op], nil
}

// oEqual: a number equals numeric text of its value, a boolean 1 or 0, nil only
// nil.
func oEqual(a, b any) bool {
	if a == nil || b == nil {
		return a == b
	}
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return x == y
		}
	}
	n, okn := oNumber(oBit(a))
	m, okm := oNumber(oBit(b))
	return okn && okm && n == m
}

// oBit turns a boolean into its number.
func oBit(v any) any {
	if b, ok := v.(bool); ok {
		return map[bool]int64{false: 0, true: 1}[b]
	}
	return v
}

// oNumber reads numbers and decimal text; anything else is not convertible.
func oNumber(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return f, err == nil
	}
	return 0, false
}

// oText is a value as a label, and as what distinct values are told apart by.
func oText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), true
	}
	return fmt.Sprint(v), true
}

// drawRecordExpr draws a condition over one record.
func drawRecordExpr(t *rapid.T, depth int) *oExpr {
	switch kind := pick(t, "record expr", 0, 0, 1, 1, 2, 3, 4, 5, 6); {
	case kind >= 4 && depth > 0:
		return drawCompound(t, func() *oExpr { return drawRecordExpr(t, depth-1) })
	case kind == 1:
		return &oExpr{op: pick(t, "op", "==", "!=", ">", "<"), name: "tag", lit: pick[any](t, "tag", "x", "y", "5")}
	case kind == 2:
		return &oExpr{op: pick(t, "op", "==", "!="), name: pick(t, "field", "n", "tag", "host"), lit: nil}
	case kind == 3:
		return &oExpr{op: pick(t, "op", "==", "!="), name: "event", lit: "ORACLE_A"}
	}
	return &oExpr{op: pick(t, "op", ">", ">=", "<", "<=", "==", "!="), name: "n", lit: pick[any](t, "n", 0, 1, 5, 2.5)}
}

func drawCompound(t *rapid.T, sub func() *oExpr) *oExpr {
	op := pick(t, "compound", "and", "or", "not")
	x := &oExpr{op: op, args: []*oExpr{sub()}}
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
	names := []string{}
	if r.window > 0 {
		names = append(names, "count", "count")
	}
	for _, a := range r.aggs {
		names = append(names, a.name)
	}
	kind := pick(t, "over", 0, 0, 0, 0, 0, 0, 1, 2)
	if kind == 1 && len(r.groupBy) > 0 || len(names) == 0 {
		if len(r.groupBy) == 0 {
			return nil
		}
		return &oExpr{op: pick(t, "op", "==", "!=", ">="), name: pick(t, "label", r.groupBy...), lit: pick[any](t, "label value", "a", "b", 5)}
	}
	name := pick(t, "value", names...)
	if kind == 2 && len(names) > 1 {
		return &oExpr{op: "ratio", name: name, over: pick(t, "over value", names...), lit: pick[any](t, "ratio", 0.5, 1, 2)}
	}
	if a := r.agg(name); a != nil && (a.fn == "min" || a.fn == "max" || a.fn == "avg") && pick(t, "nil", 0, 0, 0, 1) == 1 {
		return &oExpr{op: pick(t, "op", "==", "!="), name: name, lit: nil}
	}
	return &oExpr{op: pick(t, "op", ">=", ">=", ">=", ">", "==", "<", "!="), name: name, lit: pick[any](t, "threshold", 1, 2, 2, 3, 3, 5, 0)}
}

func pick[T any](t *rapid.T, label string, from ...T) T {
	return rapid.SampledFrom(from).Draw(t, label)
}
