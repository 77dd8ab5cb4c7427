package rules

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// maxText is the longest text an expression may build, in bytes; with the bound
// on the number of nodes it keeps `a + a + …` harmless.
const maxText = 64 << 10

var errTextTooLong = errors.New("the text grows too long")

// function is one name that rewritten expressions call.
type function struct {
	name string
	fn   func(b *budget, a []any) (any, error)
	sig  any
}

// Signatures, by result and number of arguments after the budget.
var (
	bool2 = new(func(*budget, any, any) bool)
	any1  = new(func(*budget, any) any)
	any2  = new(func(*budget, any, any) any)
	any3  = new(func(*budget, any, any, any) any)
)

// functions are what the rewrite puts in place of expr's operators and functions.
// Their names cannot be written in a rule.
var functions = []function{
	{"$eq", func(b *budget, a []any) (any, error) { return equal(b, a[0], a[1]), nil }, bool2},
	{"$ne", func(b *budget, a []any) (any, error) { return !equal(b, a[0], a[1]), nil }, bool2},
	{"$lt", ordered(func(c int) bool { return c < 0 }), bool2},
	{"$le", ordered(func(c int) bool { return c <= 0 }), bool2},
	{"$gt", ordered(func(c int) bool { return c > 0 }), bool2},
	{"$ge", ordered(func(c int) bool { return c >= 0 }), bool2},
	{"$in", func(b *budget, a []any) (any, error) { return contains(b, a[0], a[1]) }, bool2},
	{"$matches", matches, bool2},
	{"$contains", onTexts(strings.Contains), bool2},
	{"$startsWith", onTexts(strings.HasPrefix), bool2},
	{"$endsWith", onTexts(strings.HasSuffix), bool2},
	{"$cidr", cidr, bool2},
	{"$capture", capture, any3},
	{"$get", get, any2},
	{"$add", add, any2},
	{"$items", items, new(func(*budget, any) []any)},
	{"$len", length, any1},
	{"$lower", onText(strings.ToLower), any1},
	{"$upper", onText(strings.ToUpper), any1},
	{"$trim", onText(strings.TrimSpace), any1},
	{"$abs", onNumber(math.Abs), any1},
	{"$round", onNumber(math.Round), any1},
	{"$floor", onNumber(math.Floor), any1},
	{"$ceil", onNumber(math.Ceil), any1},
	{"$ratio", func(_ *budget, a []any) (any, error) { return ratio(a[0], a[1]), nil }, any2},
	{"$seconds", func(_ *budget, a []any) (any, error) { return Seconds(a[0]), nil }, any1},
}

func ordered(hold func(c int) bool) func(*budget, []any) (any, error) {
	return func(_ *budget, a []any) (any, error) {
		c, ok, err := order(a[0], a[1])
		return ok && hold(c), err
	}
}

// matches is false for anything that is not text.
func matches(b *budget, a []any) (any, error) {
	s, ok := a[0].(string)
	if !ok || !b.search(s) {
		return false, nil
	}
	re, ok := a[1].(*regexp.Regexp)
	return ok && re.MatchString(s), nil
}

// capture is a group of a pattern's first match; nil for no match, a group that
// took no part in it, and anything that is not text.
func capture(b *budget, a []any) (any, error) {
	s, ok := a[0].(string)
	re, isPattern := a[1].(*regexp.Regexp)
	n, isInt := a[2].(int)
	if !ok || !isPattern || !isInt || !b.search(s) {
		return nil, nil
	}
	return captured(re, s, n), nil
}

func captured(re *regexp.Regexp, s string, n int) any {
	at := re.FindStringSubmatchIndex(s)
	if at == nil || at[2*n] < 0 {
		return nil
	}
	return s[at[2*n]:at[2*n+1]]
}

