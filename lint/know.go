package lint

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// recordFacts are what is known of the records that a rule, or a step of it, takes.
func recordFacts(events, logs []string) facts {
	return facts{of: func(t *rules.Term) domain {
		if t.Op != "name" {
			return unknown()
		}
		return fieldDomain(t.Name, events, logs)
	}}
}

// fieldDomain is the values that a field of the records can have.
func fieldDomain(name string, events, logs []string) domain {
	d := unknown()
	switch name {
	case "event":
		if events == nil {
			return eventDomain(logs)
		}
		d.null = false
		d.why = "the rule takes only " + strings.Join(events, ", ")
		if slices.ContainsFunc(events, isPattern) {
			d.holding(func(s string) bool { return slices.ContainsFunc(events, func(e string) bool { return like(e, s) }) })
			d.only = nil
			return d
		}
		d.oneOf(literals(events))
	case "log":
		if logs == nil {
			return logDomain(events)
		}
		d.null = false
		d.why = "the rule takes only records of " + strings.Join(logs, ", ")
		d.oneOf(literals(logs))
	case "line", "pid":
		d.why, d.number = name+" is a number", true
	case "level":
		d.why = "levels are written in capitals"
		d.holding(func(s string) bool { return s == strings.ToUpper(s) || strings.HasPrefix(s, "Level ") })
	default:
		if typ, where := documentedType(name, events); typ == "int" || typ == "bool" {
			d.why = fmt.Sprintf("%s is documented as %s of %s", name, map[string]string{"int": "a whole number", "bool": "true or false"}[typ], where)
			d.number = true
		}
	}
	return d
}

func literals(texts []string) []any {
	out := make([]any, len(texts))
	for i, t := range texts {
		out[i] = t
	}
	return out
}

func isPattern(event string) bool { return strings.ContainsAny(event, "*?[") }

func like(pattern, event string) bool {
	ok, err := path.Match(pattern, event)
	return err == nil && ok
}

// documentedType is the type of a key that all of the events have, if it is one
// and the same.
func documentedType(name string, events []string) (typ, where string) {
	for i, e := range events {
		doc, ok := smartylog.EventByName(e)
		if !ok {
			return "", ""
		}
		at := slices.IndexFunc(doc.Fields, func(f smartylog.FieldInfo) bool { return f.Name == name && f.Kind == "key" })
		if at < 0 || i > 0 && doc.Fields[at].Type != typ {
			return "", ""
		}
		typ = doc.Fields[at].Type
	}
	return typ, strings.Join(events, ", ")
}

// eventsThat are the documented events of a list for which claims can be true. ok
// is false when the list has others.
func eventsThat(events, logs []string, claims ...claim) (out []string, ok bool) {
	for _, e := range events {
		if _, documented := smartylog.EventByName(e); !documented {
			return nil, false
		}
		if recordFacts([]string{e}, logs).refute(claims...) == nil {
			out = append(out, e)
		}
	}
	return out, len(events) > 0
}

// column is a number of a rule's window with what it is made of.
type column struct {
	windowing.Column
	agg *rules.Aggregate // nil: the rule's own count
}

func columnOf(r *rules.Rule, name string) (column, bool) {
	if name == "count" {
		return column{r.Columns[0], nil}, true
	}
	for i := range r.Aggregates {
		if r.Aggregates[i].Name == name && i+1 < len(r.Columns) {
			return column{r.Columns[i+1], &r.Aggregates[i]}, true
		}
	}
	return column{}, false
}

// conditionFacts are what is known of the names of a rule's conditions.
func conditionFacts(r *rules.Rule) facts {
	f := facts{}
	f.of = func(t *rules.Term) domain {
		switch t.Op {
		case "name":
			return nameDomain(r, t.Name)
		case "ratio":
			return ratioDomain(r, t)
		}
		return unknown()
	}
	f.atMost = func(a, b *rules.Term) bool {
		x, few, okx := scaledColumn(r, a)
		y, many, oky := scaledColumn(r, b)
		return okx && oky && few <= many && partOf(x, y)
	}
	return f
}

// scaledColumn is a column that is multiplied and divided by positive numbers.
func scaledColumn(r *rules.Rule, t *rules.Term) (c column, factor float64, ok bool) {
	if len(t.Args) != 2 || t.Op != "*" && t.Op != "/" {
		c, ok = termColumn(r, t)
		return c, 1, ok
	}
	of, by := t.Args[0], t.Args[1]
	if t.Op == "*" && of.Op == "value" {
		of, by = by, of
	}
	n, number := rules.Number(by.Value)
	if by.Op != "value" || !number || n <= 0 {
		return column{}, 0, false
	}
	if c, factor, ok = scaledColumn(r, of); t.Op == "/" {
		n = 1 / n
	}
	return c, factor * n, ok
}

func termColumn(r *rules.Rule, t *rules.Term) (column, bool) {
	if t.Op != "name" {
		return column{}, false
	}
	return columnOf(r, t.Name)
}

// partOf reports whether the first is never greater than the second: it looks at
// no time that the second leaves out, and at no record that the second does not count.
func partOf(a, b column) bool {
	if b.Func != windowing.Count || a.Func != windowing.Count && a.Func != windowing.Distinct || !covers(b, a) {
		return false
	}
	return b.where() == "" || a.where() == b.where()
}

