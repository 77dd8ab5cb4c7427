package lint

import (
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// maxNames bounds how many kinds of records, by log and event, are remembered;
// records of further ones are looked at all the same.
const maxNames = 10_000

// Seen holds rules over logs against real records. Its memory does not grow with
// their number. It is not safe for concurrent use.
type Seen struct {
	set     *rules.Set
	rules   []*ruleSeen
	kinds   map[kindOfRecord]*kindSeen
	logs    map[string]bool
	records int64
	scratch *rules.Scratch
}

type kindOfRecord struct{ log, event string }

type kindSeen struct {
	records int64
	rules   []*ruleSeen // that select it
}

// ruleSeen is what was met of one rule's records.
type ruleSeen struct {
	rule     *rules.Rule
	selected int64     // of its events and logs
	matched  int64     // that satisfy match as well
	failed   int64     // for which match could not be evaluated
	events   []int64   // by Rule.Events
	steps    [][]int64 // by step, by its events
	uses     []*use
	missing  []int64 // by Rule.GroupBy: matching records without it
}

// use is a field that an expression of the rule asks for.
type use struct {
	expr    *rules.Expr
	name    string // as in Expr.Names
	ref     rules.Ref
	place   place
	where   *rules.Expr // asked of records that satisfy it
	step    *rules.Step // asked of its records alone
	matched bool        // asked of records that match
	number  bool        // it is used as a number
	absent  bool        // it is compared with nil: that it is not there is expected

	literals []literalSeen // texts that it is compared with

	asked, has, numeric int64
}

// literalSeen is a text of a comparison: how often the field was that, and how
// often it was but for the case of its letters, and how it was written then first.
type literalSeen struct {
	term         *rules.Term
	text         string
	equal, cased int64
	written      string
}

// place is the key of a rule, and the one below it.
type place struct{ key, sub string }

// NewSeen begins with no record. The set is one loaded with rules.Options.Keep.
func NewSeen(set *rules.Set) *Seen {
	s := &Seen{set: set, kinds: map[kindOfRecord]*kindSeen{}, logs: map[string]bool{}, scratch: rules.NewScratch()}
	for _, r := range set.Rules {
		if r.Source == rules.LogRecords && r.Status != rules.Disabled {
			seen := &ruleSeen{rule: r, events: make([]int64, len(r.Events)), uses: usesOf(r), missing: make([]int64, len(r.GroupBy))}
			for _, st := range stepsOf(r) {
				seen.steps = append(seen.steps, make([]int64, len(st.Events)))
			}
			s.rules = append(s.rules, seen)
		}
	}
	return s
}

// Log notes that a log was read, which may have no record.
func (s *Seen) Log(stem string) { s.logs[stem] = true }

// Add looks at one record.
func (s *Seen) Add(rec *smartylog.Record) {
	s.records++
	k := kindOfRecord{rec.Log, rec.Event}
	kind := s.kinds[k]
	if kind == nil {
		kind = &kindSeen{}
		s.logs[rec.Log] = true // as many as there are sources
		for _, r := range s.rules {
			if r.rule.Selects(rec.Log, rec.Event) {
				kind.rules = append(kind.rules, r)
			}
		}
		if len(s.kinds) < maxNames {
			s.kinds[k] = kind
		}
	}
	kind.records++
	for _, r := range kind.rules {
		r.add(s.scratch, rec)
	}
}

func (r *ruleSeen) add(s *rules.Scratch, rec *smartylog.Record) {
	s.Begin()
	r.selected++
	for i, e := range r.rule.Events {
		if isMeant(e, rec.Event) {
			r.events[i]++
		}
	}
	for i, st := range stepsOf(r.rule) {
		for j, e := range st.Events {
			if isMeant(e, rec.Event) && st.Selects(rec.Log, rec.Event) {
				r.steps[i][j]++
			}
		}
	}
	matches := true
	if r.rule.Match != nil {
		ok, err := r.rule.Match.Holds(s, rec)
		if matches = ok; err != nil {
			r.failed++
		}
	}
	for _, u := range r.uses {
		if u.matched && !matches || u.step != nil && !u.step.Selects(rec.Log, rec.Event) {
			continue
		}
		if u.where != nil {
			if ok, _ := u.where.Holds(s, rec); !ok {
				continue
			}
		}
		u.ask(s, rec)
	}
	if !matches {
		return
	}
	r.matched++
	for i, g := range r.rule.GroupBy {
		if v, err := g.Value(s, rec); v == nil || err != nil {
			r.missing[i]++
		}
	}
}

func (u *use) ask(s *rules.Scratch, rec *smartylog.Record) {
	u.asked++
	v, err := u.ref.Value(s, rec)
	if v == nil || err != nil {
		return
	}
	u.has++
	if _, ok := rules.Number(v); ok {
		u.numeric++
	}
	text, ok := v.(string)
	for i := range u.literals {
		switch l := &u.literals[i]; {
		case !ok || !strings.EqualFold(text, l.text):
		case smartylog.SameValue(text, l.text):
			l.equal++
		default:
			if l.cased++; l.cased == 1 {
				l.written = strings.Clone(text)
			}
		}
	}
}

// stepsOf are the steps of a sequence or all_of, which stand under stepsKey.
func stepsOf(r *rules.Rule) []rules.Step {
	if r.AllOf != nil {
		return r.AllOf
	}
	return r.Sequence
}

func stepsKey(r *rules.Rule) string {
	if r.AllOf != nil {
		return "all_of"
	}
	return "sequence"
}

// usesOf lists the fields that the rule's expressions over records ask for.
func usesOf(r *rules.Rule) []*use {
	var out []*use
	add := func(x *rules.Expr, at place, where *rules.Expr, step *rules.Step, matched bool) {
		if x == nil {
			return
		}
		for i, ref := range x.Refs() {
			if name, inContext := ref.Path.Root(); ref.Field != nil || !inContext && name != "exception.type" {
				continue // derived, or there in every record
			}
			u := &use{expr: x, name: x.Names[i], ref: ref, place: at, where: where, step: step, matched: matched}
			u.number, u.absent = asNumber(x.Term(), u.name), comparedWithNil(x.Term(), u.name)
			u.literals = textsOf(x.Term(), u.name)
			out = append(out, u)
		}
	}
	add(r.Match, place{"match", ""}, nil, nil, false)
	for _, f := range r.Fields {
		add(f.Expr, place{"fields", f.Name}, nil, nil, true)
	}
	for i := range r.Aggregates {
		a := &r.Aggregates[i]
		add(a.Where, place{"aggregates", a.Name}, nil, nil, true)
		add(a.Value, place{"aggregates", a.Name}, a.Where, nil, true)
	}
	key, steps := stepsKey(r), stepsOf(r)
	for i := range steps {
		add(steps[i].Match, place{key, ""}, nil, &steps[i], true)
	}
	if r.Until != nil {
		add(r.Until.Match, place{"until", ""}, nil, r.Until, true)
	}
	return append(out, recordedUses(r)...)
}

// recordedUses are the fields of last, prev and first in conditions.
func recordedUses(r *rules.Rule) []*use {
	var out []*use
	for _, f := range r.Recorded {
		ref := r.Kept[f.Kept]
		if _, inContext := ref.Path.Root(); ref.Field != nil || !inContext {
			continue
		}
		for _, x := range append([]*rules.Expr{r.Condition, r.Resolve}, levelExprs(r)...) {
			if x != nil && slices.Contains(x.Names, f.Name) {
				u := &use{expr: x, name: f.Name, ref: ref, place: place{"condition", ""}, matched: true, number: asNumber(x.Term(), f.Name), absent: comparedWithNil(x.Term(), f.Name)}
				out = append(out, u)
				break
			}
		}
	}
	return out
}

func levelExprs(r *rules.Rule) []*rules.Expr {
	var out []*rules.Expr
	for _, level := range r.Levels {
		out = append(out, level.Expr)
	}
	return out
}

// asNumber reports whether a name is put in order with a number.
func asNumber(t *rules.Term, name string) bool {
	if t == nil {
		return false
	}
	if term, literal, op, ok := comparison(t); ok && term.Op == "name" && term.Name == name && (op[0] == '<' || op[0] == '>') {
		if _, isText := literal.(string); !isText {
			_, number := rules.Number(literal)
			return number
		}
	}
	return slices.ContainsFunc(t.Args, func(a *rules.Term) bool { return asNumber(a, name) })
}

// textsOf lists the texts with which a name is compared for being equal.
func textsOf(t *rules.Term, name string) []literalSeen {
	if t == nil {
		return nil
	}
	var out []literalSeen
	if term, literal, op, ok := comparison(t); ok && term.Op == "name" && term.Name == name && (op == "==" || op == "!=" || op == "in") {
		list, isList := literal.([]any)
		if !isList {
			list = []any{literal}
		}
		for _, item := range list {
			if text, isText := item.(string); isText {
				out = append(out, literalSeen{term: t, text: text})
			}
		}
	}
	for _, a := range t.Args {
		out = append(out, textsOf(a, name)...)
	}
	return out
}

func comparedWithNil(t *rules.Term, name string) bool {
	if t == nil {
		return false
	}
	if term, literal, _, ok := comparison(t); ok && literal == nil && slices.Contains(term.Names(), name) {
		return true
	}
	return slices.ContainsFunc(t.Args, func(a *rules.Term) bool { return comparedWithNil(a, name) })
}

// termOf finds where a name stands.
func termOf(t *rules.Term, name string) *rules.Term {
	if t == nil || t.Op == "name" && t.Name == name {
		return t
	}
	for _, a := range t.Args {
		if found := termOf(a, name); found != nil {
			return found
		}
	}
	return nil
}
