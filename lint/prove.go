package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
)

// facts are what is known of the names of an expression before it is looked at.
type facts struct {
	// of is what a name, or another term, can be. nil knows nothing.
	of func(t *rules.Term) domain
	// atMost reports whether the first is never greater than the second. nil knows nothing.
	atMost func(a, b *rules.Term) bool
}

// unknown is any value.
func unknown() domain { return domain{null: true} }

// claim is a part of an alternative: a term that is true, or is not.
type claim struct {
	term *rules.Term
	not  bool
}

// How far an expression is spread out: into so many alternatives, with so many
// claims in all of them. What is larger counts as possible.
const (
	maxAlternatives = 256
	maxClaims       = 4096
	maxPairs        = 50 // claims about one term that are looked at two by two
)

// alternatives spreads terms that hold together into lists of claims, one of which
// is true when they are. ok is false when there are too many.
func alternatives(terms []claim) (out [][]claim, ok bool) {
	out = [][]claim{nil}
	for _, c := range terms {
		of, fine := spread(c)
		if !fine || len(out)*len(of) > maxAlternatives {
			return nil, false
		}
		next, size := make([][]claim, 0, len(out)*len(of)), 0
		for _, a := range out {
			for _, b := range of {
				next = append(next, slices.Concat(a, b))
				size += len(a) + len(b)
			}
		}
		if out = next; size > maxClaims {
			return nil, false
		}
	}
	return out, true
}

func spread(c claim) ([][]claim, bool) {
	t := c.term
	switch {
	case t.Op == "not":
		return spread(claim{t.Args[0], !c.not})
	case t.Op == "?:":
		yes, okYes := alternatives([]claim{{t.Args[0], false}, {t.Args[1], c.not}})
		no, okNo := alternatives([]claim{{t.Args[0], true}, {t.Args[2], c.not}})
		return append(yes, no...), okYes && okNo && len(yes)+len(no) <= maxAlternatives
	case t.Op == "and" && !c.not || t.Op == "or" && c.not:
		return alternatives([]claim{{t.Args[0], c.not}, {t.Args[1], c.not}})
	case t.Op == "and" || t.Op == "or":
		left, okLeft := spread(claim{t.Args[0], c.not})
		right, okRight := spread(claim{t.Args[1], c.not})
		return append(left, right...), okLeft && okRight && len(left)+len(right) <= maxAlternatives
	}
	return [][]claim{{c}}, true
}

// conflict is why terms cannot hold together: the claims of one alternative that
// leave no value, and what was known of it before.
type conflict struct {
	claims []claim
	why    string
	all    bool // every alternative has been refuted, this one is the first of several
}

// refute returns a conflict when the claims cannot all be true; nil when they may.
func (f facts) refute(claims ...claim) *conflict {
	list, ok := alternatives(claims)
	if !ok {
		return nil
	}
	var first *conflict
	for _, a := range list {
		c := f.conflictOf(a)
		if c == nil {
			return nil
		}
		if first == nil {
			first = c
		}
	}
	if first != nil {
		first.all = len(list) > 1
	}
	return first
}

// conflictOf looks for a name to which an alternative leaves no value.
func (f facts) conflictOf(claims []claim) *conflict {
	var order []string
	subjects := map[string]*subject{}
	for _, c := range claims {
		if f.impossible(c) {
			return &conflict{claims: []claim{c}, why: outgrown(c)}
		}
		term, literal, op := split(c)
		key := term.String()
		s := subjects[key]
		if s == nil {
			s = &subject{domain: f.domainOf(term)}
			subjects[key] = s
			order = append(order, key)
		}
		if s.apply(op, literal, c.not) {
			s.claims = append(s.claims, c)
		}
	}
	for _, key := range order {
		if s := subjects[key]; s.domain.empty() {
			return f.least(s.claims, s.domain.why)
		}
	}
	return nil
}

// least finds the fewest of claims about one term that conflict.
func (f facts) least(claims []claim, why string) *conflict {
	leaves := func(some ...claim) bool {
		s := subject{domain: f.domainOf(subjectOf(some[0]))}
		for _, c := range some {
			_, literal, op := split(c)
			s.apply(op, literal, c.not)
		}
		return !s.domain.empty()
	}
	for i, a := range claims[:min(len(claims), maxPairs)] {
		if !leaves(a) {
			return &conflict{claims: []claim{a}, why: why}
		}
		for _, b := range claims[:i] {
			if !leaves(b, a) {
				return &conflict{claims: []claim{b, a}}
			}
		}
	}
	return &conflict{claims: claims}
}

// split is a claim as a comparison of a term with a literal.
func split(c claim) (term *rules.Term, literal any, op string) {
	if term, literal, op, ok := comparison(c.term); ok {
		return term, literal, op
	}
	return c.term, true, "=="
}

func subjectOf(c claim) *rules.Term {
	term, _, _ := split(c)
	return term
}

func (f facts) domainOf(t *rules.Term) domain {
	switch t.Op {
	case "lower":
		d := unknown()
		d.holding(func(s string) bool { return s == strings.ToLower(s) })
		d.why = "lower() has no capitals"
		return d
	case "upper":
		d := unknown()
		d.holding(func(s string) bool { return s == strings.ToUpper(s) })
		d.why = "upper() has capitals only"
		return d
	case "len", "abs":
		d := unknown()
		d.atLeast(0, false)
		d.why = t.Op + "() is never negative"
		return d
	}
	if f.of == nil {
		return unknown()
	}
	return f.of(t)
}

