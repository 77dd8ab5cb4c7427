package lint

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// minimum finds a share of records that very few of them can decide: in some
// alternative of the expression nothing asks for a number of records.
func (l *linter) minimum(r *rules.Rule, x *rules.Expr) {
	t := x.Term()
	if t == nil || shareIn(r, t) == nil {
		return
	}
	list, ok := alternatives([]claim{{term: t}})
	if !ok {
		return
	}
	for _, claims := range list {
		var share *rules.Term
		enough := false
		for _, c := range claims {
			if of := shareIn(r, c.term); of == nil {
				enough = enough || asksForRecords(r, c)
			} else if share == nil {
				share = of
			}
		}
		if share != nil && !enough && conditionFacts(r).conflictOf(claims) == nil {
			share.Warn(&l.faults, "ratio-without-minimum", "add `count >= 50 and …`, say", "a ratio without a minimum count: one bad record out of two is 50 %%")
			return
		}
	}
}

// shareIn finds a ratio of counts, also one that is written with /.
func shareIn(r *rules.Rule, t *rules.Term) *rules.Term {
	if t.Op == "ratio" || t.Op == "/" && len(t.Args) == 2 && namesCount(r, t.Args[0]) && namesCount(r, t.Args[1]) {
		return t
	}
	for _, a := range t.Args {
		if of := shareIn(r, a); of != nil {
			return of
		}
	}
	return nil
}

// namesCount reports whether numbers of records are part of a term.
func namesCount(r *rules.Rule, t *rules.Term) bool {
	return slices.ContainsFunc(t.Names(), func(name string) bool {
		c, ok := columnOf(r, name)
		return ok && counts(c.Func)
	})
}

// asksForRecords reports whether a claim holds only from some number of records
// on. One is not enough: it is what every share has.
func asksForRecords(r *rules.Rule, c claim) bool {
	if len(c.term.Args) != 2 || c.not && c.term.Op == "==" {
		return false
	}
	few, many, equal := c.term.Args[0], c.term.Args[1], false
	switch c.term.Op {
	case ">", ">=":
		few, many = many, few
	case "<", "<=":
	case "==":
		if few.Op != "value" {
			few, many = many, few
		}
		equal = true
	default:
		return false
	}
	if c.not {
		few, many = many, few
	}
	if !namesCount(r, many) {
		return false
	}
	n, number := rules.Number(few.Value)
	strict := !equal && (c.term.Op == ">" || c.term.Op == "<") != c.not
	return few.Op != "value" || number && (n > 1 || n == 1 && strict)
}

// silence finds a rule that waits for silence with a condition that asks for
// records within the window.
func (l *linter) silence(r *rules.Rule) {
	if !r.Absence || r.Condition == nil || len(r.Levels) > 0 || r.Window <= 0 {
		return
	}
	t, f := r.Condition.Term(), conditionFacts(r)
	known := f.of
	f.of = func(t *rules.Term) domain {
		c, ok := termColumn(r, t)
		if !ok || c.Offset > 0 || c.Window > r.Window || c.Func == windowing.Streak || c.Func == windowing.Last {
			return known(t)
		}
		d := unknown()
		if counts(c.Func) || c.Func == windowing.Rate || c.Func == windowing.Sum {
			d.oneOf([]any{0})
			return d
		}
		d.oneOf([]any{nil})
		return d
	}
	if t != nil && f.refute(claim{term: t}) != nil {
		t.Warn(&l.faults, "silence-unmet", "silence is `count == 0`, say", "absence: true, but silence does not make the condition true")
	}
}
