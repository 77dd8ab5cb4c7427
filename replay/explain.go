package replay

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/smartylog"
)

// Bounds of what is watched and shown.
const (
	maxWatched  = 20_000 // groups
	shownSpells = 20     // alerts of a group
	seriesShown = 60
)

// ExplainOptions say what is explained over which logs. Of Options, Rules is the whole
// set, and Dispatcher may be set, for what holds notifications back.
type ExplainOptions struct {
	Options
	Rule  *rules.Rule  // of the set, read with rules.Options.Keep
	Group alert.Labels // only groups that have these labels; nil: all
	At    int64        // as of the end of this second; 0: of the end of the clock
	Shown int          // groups, of those that fired and of those that did not
}

// Explain replays the rule and watches each of its judgements. What it says a group would
// have fired with it has tried, in further passes over the logs.
func Explain(ctx context.Context, o ExplainOptions) (*Explanation, error) {
	if o.Redactor == nil {
		o.Redactor = redact.New(nil, nil)
	}
	x := newExplainer(o)
	lane := Lane{Rules: needed(o.Rules, o.Rule, o.Dispatcher != nil), Dispatcher: o.Dispatcher, Emit: x.event, Look: x.look}
	p := newPass(o.Options, []Lane{lane})
	x.matcher = p.lanes[0].eng.NewMatcher()
	p.seen = x.record
	summaries, readErr := p.run(ctx)
	if summaries == nil {
		return nil, readErr
	}
	x.out.From, x.out.To, x.out.Records = summaries[0].From, summaries[0].To, summaries[0].Records
	shown := x.finish()
	if err := x.search(ctx, shown); err != nil && readErr == nil {
		return nil, err
	}
	x.show(shown)
	return x.out, readErr
}

// explainer gathers what is seen.
type explainer struct {
	o       ExplainOptions
	out     *Explanation
	matcher *engine.Matcher
	scratch *rules.Scratch

	match    []rules.Conjunct
	refused  []*Rejection // by part of match, then the steps, then group_by
	steps    []StepSight
	selected timeline
	counted  timeline

	key    string
	terms  []rules.Conjunct // of what decides
	groups map[string]*sight
}

// sight is a group while it is watched.
type sight struct {
	GroupSight
	counts   timeline
	spells   *spells
	terms    []termPeak
	heldOnce bool // the whole condition
}

// termPeak is the nearest value of a term, and the same while all others hold.
type termPeak struct {
	held          int64
	seen, alone   bool
	best, bestFor float64
	at            int64
}

func newExplainer(o ExplainOptions) *explainer {
	x := &explainer{o: o, scratch: rules.NewScratch(), match: o.Rule.Match.Conjuncts(), groups: map[string]*sight{},
		out: &Explanation{Rule: o.Rule.ID, Name: o.Rule.Name, HeldBack: map[string]int{}, Rejected: []Rejection{}, Nearest: []GroupSight{}, Firing: []GroupSight{}}}
	for _, c := range x.match {
		x.refused = append(x.refused, &Rejection{By: "match", Term: c.Source})
	}
	x.refused = append(x.refused, &Rejection{By: "steps", Term: "no step takes it"},
		&Rejection{By: "group_by", Term: "without " + strings.Join(groupNames(o.Rule), ", ")})
	for _, list := range [][]rules.Step{o.Rule.Sequence, o.Rule.AllOf} {
		for i, st := range list {
			x.steps = append(x.steps, StepSight{Step: stepName(i, st)})
		}
	}
	var decides *rules.Expr
	if x.key, decides = decisive(o.Rule); decides != nil {
		x.terms, x.out.Condition, x.out.Key = decides.Conjuncts(), decides.Source, x.key
	}
	if o.At != 0 {
		x.out.At = utc(o.At)
	}
	return x
}

func groupNames(r *rules.Rule) (names []string) {
	for _, g := range r.GroupBy {
		names = append(names, g.Name)
	}
	return names
}

func stepName(i int, st rules.Step) string {
	name := st.ID
	if name == "" {
		name = fmt.Sprintf("step %d", i+1)
	}
	if len(st.Events) > 0 {
		name += ": " + strings.Join(st.Events, ", ")
	}
	if st.Match != nil {
		name += ", " + st.Match.Source
	}
	if st.Absent {
		name += " (must not come)"
	}
	return name
}

// concerns tells whether a group is one of those that were asked about.
func (x *explainer) concerns(group alert.Labels) bool {
	for _, l := range x.o.Group {
		if group.Get(l.Name) != l.Value {
			return false
		}
	}
	return true
}

func (x *explainer) past(sec int64) bool { return x.o.At != 0 && sec > x.o.At }

