package engine_test

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
)

// oExpr is the oracle's own small language of expressions: it is written into the
// rule as text and evaluated here directly, without the engine's evaluator.
//
// Where the page is silent:
//   - lower and upper leave alone what is no text, capture gives nil for it;
//   - an element of a list that is not there is nil, as a path through a missing
//     value is;
//   - a value that is no boolean makes `not`, `and` and `or` an error.
type oExpr struct {
	op   string // lit, name, and, or, not, in, a comparison, or a function
	name string
	lit  any
	args []*oExpr
}

var errNoOrder = errors.New("no order")
var errNoBool = errors.New("no boolean")

func oLit(v any) *oExpr                      { return &oExpr{op: "lit", lit: v} }
func oName(name string) *oExpr               { return &oExpr{op: "name", name: name} }
func oCall(op string, args ...*oExpr) *oExpr { return &oExpr{op: op, args: args} }

// oCmp compares a name with a literal.
func oCmp(op, name string, lit any) *oExpr { return oCall(op, oName(name), oLit(lit)) }

func (x *oExpr) String() string {
	switch x.op {
	case "lit":
		return literal(x.lit)
	case "name":
		return x.name
	case "not":
		return fmt.Sprintf("not (%s)", x.args[0])
	case "and", "or":
		return fmt.Sprintf("(%s %s %s)", x.args[0], x.op, x.args[1])
	case "==", "!=", "<", "<=", ">", ">=", "in":
		return fmt.Sprintf("%s %s %s", x.args[0], x.op, x.args[1])
	case "any":
		return fmt.Sprintf("any(%s, # == %s)", x.args[0], x.args[1])
	case "top.count", "top.value":
		return fmt.Sprintf("%s[0].%s", x.args[0], x.op[4:])
	}
	var args []string
	for _, a := range x.args {
		args = append(args, a.String())
	}
	if x.op == "list" {
		return "[" + strings.Join(args, ", ") + "]"
	}
	return x.op + "(" + strings.Join(args, ", ") + ")"
}

// mentions tells whether a name of the expression satisfies is.
func (x *oExpr) mentions(is func(string) bool) bool {
	if x == nil {
		return false
	}
	for _, a := range x.args {
		if a.mentions(is) {
			return true
		}
	}
	return x.op == "name" && is(x.name)
}

func literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case string:
		return strconv.Quote(v)
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, literal(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}

// holds is the value of the whole expression: an error makes it false (§2.7).
func (x *oExpr) holds(value func(string) any) (holds, failed bool) {
	v, err := x.result(value)
	b, ok := v.(bool)
	return ok && b && err == nil, err != nil
}

// result is the value of the whole expression. It fails when a name that it
// mentions did, whether or not it would have come to that.
func (x *oExpr) result(value func(string) any) (any, error) {
	if x.mentions(func(name string) bool { return isError(value(name)) }) {
		return nil, errNoOrder
	}
	return x.eval(value)
}

func (x *oExpr) eval(value func(string) any) (any, error) {
	switch x.op {
	case "lit":
		return x.lit, nil
	case "name":
		return value(x.name), nil
	case "and", "or":
		left, err := x.args[0].truth(value)
		if err != nil || left == (x.op == "or") {
			return left, err
		}
		return x.args[1].truth(value)
	case "not":
		v, err := x.args[0].truth(value)
		return !v, err
	}
	var args []any
	for _, a := range x.args {
		v, err := a.eval(value)
		if err != nil {
			return nil, err
		}
		args = append(args, v)
	}
	switch x.op {
	case "==", "!=", "<", "<=", ">", ">=":
		return compare(x.op, args[0], args[1])
	}
	return apply(x.op, args), nil
}

func isError(v any) bool {
	_, yes := v.(error)
	return yes
}

func (x *oExpr) truth(value func(string) any) (bool, error) {
	v, err := x.eval(value)
	b, ok := v.(bool)
	if err == nil && !ok {
		err = errNoBool
	}
	return b, err
}

// apply calls a function; nil in, nil out.
func apply(op string, args []any) any {
	switch op {
	case "list":
		return args
	case "in", "any":
		list, key := args[0], args[1]
		if op == "in" {
			list, key = key, list
		}
		return oHas(list, key)
	case "ratio":
		return ratioOf(args[0], args[1])
	}
	if args[0] == nil {
		return nil
	}
	text, isText := args[0].(string)
	switch op {
	case "lower", "upper":
		switch {
		case !isText:
			return args[0]
		case op == "lower":
			return strings.ToLower(text)
		}
		return strings.ToUpper(text)
	case "capture":
		if m := regexp.MustCompile(args[1].(string)).FindStringSubmatch(text); isText && m != nil {
			return m[1]
		}
		return nil
	case "len":
		return int64(len(args[0].([]any)))
	}
	top := args[0].([]any)
	switch {
	case len(top) == 0:
		return nil
	case op == "top.count":
		return top[0].(alert.Ranked).Count
	}
	return top[0].(alert.Ranked).Value
}

func oHas(list, key any) bool {
	of, _ := list.([]any)
	for _, e := range of {
		if oEqual(e, key) {
			return true
		}
	}
	return false
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
	switch op {
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	}
	return c >= 0, nil
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
	case []any: // only ever compared
		return literal(v), true
	}
	return fmt.Sprint(v), true
}
