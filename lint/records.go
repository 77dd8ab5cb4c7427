package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// records looks at what the rule selects.
func (l *linter) records(r *rules.Rule) {
	if r.Source != rules.LogRecords {
		return // overAlerts
	}
	f := selection(r)
	dead := r.Match != nil && l.judge(r.Match, f, nil, verdict{"never-matches", "the rule can never match"})
	for i := range r.Aggregates {
		a := &r.Aggregates[i]
		if a.Where != nil && !dead {
			l.judge(a.Where, f, matchClaims(r), verdict{"never-matches", "no record of the rule can satisfy it"})
		}
		if a.Func == windowing.Streak && !dead {
			l.judge(a.Value, f, matchClaims(r), verdict{"never-matches", "no record of the rule can satisfy it"})
		}
		if a.Value != nil && !dead {
			l.fieldsOf(r, a)
		}
	}
	if !dead {
		l.groupFields(r)
	}
}

// steps looks at the steps of a sequence or all_of.
func (l *linter) steps(r *rules.Rule) {
	for _, list := range [][]rules.Step{r.Sequence, r.AllOf} {
		for i := range list {
			l.step(r, &list[i], i == len(list)-1)
		}
	}
	if r.Until != nil && r.Until.Match != nil {
		l.judge(r.Until.Match, stepFacts(r, r.Until), matchClaims(r), verdict{"never-matches", "nothing can satisfy until"})
	}
}

func (l *linter) step(r *rules.Rule, st *rules.Step, last bool) {
	if st.Match == nil || r.Source != rules.LogRecords {
		return
	}
	v := verdict{"never-fires", "the rule can never fire, because this step can never match"}
	switch {
	case st.Absent && last:
		v = verdict{"never-matches", "what must not follow can never match, so that the rule fires every time"}
	case r.AllOf != nil && r.Min < len(r.AllOf):
		v = verdict{"never-matches", "this step can never match"}
	}
	l.judge(st.Match, stepFacts(r, st), matchClaims(r), v)
}

// stepFacts are what is known of the records of a step, which the rule selects too.
func stepFacts(r *rules.Rule, st *rules.Step) facts {
	events, logs := st.Events, st.Logs
	if events == nil {
		events = r.Events
	}
	if logs == nil {
		logs = r.Logs
	}
	return recordFacts(events, logs)
}

// fieldsOf finds aggregates over a field that the events they look at do not have.
func (l *linter) fieldsOf(r *rules.Rule, a *rules.Aggregate) {
	claims := matchClaims(r)
	if a.Where != nil {
		claims = append(claims, claim{term: a.Where.Term()})
	}
	events, ok := eventsThat(r.Events, r.Logs, claims...)
	if !ok || len(events) == 0 {
		return
	}
	for i, ref := range a.Value.Refs() {
		if ref.Field != nil || anyHas(events, ref) {
			continue
		}
		at := r.At("aggregates", &l.faults).QuietMapping().Get(a.Name)
		at.Warn("field-not-in-event", elsewhere(a.Value.Names[i]), "%s is not documented for %s, which the aggregate %s looks at", a.Value.Names[i], strings.Join(events, ", "), a.Name)
		return
	}
}

// groupFields finds events whose records are never counted because they have no
// value to group by.
func (l *linter) groupFields(r *rules.Rule) {
	events, ok := eventsThat(r.Events, r.Logs, matchClaims(r)...)
	if !ok {
		return
	}
	items := r.At("group_by", &l.faults).List()
	for i, g := range r.GroupBy {
		var without []string
		for _, e := range events {
			if g.Field == nil && !anyHas([]string{e}, g.Ref) {
				without = append(without, e)
			}
		}
		if len(without) == 0 || i >= len(items) {
			continue
		}
		items[i].Warn("field-not-in-event", "group by what they all have, or leave the event out",
			"%s is not documented for %s, whose records are therefore not counted", g.Name, strings.Join(without, ", "))
	}
}

// anyHas reports whether one of the documented events has the field.
func anyHas(events []string, ref rules.Ref) bool {
	name, inContext := ref.Path.Root()
	if !inContext {
		return true
	}
	return slices.ContainsFunc(events, func(e string) bool {
		doc, ok := smartylog.EventByName(e)
		return !ok || doc.Documents(name)
	})
}

func elsewhere(name string) string {
	root, _, _ := strings.Cut(name, ".")
	for _, e := range smartylog.Catalogue() {
		if slices.ContainsFunc(e.Fields, func(f smartylog.FieldInfo) bool { return f.Name == root && f.Kind == "key" }) {
			return fmt.Sprintf("%s has it", e.Name)
		}
	}
	return ""
}