// covers reports whether one window reaches over the whole of another. Of those
// that begin more than a day ago the ends are rounded: only the same one is sure.
func covers(long, short column) bool {
	if long.Window == short.Window && long.Offset == short.Offset {
		return true
	}
	const day = 24 * 60 * 60
	if long.Window == windowing.Forever || short.Window == windowing.Forever || long.Window+long.Offset > day {
		return false
	}
	return long.Offset <= short.Offset && short.Window+short.Offset <= long.Window+long.Offset
}

func (c column) where() string {
	if c.agg == nil || c.agg.Where == nil {
		return ""
	}
	return c.agg.Where.Term().String()
}

func ratioDomain(r *rules.Rule, t *rules.Term) domain {
	d := unknown()
	a, oka := termColumn(r, t.Args[0])
	b, okb := termColumn(r, t.Args[1])
	if !oka || !okb || !counts(a.Func) || !counts(b.Func) {
		return d
	}
	d.null = false
	d.atLeast(0, false)
	d.why = "a ratio of counts is never negative"
	if partOf(a, b) {
		d.atMost(1, false)
		d.why = fmt.Sprintf("%s is a part of %s, so the ratio is from 0 to 1", t.Args[0].Name, t.Args[1].Name)
	}
	return d
}

func counts(f windowing.Func) bool {
	return f == windowing.Count || f == windowing.Distinct || f == windowing.FirstSeen || f == windowing.Streak
}

// nameDomain is the values of a name of a condition.
func nameDomain(r *rules.Rule, name string) domain {
	if c, ok := columnOf(r, name); ok {
		return columnDomain(r, name, c)
	}
	for _, f := range r.Recorded {
		if f.Name == name {
			d := unknown()
			if ref := r.Kept[f.Kept]; ref.Field == nil {
				events := countedEvents(r)
				d = fieldDomain(ref.Path.String(), events, r.Logs)
				if d.why != "" && ref.Path.String() == "event" && stepsOf(r) != nil {
					d.why = "the steps take only " + strings.Join(events, ", ")
				}
			}
			d.null = true // there may be no such record
			return d
		}
	}
	for _, g := range r.GroupBy {
		if g.Name == name && g.Field == nil {
			d := fieldDomain(name, r.Events, r.Logs)
			if d.null = false; d.why == "" {
				d.why = "every group has a " + name
			}
			return d
		}
	}
	return unknown()
}

// countedEvents are the events of the records that conditions see: of a sequence
// those that satisfy a step or until.
func countedEvents(r *rules.Rule) []string {
	var out []string
	steps := stepsOf(r)
	if r.Until != nil {
		steps = append(slices.Clone(steps), *r.Until)
	}
	for _, st := range steps {
		if st.Events == nil {
			return r.Events
		}
		out = append(out, st.Events...)
	}
	if out == nil {
		return r.Events
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// maxDistinct is where distinct saturates.
const maxDistinct = 10_000

func columnDomain(r *rules.Rule, name string, c column) domain {
	d := unknown()
	if c.Func == windowing.Rate {
		d.null = false
		d.atLeast(0, false)
		d.why = "a rate is never negative"
		return d
	}
	if !counts(c.Func) {
		return d
	}
	d.null, d.whole = false, true
	d.atLeast(0, false)
	d.why = "a count is a whole number, at least 0"
	if c.agg == nil {
		return d
	}
	if c.agg.Where != nil {
		if selection(r).refute(append(matchClaims(r), claim{term: c.agg.Where.Term()})...) != nil {
			d.atMost(0, false)
			d.why = fmt.Sprintf("the where of %s is never true, so it is always 0", name)
			return d
		}
	}
	switch c.Func {
	case windowing.Streak:
		if t := c.agg.Value.Term(); t != nil && selection(r).refute(append(matchClaims(r), claim{term: t})...) != nil {
			d.atMost(0, false)
			d.why = fmt.Sprintf("what %s counts is never true, so it is always 0", name)
		}
	case windowing.Distinct:
		d.atMost(maxDistinct, false)
		d.why = "distinct values are counted up to 10,000"
		if n, why := mostValues(r, c.agg); n > 0 {
			d.atMost(n, false)
			d.why = why
		}
	case windowing.FirstSeen:
		if fixed(r, c.agg.Value) {
			d.atMost(1, false)
			d.why = "within a group " + c.agg.Value.Source + " is always the same"
		}
	}
	return d
}

// mostValues is how many values distinct can meet; 0: nobody knows.
func mostValues(r *rules.Rule, a *rules.Aggregate) (float64, string) {
	if fixed(r, a.Value) {
		return 1, "within a group " + a.Value.Source + " is always the same"
	}
	if a.Value == nil || a.Value.Source != "event" || len(r.Events) == 0 || slices.ContainsFunc(r.Events, isPattern) {
		return 0, ""
	}
	return float64(len(r.Events)), "the rule takes only " + strings.Join(r.Events, ", ")
}

// fixed reports whether an expression has one value in each group: it is made of
// names of group_by alone.
func fixed(r *rules.Rule, x *rules.Expr) bool {
	if x == nil || len(x.Names) == 0 {
		return false
	}
	return !slices.ContainsFunc(x.Names, func(name string) bool {
		return !slices.ContainsFunc(r.GroupBy, func(g rules.GroupField) bool { return g.Name == name })
	})
}

// selection is what is known of the records that a rule takes.
func selection(r *rules.Rule) facts {
	if r.Source != rules.LogRecords {
		return facts{}
	}
	return recordFacts(r.Events, r.Logs)
}

func matchClaims(r *rules.Rule) []claim {
	if r.Match == nil {
		return nil
	}
	return []claim{{term: r.Match.Term()}}
}