// record takes a record on its way to the engine.
func (x *explainer) record(rec *smartylog.Record) {
	r := x.o.Rule
	if r.Source != rules.LogRecords || !rec.HasTime() || x.past(rec.Sec) || !r.Selects(rec.Log, rec.Event) {
		return
	}
	a := x.matcher.Ask(r.ID, rec)
	if a.Named && !x.concerns(a.Group) {
		return
	}
	x.out.Selected++
	x.selected.add(rec.Sec)
	if !a.Counts {
		x.reject(rec, a)
		return
	}
	x.out.Counted++
	x.counted.add(rec.Sec)
	for i := range x.steps {
		if a.Steps>>i&1 == 1 {
			x.steps[i].Records++
		}
	}
	if g := x.group(a.Group, a.Fingerprint); g != nil {
		g.Counted++
		g.counts.add(rec.Sec)
	}
}

// reject finds the part that refused the record: the first that does not hold.
func (x *explainer) reject(rec *smartylog.Record, a engine.Answer) {
	at := len(x.match) + 1
	if len(x.steps) > 0 && a.Steps == 0 {
		at--
	}
	for i, c := range x.match {
		x.scratch.Begin()
		ok, err := c.Holds(x.scratch, rec)
		if err != nil {
			a.Err = err
		}
		if !ok {
			at = i
			break
		}
	}
	r := x.refused[at]
	r.Records++
	if r.Sample == nil {
		r.Sample = x.sample(rec)
	}
	if a.Err != nil {
		if r.Failed++; r.Failed == 1 {
			line, _, _ := strings.Cut(a.Err.Error(), "\n")
			r.Error = x.o.Redactor.Text(line)
		}
	}
}

// sampleRunes is how much of a record is shown.
const sampleRunes = 200

func (x *explainer) sample(rec *smartylog.Record) *Sample {
	s := x.matcher.Sample(x.o.Rule.ID, rec)
	text := []rune(s.Text)
	if len(text) > sampleRunes {
		text = append(text[:sampleRunes-1], '…')
	}
	return &Sample{At: *utc(s.At), Source: s.Source, File: s.File, Pos: s.Pos, Text: string(text)}
}

// group is what is known of a group; nil when too many are watched already.
func (x *explainer) group(labels alert.Labels, fingerprint string) *sight {
	g := x.groups[fingerprint]
	if g == nil {
		if len(x.groups) >= maxWatched {
			x.out.Crowded = true
			return nil
		}
		g = &sight{GroupSight: GroupSight{Group: orEmpty(labels), Fingerprint: fingerprint, HeldBack: map[string]int{}, Spells: []*Spell{}}, spells: newSpells(), terms: make([]termPeak, len(x.terms))}
		x.groups[fingerprint] = g
	}
	return g
}

// event takes what happened.
func (x *explainer) event(ev Event) error {
	switch {
	case ev.Notification != nil || x.past(ev.At()):
	case ev.Alert != nil && ev.Alert.Rule == x.o.Rule.ID && ev.Alert.Group.Get("overflow") == "" && x.concerns(ev.Alert.Group):
		if g := x.group(ev.Alert.Group, ev.Alert.Fingerprint); g != nil {
			g.spells.add(ev.Alert)
		}
		if ev.Alert.State == alert.Firing || ev.Alert.State == alert.Event {
			x.out.Fired++
		}
	case ev.Suppressed != nil && ev.Suppressed.Rule == x.o.Rule.ID && x.concerns(ev.Suppressed.Group):
		x.out.HeldBack[ev.Suppressed.By]++
		if g := x.group(ev.Suppressed.Group, ev.Suppressed.Fingerprint); g != nil {
			g.HeldBack[ev.Suppressed.By]++
		}
	}
	return nil
}

// look takes a judgement.
func (x *explainer) look(l *engine.Look) {
	if l.Rule.ID != x.o.Rule.ID || x.past(l.Second) || !x.concerns(l.Group) {
		return
	}
	g := x.group(l.Group, l.Fingerprint)
	if g == nil {
		return
	}
	g.Judged++
	st := x.state(l)
	near, failing := 0.0, 0
	for i, t := range st.Terms {
		near += x.progress(i, t)
		if t.Holds {
			g.terms[i].held++
		} else {
			failing++
		}
	}
	if n := len(st.Terms); n > 0 {
		g.nearness = max(g.nearness, near/float64(n))
	}
	g.heldOnce = g.heldOnce || l.Holds
	for i, t := range st.Terms {
		if t.Value != nil {
			g.terms[i].take(x.terms[i].Compared, *t.Value, l.Second, failing == 0 || failing == 1 && !t.Holds)
		}
	}
	g.State = st
}

// take notes a value; alone says that no other part is in the way.
func (p *termPeak) take(c *rules.Comparison, v float64, s int64, alone bool) {
	nearer := func(a, b float64) bool { return c.Upward() && a > b || !c.Upward() && a < b }
	if !p.seen || nearer(v, p.best) {
		p.best, p.at, p.seen = v, s, true
	}
	if alone && (!p.alone || nearer(v, p.bestFor)) {
		p.bestFor, p.alone = v, true
	}
}

