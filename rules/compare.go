package rules

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

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
func equal(bud *budget, a, b any) bool {
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
	case alert.Ranked:
		y, ok := b.(alert.Ranked)
		return ok && x == y
	case []any:
		y, ok := b.([]any)
		return ok && equalLists(bud, x, y)
	case smartylog.Dict:
		y, ok := b.(smartylog.Dict)
		return ok && equalDicts(bud, x, y)
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
		if strings.EqualFold(v, strconv.FormatBool(x)) {
			return true
		}
	}
	n, ok := Number(v)
	return ok && (x && n == 1 || !x && n == 0)
}

func equalLists(bud *budget, a, b []any) bool {
	if len(a) != len(b) || !bud.spend(len(a)) {
		return false
	}
	for i := range a {
		if !equal(bud, a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalDicts(bud *budget, a, b smartylog.Dict) bool {
	if len(a) != len(b) {
		return false
	}
	for _, p := range a {
		if !bud.spend(len(b)) { // keys are looked up one by one
			return false
		}
		if v, ok := b.Get(p.Key); !ok || !equal(bud, p.Value, v) {
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
	case smartylog.Dict, alert.Ranked:
		return "a mapping"
	}
	return fmt.Sprint(v)
}

// contains is the operator `in`: an element of a list, or a key of a mapping.
func contains(bud *budget, elem, set any) (bool, error) {
	switch set := set.(type) {
	case nil:
		return false, nil
	case []any:
		if !bud.spend(len(set)) {
			return false, nil
		}
		for _, v := range set {
			if equal(bud, elem, v) {
				return true, nil
			}
		}
		return false, nil
	case smartylog.Dict:
		key, ok := Text(elem)
		if !ok || !bud.spend(len(set)) {
			return false, nil
		}
		_, found := set.Get(key)
		return found, nil
	}
	return false, fmt.Errorf("`in` needs a list, not %s", describe(set))
}