// impossible judges a claim on its own: about constants, or about two terms.
func (f facts) impossible(c claim) bool {
	t := c.term
	if t.Op == "value" {
		b, ok := t.Value.(bool)
		return ok && b == c.not
	}
	if len(t.Args) != 2 {
		return false
	}
	a, b := t.Args[0], t.Args[1]
	if a.Op == "value" && b.Op == "value" {
		return constantFalse(t.Op, a.Value, b.Value, c.not)
	}
	if b.Op == "value" || a.Op == "value" {
		return false
	}
	same := a.String() == b.String()
	atMost := func(a, b *rules.Term) bool { return f.atMost != nil && f.atMost(a, b) }
	switch t.Op {
	case "==":
		return same && c.not
	case "!=":
		return same && !c.not
	case "<":
		return !c.not && (same || atMost(b, a)) // also of nil
	case ">":
		return !c.not && (same || atMost(a, b))
	case "<=":
		return c.not && atMost(a, b)
	case ">=":
		return c.not && atMost(b, a)
	}
	return false
}

// outgrown is why a comparison of two terms that are not the same cannot hold.
func outgrown(c claim) string {
	if len(c.term.Args) != 2 || !strings.Contains("<>=", c.term.Op[:1]) || c.term.Op == "==" {
		return ""
	}
	small, large := c.term.Args[0], c.term.Args[1]
	if small.Op == "value" || large.Op == "value" || small.String() == large.String() {
		return ""
	}
	if (c.term.Op[0] == '<') != c.not {
		small, large = large, small
	}
	return fmt.Sprintf("%s is never greater than %s", small.Text(), large.Text())
}

// constantFalse judges a comparison of two literals.
func constantFalse(op string, a, b any, not bool) bool {
	switch op {
	case "==", "!=":
		equal := class(a) == class(b)
		if _, isText := a.(string); equal && isText {
			if s, ok := b.(string); ok && s != a {
				return false // "1" and "01"
			}
		}
		return equal == ((op == "!=") != not)
	}
	x, okx := rules.Number(a)
	y, oky := rules.Number(b)
	if !okx || !oky {
		return false
	}
	holds, known := map[string]bool{"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y}[op]
	return known && holds == not
}

// subject is a term with what is left of its values.
type subject struct {
	domain domain
	claims []claim
}

var flipped = map[string]string{"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

// comparison splits a comparison of a term with a literal.
func comparison(t *rules.Term) (term *rules.Term, literal any, op string, ok bool) {
	if len(t.Args) != 2 {
		return nil, nil, "", false
	}
	a, b := t.Args[0], t.Args[1]
	_, both := flipped[t.Op]
	switch {
	case b.Op == "value" && (both || slices.Contains([]string{"in", "contains", "startsWith", "endsWith", "matches"}, t.Op)):
		return a, b.Value, t.Op, true
	case a.Op == "value" && both:
		return b, a.Value, flipped[t.Op], true
	}
	return nil, nil, "", false
}

// apply narrows the values to those for which a comparison is true, or is not.
// false: it says nothing.
func (s *subject) apply(op string, literal any, not bool) bool {
	d := &s.domain
	switch op {
	case "==", "!=":
		if (op == "==") != not {
			d.oneOf([]any{literal})
			return true
		}
		d.noneOf([]any{literal})
		return true
	case "in":
		list, ok := literal.([]any)
		switch {
		case !ok:
			return false
		case not:
			d.noneOf(list)
		default:
			d.oneOf(list)
		}
		return true
	case "<", "<=", ">", ">=":
		return d.compare(op, literal, not)
	}
	return d.search(op, literal, not)
}

// compare takes a range of numbers. A comparison with nil is false, so what is
// denied may still be nil; one with a text makes the whole expression false.
func (d *domain) compare(op string, literal any, not bool) bool {
	n, ok := rules.Number(literal)
	if _, isText := literal.(string); isText || !ok {
		return false
	}
	if not {
		op = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[op]
	} else {
		d.null = false
	}
	if op[0] == '>' {
		d.atLeast(n, op == ">")
	} else {
		d.atMost(n, op == "<")
	}
	return true
}

// search takes what is looked for in a text. It is false for anything else.
func (d *domain) search(op string, literal any, not bool) bool {
	var f func(string) bool
	if re, ok := literal.(*regexp.Regexp); ok && op == "matches" {
		f = re.MatchString
	}
	if part, ok := literal.(string); ok {
		switch op {
		case "contains":
			f = func(s string) bool { return strings.Contains(s, part) }
		case "startsWith":
			f = func(s string) bool { return strings.HasPrefix(s, part) }
		case "endsWith":
			f = func(s string) bool { return strings.HasSuffix(s, part) }
		}
		if op == "startsWith" && !not {
			d.starts = append(d.starts[:len(d.starts):len(d.starts)], part)
		}
	}
	switch {
	case f == nil:
		return false
	case not:
		d.holding(func(s string) bool { return !f(s) })
	default:
		d.null = false
		d.holding(f)
	}
	return true
}
