package engine_test

import (
	"cmp"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
)

// oracle reads semantics.md naively: at every second, every rule, every group,
// every record it ever had, from scratch. Only the vocabulary of package alert and
// the redactor are shared with the engine.
type oracle struct {
	rules  []*oState
	first  int64
	out    []engine.Output
	fails  int       // Options.QuarantineAfter
	health []*oFacts // of the second being evaluated
	skews  []oSkew
	saw    func(g *oGroup, s int64, l *oLook) // told of each judgement; nil: nobody is
}

// oState is a rule's memory.
//
// Where the page is silent:
//   - a group is idle since the second that evaluated its newest matching record;
//     it is forgotten at the second s >= that + forget_after, after the records of
//     s and before judging, if it is neither firing nor pending. Expected groups
//     are never forgotten and never evicted;
//   - a group beyond max evicts at once, and may be the one to go itself;
//   - schedule rules judge all groups, at cron seconds only; in event mode with
//     records since the last judgement;
//   - a pending alert whose condition breaks goes without a word;
//   - a record that looks forged does not count for a group that fires;
//   - in the second in which an alert fires resolve is not asked, and in the one
//     in which it resolves the condition is not: both wait for the next evaluation;
//   - without a window, count's window is the second itself;
//   - samples are those of the rule's newest 128 matches that lie in the reach of
//     its windows, by their own timestamps: the first and the last three;
//     An absent step's begin one second earlier, with its start;
//   - an expression that uses a field whose own expression failed fails; as a
//     value (of a group, of an aggregate) such a field is nil.
type oState struct {
	rule    *oRule
	cols    []oAgg
	reach   int64 // of the windows, for samples
	keep    int64 // seconds after which a record is in no window and no memory; oForever: never
	forget  int64
	warmEnd int64
	arrives map[int64][]*oSeen // matching, by second of evaluation
	dates   []int64            // sorted: seconds at which something may happen
	groups  []*oGroup
	recent  []*oSeen
	recentG []string

	overflow oOverflow
	broken   oBroken

	matched, missing, created, evicted, fired, resolved, suppressed int64
}

type oGroup struct {
	labels      alert.Labels // in full
	shown       alert.Labels // as they are shown, which conditions see; the order of groups
	id          string       // the order of those that look alike
	records     []*oSeen     // that count, in total order
	last, armed int64
	expected    bool
	fresh       int64 // matching records since the last judgement
	stepped     bool  // one of them satisfies a step

	state                         alert.State // Pending, Firing or 0
	activeAt, startsAt, quietFrom int64
	severity                      alert.Severity
	lowSince                      int64
	warned, folded, cooled        bool
	until, suppressed             int64 // cooldown
}

// oFacts is what a rule may select: a log record, a transition, a health record.
type oFacts struct {
	rec    *oRecord // nil unless it is one
	taken  int64
	at     int64
	place  int64 // order of those that are no log records
	fields map[string]any
}

func (f *oFacts) value(name string) any {
	if f.rec != nil {
		return f.rec.value(name)
	}
	return f.fields[name]
}

// oSeen is a record as one rule sees it.
type oSeen struct {
	*oFacts
	fields map[string]any // the rule's own
	cells  []oCell        // by column
	steps  []bool         // that it satisfies
	until  bool
	spent  bool // an alert of event mode or a completion has emptied the windows since
}

// spend empties the group's windows. Where the page is silent: what looks back to
// the group's creation keeps its records, and for first_seen they have been seen.
func (g *oGroup) spend() {
	for _, x := range g.records {
		x.spent = true
	}
}

// unspent are the group's records that no completion used.
func (g *oGroup) unspent() (in []*oSeen) {
	for _, x := range g.records {
		if !x.spent {
			in = append(in, x)
		}
	}
	return in
}

func (x *oSeen) value(name string) any {
	if v, ok := oConstant(name); ok {
		return v
	}
	if v, ok := x.fields[name]; ok {
		return v
	}
	return x.oFacts.value(name)
}

// plain is the value where no expression is to fail with it.
func (x *oSeen) plain(name string) any {
	if v := x.value(name); !isError(v) {
		return v
	}
	return nil
}

// totalOrder is §1.3.
func totalOrder(a, b *oSeen) int {
	if a.rec == nil {
		return cmp.Or(cmp.Compare(a.taken, b.taken), cmp.Compare(a.place, b.place))
	}
	return cmp.Or(cmp.Compare(a.taken, b.taken), cmp.Compare(a.rec.source.name(), b.rec.source.name()),
		cmp.Compare(a.rec.gen, b.rec.gen), cmp.Compare(a.rec.pos, b.rec.pos))
}

