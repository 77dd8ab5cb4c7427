package rules

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/smartylog"
)

// maxText is the longest text an expression may build, in bytes; with the bound
// on the number of nodes it keeps `a + a + …` harmless.
const maxText = 64 << 10

var errTextTooLong = errors.New("the text grows too long")

// Number is the value of a number or of numeric text. Booleans, NaN and
// infinities are not numbers.
func Number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case string:
		return numericText(v)
	}
	return 0, false
}

// numericText reads decimal numbers only: no hexadecimal, no "inf", no "1_000".
func numericText(s string) (float64, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 40 || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}

func isNumber(v any) bool {
	switch v.(type) {
	case int64, int, float64:
		return true
	}
	return false
}

// equal compares as a rule's author means it: a number equals numeric text of
// the same value, a boolean equals its name in any case and, as in Python, 1 or
// 0, lists element by element, nil only nil.
func equal(a, b any) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	if x, ok := a.(bool); ok {
		return equalBool(x, b)
	}
	if y, ok := b.(bool); ok {
		return equalBool(y, a)
	}
	if isNumber(a) || isNumber(b) {
		return equalNumbers(a, b)
	}
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return ok && (x == y || smartylog.SameValue(x, y))
	case []any:
		y, ok := b.([]any)
		return ok && equalLists(x, y)
	case smartylog.Dict:
		y, ok := b.(smartylog.Dict)
		return ok && equalDicts(x, y)
	}
	return false
}

func equalNumbers(a, b any) bool {
	if x, ok := a.(int64); ok {
		if y, ok := b.(int64); ok {
			return x == y
		}
	}
	x, okx := Number(a)
	y, oky := Number(b)
	return okx && oky && x == y
}

func equalBool(x bool, v any) bool {
	switch v := v.(type) {
	case bool:
		return x == v
	case string:
		return strings.EqualFold(v, strconv.FormatBool(x))
	}
	n, ok := Number(v)
	return ok && (x && n == 1 || !x && n == 0)
}