// cidr reports whether a text is an address in one of the networks; false for
// anything that is no address.
func cidr(b *budget, a []any) (any, error) {
	s, ok := a[0].(string)
	nets, _ := a[1].([]netip.Prefix)
	if !ok || !b.spend(len(nets)) {
		return false, nil
	}
	ip, err := netip.ParseAddr(strings.TrimSpace(s))
	if err != nil {
		return false, nil
	}
	ip = ip.Unmap().WithZone("")
	for _, n := range nets {
		if n.Contains(ip) {
			return true, nil
		}
	}
	return false, nil
}

func onTexts(f func(s, part string) bool) func(*budget, []any) (any, error) {
	return func(b *budget, a []any) (any, error) {
		s, ok := a[0].(string)
		part, okPart := a[1].(string)
		return ok && okPart && b.search(s) && f(s, part), nil
	}
}

func onText(f func(string) string) func(*budget, []any) (any, error) {
	return func(b *budget, a []any) (any, error) {
		if s, ok := a[0].(string); ok && b.search(s) {
			return f(s), nil
		}
		return a[0], nil
	}
}

// onNumber keeps whole numbers whole; what is no number gives nil.
func onNumber(f func(float64) float64) func(*budget, []any) (any, error) {
	return func(_ *budget, a []any) (any, error) {
		x, ok := Number(a[0])
		if !ok {
			return nil, nil
		}
		y := f(x)
		switch n := a[0].(type) {
		case int:
			return int(y), nil // a count: far below 2^53
		case int64:
			if y == x {
				return n, nil // digits beyond 2^53 too
			}
			return -n, nil
		}
		return y, nil
	}
}

// items is a list to be walked; one that is missing is empty.
func items(b *budget, a []any) (any, error) {
	switch list := a[0].(type) {
	case nil:
		return []any(nil), nil
	case []any:
		b.spend(len(list))
		return list, nil
	}
	return nil, fmt.Errorf("any, all and none need a list, not %s", describe(a[0]))
}

// get is a step of a path that is only known while evaluating.
func get(b *budget, a []any) (any, error) {
	switch v := a[0].(type) {
	case smartylog.Dict:
		key, _ := Text(a[1])
		if !b.spend(len(v) / 16) {
			return nil, nil
		}
		found, _ := v.Get(key)
		return found, nil
	case alert.Ranked:
		switch a[1] {
		case "value":
			return v.Value, nil
		case "count":
			return v.Count, nil
		}
		return nil, nil
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
func add(b *budget, a []any) (any, error) {
	if a[0] == nil || a[1] == nil {
		return nil, nil
	}
	x, okx := a[0].(string)
	y, oky := a[1].(string)
	if okx && oky {
		if len(x)+len(y) > maxText {
			return nil, errTextTooLong
		}
		b.search(x)
		b.search(y)
		return x + y, nil
	}
	n, okn := Number(a[0])
	m, okm := Number(a[1])
	if !okn || !okm {
		return nil, fmt.Errorf("cannot add %s and %s", describe(a[0]), describe(a[1]))
	}
	return n + m, nil
}

// length counts: elements, also of a list in quotes, or the characters of a text. A
// whole number is its own count, because Smarty prints some lists
// (removed_objects) as their length.
func length(b *budget, a []any) (any, error) {
	switch v := a[0].(type) {
	case int64:
		if v >= 0 {
			return int(v), nil
		}
	case string:
		b.search(v)
		if printed := container(v); printed != nil {
			return length(b, []any{printed})
		}
		return utf8.RuneCountInString(v), nil
	case []any:
		return smartylog.Len(v), nil
	case smartylog.Dict:
		return v.Len(), nil
	}
	return nil, nil
}

// container is the list or the dict that the text is the print of; nil if it is none.
func container(text string) any {
	if text == "" || strings.IndexByte("[({<", text[0]) < 0 {
		return nil
	}
	v, n, err := smartylog.ParseValue([]byte(text))
	if err != nil || n < len(text) {
		return nil
	}
	switch v.(type) {
	case []any, smartylog.Dict:
		return v
	}
	return nil
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