func newOracle(rules []*oRule, order []*oRecord, first int64, fails int) *oracle {
	o := &oracle{first: first, fails: fails}
	for _, r := range rules {
		st := &oState{rule: r, cols: r.columns(), reach: r.reach(), forget: r.forgetAfter(), arrives: map[int64][]*oSeen{}}
		if r.absentLast() {
			st.reach = max(st.reach, r.within+1)
		}
		st.warmEnd = first + r.warm()
		st.keep = st.reach + r.memory() + 120
		if r.endless() {
			st.keep, st.reach = oForever, oForever
		}
		o.rules = append(o.rules, st)
		if r.source != "" {
			continue
		}
		for _, rec := range order {
			st.offer(&oFacts{rec: rec, taken: rec.taken, at: rec.at}, fails)
		}
	}
	return o
}

// offer selects the rule's records.
func (st *oState) offer(f *oFacts, fails int) {
	if st.broken.noted() && f.at >= st.broken.at {
		return
	}
	r := st.rule
	if rec := f.rec; rec != nil && r.logs != nil && !slices.Contains(r.logs, rec.source.stem) || !oNamedBy(r.events, f) {
		return
	}
	x, counts, failed, asked := st.see(f)
	if asked {
		st.broken.record(failed, fails, f.at)
	}
	if st.broken.noted() {
		st.date(st.broken.at)
	}
	if !counts {
		return
	}
	if r.tuple(x) == nil {
		st.missing++
		return
	}
	st.matched++
	st.arrives[x.at] = append(st.arrives[x.at], x)
	st.remember(x)
}

// see evaluates all of the rule's expressions over a record.
func (st *oState) see(f *oFacts) (x *oSeen, counts, failed, asked bool) {
	r := st.rule
	x = &oSeen{oFacts: f, fields: map[string]any{}}
	note := func(holds, bad bool) bool {
		failed, asked = failed || bad, true
		return holds
	}
	for _, d := range r.fields {
		v, err := d.expr.result(x.value)
		if note(true, err != nil); err != nil {
			v = err
		}
		x.fields[d.name] = v
	}
	if r.match != nil && !note(r.match.holds(x.value)) {
		return x, false, failed, asked
	}
	if r.steps != nil {
		for i := range r.steps {
			x.steps = append(x.steps, r.steps[i].takes(x, note))
		}
		x.until = r.until != nil && r.until.takes(x, note)
		if !x.until && !slices.Contains(x.steps, true) {
			return x, false, failed, asked
		}
	}
	if r.tuple(x) == nil {
		return x, true, failed, asked
	}
	for i := range st.cols {
		cell, bad := st.cols[i].cell(x)
		note(true, bad)
		x.cells = append(x.cells, cell)
	}
	return x, true, failed, asked
}

func (s *oStage) takes(x *oSeen, note func(bool, bool) bool) bool {
	return oNamedBy(s.events, x.oFacts) && (s.match == nil || note(s.match.holds(x.value)))
}

// oNamedBy tells whether the record's event is among the names; nil: any.
func oNamedBy(names []string, f *oFacts) bool {
	return names == nil || slices.ContainsFunc(names, func(e string) bool { return e == "ORACLE_*" || strings.EqualFold(e, f.rec.event) })
}

func (st *oState) newGroup(labels alert.Labels, s int64) *oGroup {
	return &oGroup{labels: labels, shown: oShown(labels), id: alert.Fingerprint(st.rule.id, labels), last: s, armed: s}
}

func (g *oGroup) compare(other *oGroup) int {
	return cmp.Or(g.shown.Compare(other.shown), strings.Compare(g.id, other.id))
}

func oShown(labels alert.Labels) alert.Labels {
	out := alert.Labels{}
	for _, l := range labels {
		out = append(out, alert.Label{Name: l.Name, Value: redactor.Value(l.Name, l.Value).(string)})
	}
	return out
}

func (r *oRule) labels(tuple []string) alert.Labels {
	var pairs []alert.Label
	for i, name := range r.groupBy {
		pairs = append(pairs, alert.Label{Name: name, Value: tuple[i]})
	}
	return alert.NewLabels(pairs...)
}

// tuple are the values of group_by; nil when one is missing.
func (r *oRule) tuple(x *oSeen) []string {
	tuple := []string{}
	for _, name := range r.groupBy {
		text, ok := oText(x.plain(name))
		if !ok {
			return nil
		}
		tuple = append(tuple, text)
	}
	return tuple
}