func equalLists(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalDicts(a, b smartylog.Dict) bool {
	if len(a) != len(b) {
		return false
	}
	for _, p := range a {
		if v, ok := b.Get(p.Key); !ok || !equal(p.Value, v) {
			return false
		}
	}
	return true
}

// order compares two values; ok is false when either is nil, so that every
// ordering comparison with a missing value is false. Values that have no order
// are an error, which makes the whole expression false.
func order(a, b any) (c int, ok bool, err error) {
	if a == nil || b == nil {
		return 0, false, nil
	}
	x, okx := a.(string)
	y, oky := b.(string)
	if okx && oky {
		return strings.Compare(x, y), true, nil
	}
	if isNumber(a) || isNumber(b) {
		n, okn := Number(a)
		m, okm := Number(b)
		if okn && okm {
			return compareFloats(n, m), true, nil
		}
	}
	return 0, false, fmt.Errorf("cannot order %s and %s", describe(a), describe(b))
}

func compareFloats(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func describe(v any) string {
	switch v := v.(type) {
	case string:
		if utf8.RuneCountInString(v) > 20 {
			v = string([]rune(v)[:20]) + "…"
		}
		return fmt.Sprintf("the text %q", v)
	case []any:
		return "a list"
	case smartylog.Dict:
		return "a mapping"
	}
	return fmt.Sprint(v)
}

// contains is the operator `in`: an element of a list, or a key of a mapping.
func contains(elem, set any) (bool, error) {
	switch set := set.(type) {
	case nil:
		return false, nil
	case []any:
		for _, v := range set {
			if equal(elem, v) {
				return true, nil
			}
		}
		return false, nil
	case smartylog.Dict:
		key, ok := Text(elem)
		if !ok {
			return false, nil
		}
		_, found := set.Get(key)
		return found, nil
	}
	return false, fmt.Errorf("`in` needs a list, not %s", describe(set))
}

// function is one name that rewritten expressions call.
type function struct {
	name string
	fn   func(args ...any) (any, error)
	sig  any
}

// operators are what the comparison rewrite puts in place of expr's own. Their
// names cannot be written in a rule.
var operators = []function{
	{"$eq", func(a ...any) (any, error) { return equal(a[0], a[1]), nil }, new(func(any, any) bool)},
	{"$ne", func(a ...any) (any, error) { return !equal(a[0], a[1]), nil }, new(func(any, any) bool)},
	{"$lt", ordered(func(c int) bool { return c < 0 }), new(func(any, any) bool)},
	{"$le", ordered(func(c int) bool { return c <= 0 }), new(func(any, any) bool)},
	{"$gt", ordered(func(c int) bool { return c > 0 }), new(func(any, any) bool)},
	{"$ge", ordered(func(c int) bool { return c >= 0 }), new(func(any, any) bool)},
	{"$in", func(a ...any) (any, error) { return contains(a[0], a[1]) }, new(func(any, any) bool)},
	{"$matches", matches, new(func(any, any) bool)},
	{"$contains", onTexts(strings.Contains), new(func(any, any) bool)},
	{"$startsWith", onTexts(strings.HasPrefix), new(func(any, any) bool)},
	{"$endsWith", onTexts(strings.HasSuffix), new(func(any, any) bool)},
	{"$get", get, new(func(any, any) any)},
	{"$add", add, new(func(any, any) any)},
	{"$len", length, new(func(any) any)},
	{"$lower", onText(strings.ToLower), new(func(any) any)},
	{"$upper", onText(strings.ToUpper), new(func(any) any)},
	{"$trim", onText(strings.TrimSpace), new(func(any) any)},
	{"ratio", func(a ...any) (any, error) { return ratio(a[0], a[1]), nil }, new(func(any, any) any)},
	{"seconds", func(a ...any) (any, error) { return Seconds(a[0]), nil }, new(func(any) any)},
}

func ordered(hold func(c int) bool) func(...any) (any, error) {
	return func(a ...any) (any, error) {
		c, ok, err := order(a[0], a[1])
		return ok && hold(c), err
	}
}

// matches is false for anything that is not text.
func matches(a ...any) (any, error) {
	s, ok := a[0].(string)
	if !ok {
		return false, nil
	}
	re, ok := a[1].(*regexp.Regexp)
	return ok && re.MatchString(s), nil
}

func onTexts(f func(s, part string) bool) func(...any) (any, error) {
	return func(a ...any) (any, error) {
		s, ok := a[0].(string)
		part, okPart := a[1].(string)
		return ok && okPart && f(s, part), nil
	}
}

func onText(f func(string) string) func(...any) (any, error) {
	return func(a ...any) (any, error) {
		if s, ok := a[0].(string); ok {
			return f(s), nil
		}
		return a[0], nil
	}
}

// get is a step of a path that is only known while evaluating.
func get(a ...any) (any, error) {
	switch v := a[0].(type) {
	case smartylog.Dict:
		key, _ := Text(a[1])
		found, _ := v.Get(key)
		return found, nil
	case []any:
		n, ok := Number(a[1])
		if !ok || n != math.Trunc(n) {
			return nil, nil
		}
		if n < 0 {
			n += float64(len(v))
		}
		if n < 0 || n >= float64(len(v)) {
			return nil, nil
		}
		return v[int(n)], nil
	}
	return nil, nil
}

// add joins texts, within maxText, and adds numbers; with nil it gives nil.
func add(a ...any) (any, error) {
	if a[0] == nil || a[1] == nil {
		return nil, nil
	}
	x, okx := a[0].(string)
	y, oky := a[1].(string)
	if okx && oky {
		if len(x)+len(y) > maxText {
			return nil, errTextTooLong
		}
		return x + y, nil
	}
	n, okn := Number(a[0])
	m, okm := Number(a[1])
	if !okn || !okm {
		return nil, fmt.Errorf("cannot add %s and %s", describe(a[0]), describe(a[1]))
	}
	return n + m, nil
}

// length counts: elements, or the characters of a text. A whole number is its own
// count, because Smarty prints some lists (removed_objects) as their length.
func length(a ...any) (any, error) {
	switch v := a[0].(type) {
	case int64:
		if v >= 0 {
			return int(v), nil
		}
	case string:
		return utf8.RuneCountInString(v), nil
	case []any:
		return len(v), nil
	case smartylog.Dict:
		return len(v), nil
	}
	return nil, nil
}

// ratio is a/b, 0 when b is 0, nil when either is missing.
func ratio(a, b any) any {
	x, okx := Number(a)
	y, oky := Number(b)
	switch {
	case !okx || !oky:
		return nil
	case y == 0:
		return 0.0
	}
	return x / y
}