// progress is how near a part is to holding, from 0 to 1.
func (x *explainer) progress(i int, t TermState) float64 {
	c := x.terms[i].Compared
	switch {
	case t.Holds:
		return 1
	case c == nil || t.Value == nil || c.Limit <= 0 || *t.Value <= 0:
		return 0
	case c.Upward():
		return min(1, *t.Value/c.Limit)
	}
	return min(1, c.Limit / *t.Value)
}

// state is a judgement in words.
func (x *explainer) state(l *engine.Look) *GroupState {
	st := &GroupState{At: *utc(l.Second), State: "quiet", Values: l.Values, Holds: l.Holds, Terms: []TermState{}}
	r := x.o.Rule
	switch {
	case l.State == alert.Pending:
		st.State, st.Since, st.Until = "pending", utc(l.ActiveAt), utc(l.ActiveAt+r.For)
	case l.State == alert.Firing:
		st.State, st.Since = "firing", utc(l.StartsAt)
	case l.Cooldown > l.Second:
		st.State, st.Since, st.Until = "cooldown", utc(l.StartsAt), utc(l.Cooldown)
	}
	if l.Warmup != 0 {
		st.Warmup = utc(l.Warmup)
	}
	for _, c := range x.terms {
		t := TermState{Term: c.Source}
		t.Holds, _ = c.True(x.scratch, l.Vars)
		if c.Compared != nil && !slices.ContainsFunc(c.Compared.Of.Names, func(name string) bool { return slices.Contains(l.Hidden, name) }) {
			if v, err := c.Compared.Of.Value(x.scratch, l.Vars); err == nil {
				if n, ok := rules.Number(v); ok && !math.IsNaN(n) && !math.IsInf(n, 0) {
					t.Value = &n
				}
			}
		}
		st.Terms = append(st.Terms, t)
	}
	return st
}

// finish sums up, and chooses the groups that are shown: those that did not fire, the
// nearest first, and those that did.
func (x *explainer) finish() (shown []*sight) {
	out := x.out
	for _, r := range x.refused {
		if r.By == "match" || r.Records > 0 {
			out.Rejected = append(out.Rejected, *r)
		}
	}
	out.Steps, out.Groups = x.steps, len(x.groups)
	if from, to, ok := x.span(); ok {
		out.Over, out.Counts = x.selected.series(from, to, seriesShown), x.counted.series(from, to, seriesShown)
	}
	var quiet, fired []*sight
	for _, key := range slices.Sorted(maps.Keys(x.groups)) {
		if g := x.groups[key]; len(g.spells.list) > 0 {
			fired = append(fired, g)
		} else {
			quiet = append(quiet, g)
		}
	}
	slices.SortStableFunc(quiet, func(a, b *sight) int {
		return cmp.Or(cmp.Compare(b.nearness, a.nearness), cmp.Compare(b.Counted, a.Counted), a.Group.Compare(b.Group))
	})
	slices.SortStableFunc(fired, func(a, b *sight) int { return a.spells.list[0].StartsAt.Compare(b.spells.list[0].StartsAt) })
	return append(quiet[:min(len(quiet), x.o.Shown)], fired[:min(len(fired), x.o.Shown)]...)
}

// span is from the first second to the last that is explained.
func (x *explainer) span() (from, to int64, ok bool) {
	if x.out.From == nil {
		return 0, 0, false
	}
	from, to = x.out.From.Unix(), x.out.To.Unix()
	if x.o.At != 0 {
		to = min(to, x.o.At)
	}
	return from, to, from <= to
}

// show adds the chosen groups.
func (x *explainer) show(shown []*sight) {
	from, to, ok := x.span()
	for _, g := range shown {
		if g.Terms = []TermSight{}; ok {
			g.Counts = g.counts.series(from, to, seriesShown)
		}
		for i, c := range x.terms {
			t := TermSight{Term: c.Source, Held: g.terms[i].held}
			if p := g.terms[i]; c.Compared != nil && p.seen {
				t.Of, t.Op, t.Limit, t.Nearest, t.At = c.Compared.Of.Source, c.Compared.Op, &c.Compared.Limit, &p.best, utc(p.at)
			}
			g.Terms = append(g.Terms, t)
		}
		g.Spells = g.spells.list[:min(len(g.spells.list), shownSpells)]
		if len(g.Spells) > 0 {
			x.out.Firing = append(x.out.Firing, g.GroupSight)
		} else {
			g.Spells = []*Spell{}
			x.out.Nearest = append(x.out.Nearest, g.GroupSight)
		}
	}
}

// decisive is the expression that decides whether a rule fires, and where it stands.
func decisive(r *rules.Rule) (key string, x *rules.Expr) {
	if n := len(r.Levels); n > 0 { // the lowest decides
		return "levels." + r.Levels[n-1].Severity.String(), r.Levels[n-1].Expr
	}
	return "condition", r.Condition
}
