package lint

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// domain is the values that a name can have. The zero domain is any value but nil.
type domain struct {
	null   bool             // nil is one of them
	only   map[string][]any // if not nil: these literals alone, by their class
	not    []any            // not these literals
	number bool             // numbers alone, and texts of numbers, from lo to hi
	whole  bool             // without fractions
	lo, hi limit
	texts  []func(string) bool // what holds for it if it is a text
	starts []string            // it is a text that begins so
	why    string              // for people: why other values are not possible
}

// limit is one end of a range; without set there is none.
type limit struct {
	at   float64
	open bool // at itself is not in the range
	set  bool
}

// class names the values that equal a literal, in the way of rules: numbers and
// their texts, truth values and their names are one. Literals of two classes
// cannot both equal one value.
func class(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case bool:
		if v {
			return "n:1"
		}
		return "n:0"
	case string:
		if strings.EqualFold(v, "true") {
			return "n:1"
		}
		if strings.EqualFold(v, "false") {
			return "n:0"
		}
		if n, ok := rules.Number(v); ok {
			return "n:" + strconv.FormatFloat(n, 'g', -1, 64)
		}
		if other, ok := smartylog.ValueAlias(v); ok && other < v {
			v = other
		}
		return "t:" + v
	}
	if n, ok := rules.Number(v); ok {
		return "n:" + strconv.FormatFloat(n, 'g', -1, 64)
	}
	return fmt.Sprintf("o:%#v", v)
}

// oneOf leaves of the domain what equals one of the literals.
func (d *domain) oneOf(literals []any) {
	keep, null := map[string][]any{}, false
	for _, l := range literals {
		if l == nil {
			null = true
			continue
		}
		if _, isList := l.([]any); isList {
			d.null = false
			return // lists equal element by element: no class tells which
		}
		if c := class(l); d.only == nil || d.only[c] != nil {
			keep[c] = append(append(keep[c], d.only[c]...), l)
		}
	}
	d.null, d.only = d.null && null, keep
}

// noneOf takes the literals out of the domain. A value may be written in several
// ways, so only what is a literal itself is gone for certain.
func (d *domain) noneOf(literals []any) {
	d.not = slices.Clip(d.not) // others may hold the same ones
	for _, l := range literals {
		if l == nil {
			d.null = false
			continue
		}
		d.not = append(d.not, l)
	}
}

// atLeast and atMost narrow the range.
func (d *domain) atLeast(x float64, open bool) {
	d.number = true
	if !d.lo.set || x > d.lo.at || x == d.lo.at && open {
		d.lo = limit{x, open, true}
	}
}

func (d *domain) atMost(x float64, open bool) {
	d.number = true
	if !d.hi.set || x < d.hi.at || x == d.hi.at && open {
		d.hi = limit{x, open, true}
	}
}

func (d *domain) holding(f func(string) bool) {
	d.texts = append(d.texts[:len(d.texts):len(d.texts)], f)
}

// empty reports whether no value is left.
func (d *domain) empty() bool {
	if d.null {
		return false
	}
	if d.only != nil {
		for _, literals := range d.only {
			if d.possible(literals) {
				return false
			}
		}
		return true
	}
	for i, a := range d.starts {
		for _, b := range d.starts[:i] {
			if !strings.HasPrefix(a, b) && !strings.HasPrefix(b, a) {
				return true
			}
		}
	}
	return d.number && d.noNumber()
}

// possible reports whether one of these literals, which are of one class, may be in
// the domain.
func (d *domain) possible(literals []any) bool {
	for _, l := range literals {
		n, numeric := rules.Number(l)
		s, isText := l.(string)
		switch {
		case d.excludes(l):
		case isText && strings.HasPrefix(class(l), "t:"):
			if !d.number && d.holds(s) {
				return true
			}
		case d.whole && numeric && n != math.Trunc(n):
		case !numeric || !d.number || d.within(n):
			return true
		}
	}
	return false
}

func (d *domain) excludes(literal any) bool {
	for _, x := range d.not {
		if fmt.Sprintf("%#v", x) == fmt.Sprintf("%#v", literal) {
			return true
		}
	}
	return false
}

// holds reports whether a text, or the other spelling of it, is in the domain.
func (d *domain) holds(s string) bool {
	other, two := smartylog.ValueAlias(s)
	for _, f := range d.texts {
		if !f(s) && !(two && f(other)) {
			return false
		}
	}
	return true
}

func (d *domain) within(n float64) bool {
	if d.lo.set && (n < d.lo.at || n == d.lo.at && d.lo.open) {
		return false
	}
	return !d.hi.set || n < d.hi.at || n == d.hi.at && !d.hi.open
}

// noNumber reports whether the range holds no number.
func (d *domain) noNumber() bool {
	lo, hi := math.Inf(-1), math.Inf(1)
	if d.lo.set {
		lo = d.lo.at
	}
	if d.hi.set {
		hi = d.hi.at
	}
	if d.whole {
		if next := math.Ceil(lo); d.lo.set && (next > lo || !d.lo.open) {
			lo = next
		} else if d.lo.set {
			lo++
		}
		if prev := math.Floor(hi); d.hi.set && (prev < hi || !d.hi.open) {
			hi = prev
		} else if d.hi.set {
			hi--
		}
		if lo > hi {
			return true
		}
		return lo == hi && d.excludesNumber(lo)
	}
	if lo > hi || lo == hi && (d.lo.open || d.hi.open) {
		return true
	}
	return lo == hi && d.excludesNumber(lo)
}

func (d *domain) excludesNumber(n float64) bool {
	for _, x := range d.not {
		if v, ok := rules.Number(x); ok && v == n {
			if _, isText := x.(string); !isText {
				return true
			}
		}
	}
	return false
}
