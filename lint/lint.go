package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// linter is one look at a set of rules.
type linter struct {
	set    *rules.Set
	byID   map[string]*rules.Rule
	asked  map[string]bool // values that rules over alerts ask for
	cfg    *config.Config  // nil: there is none
	faults strictyaml.Faults
}

// Check tells what rules, loaded with rules.Options.Keep, can never do or were
// probably not meant to do; cfg is the configuration that names them, or nil.
// Everything it finds is a warning, in order of place.
func Check(set *rules.Set, cfg *config.Config) []strictyaml.Fault {
	l := &linter{set: set, cfg: cfg, byID: map[string]*rules.Rule{}, asked: overheard(set)}
	for _, r := range set.Rules {
		l.byID[r.ID] = r
	}
	for _, r := range set.Rules {
		if r.Status == rules.Disabled {
			continue
		}
		l.records(r)
		l.steps(r)
		l.conditions(r)
		l.groups(r)
		l.texts(r)
		l.patterns(r)
		l.values(r)
		l.unusedParts(r)
		l.withoutEffect(r)
	}
	l.overAlerts()
	l.pairs()
	l.inhibitions()
	l.unusedConstants()
	if cfg != nil {
		l.routes()
		l.unusedCalendars()
	}
	return l.faults.Sorted()
}

// at is a key of a rule, or the rule where the key is not written.
func (l *linter) at(r *rules.Rule, key string) strictyaml.Value {
	if v := r.At(key, &l.faults); v.There() {
		return v
	}
	return r.Place(&l.faults)
}

// verdict is what an expression means for its rule when nothing can make it true.
type verdict struct{ code, message string }

// judge looks at an expression: whether it can hold at all, whether each of its
// alternatives can, and whether parts of it always do. with is what holds as well.
func (l *linter) judge(x *rules.Expr, f facts, with []claim, v verdict) (dead bool) {
	t := x.Term()
	if t == nil {
		return false
	}
	if c := f.refute(append(slices.Clip(with), claim{term: t})...); c != nil {
		l.tell(t, c, v)
		return true
	}
	if size(t) <= maxSize {
		l.branches(t, f, with)
		l.tautologies(t, f)
	}
	return false
}

// maxSize is how large an expression is whose parts are looked at one by one.
const maxSize = 150

func size(t *rules.Term) int {
	n := 1
	for _, a := range t.Args {
		n += size(a)
	}
	return n
}

// tell warns of a conflict, at the place of the part that cannot hold.
func (l *linter) tell(whole *rules.Term, c *conflict, v verdict) {
	at := whole
	if last := c.claims[len(c.claims)-1].term; !c.all && within(whole, last) {
		at = last
	}
	at.Warn(&l.faults, v.code, hintFor(c), "%s: %s", v.message, reason(c))
}

// within reports whether a term is one of the parts of another.
func within(whole, part *rules.Term) bool {
	return whole == part || slices.ContainsFunc(whole.Args, func(a *rules.Term) bool { return within(a, part) })
}

// reason says why claims conflict.
func reason(c *conflict) string {
	var texts []string
	for _, cl := range c.claims {
		text := cl.term.Text()
		if cl.not {
			text = "not (" + text + ")"
		}
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	var out string
	switch {
	case len(texts) == 1 && c.why != "":
		out = fmt.Sprintf("%s cannot hold: %s", texts[0], c.why)
	case len(texts) == 1:
		out = texts[0] + " cannot hold"
	case len(texts) == 2:
		out = strings.Join(texts, " and ") + " exclude each other"
	default:
		out = strings.Join(texts, ", ") + " exclude each other"
	}
	if c.all {
		return "none of its alternatives can hold; the first: " + out
	}
	return out
}

func hintFor(c *conflict) string {
	if len(c.claims) == 2 && c.claims[0].term.Op == "==" && c.claims[1].term.Op == "==" && !c.claims[0].not && !c.claims[1].not {
		return "write or between them if either is meant"
	}
	return ""
}

// branches looks at alternatives that can never hold beside those that can.
func (l *linter) branches(t *rules.Term, f facts, with []claim) {
	switch t.Op {
	case "and":
		for i, a := range t.Args {
			l.branches(a, f, append(slices.Clip(with), claim{term: t.Args[1-i]}))
		}
	case "or":
		for _, a := range t.Args {
			if c := f.refute(append(slices.Clip(with), claim{term: a})...); c != nil {
				l.tell(a, c, verdict{"never-true", "this alternative is never true"})
				continue
			}
			l.branches(a, f, with)
		}
	}
}

// tautologies looks for parts that are true whatever comes.
func (l *linter) tautologies(t *rules.Term, f facts) {
	if t.Op == "and" {
		for _, a := range t.Args {
			l.tautologies(a, f)
		}
		return
	}
	if t.Op == "value" && t.Value == true {
		t.Warn(&l.faults, "always-true", "leave it out", "this is always true")
		return
	}
	// What is known of the selection is left aside: event == "X" in a rule for X is
	// no mistake.
	f.of = countsOnly(f.of)
	if f.refute(claim{term: t, not: true}) == nil || t.Op == "value" {
		return
	}
	hint := "leave it out"
	if t.Op == "or" && t.Args[0].Op == "!=" && t.Args[1].Op == "!=" {
		hint = "write and between them, or x not in [\"a\", \"b\"]"
	}
	t.Warn(&l.faults, "always-true", hint, "%s is always true", t.Text())
}

// countsOnly keeps what is known of numbers.
func countsOnly(of func(*rules.Term) domain) func(*rules.Term) domain {
	return func(t *rules.Term) domain {
		if of == nil {
			return unknown()
		}
		if d := of(t); !d.null && d.number && d.only == nil {
			return d
		}
		return unknown()
	}
}
