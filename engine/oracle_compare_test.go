package engine_test

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/engine"
)

// compare replays the case through the engine; when says after each record
// whether to advance, and whether to break off and continue from the state. So many
// records are matched ahead of the engine; 0: it matches them itself.
func (c *oCase) compare(t *rapid.T, want *answer, ahead int, when func(i int) (advance, restore bool)) {
	options := engine.Options{Redactor: redactor, Lateness: c.lateness, Until: c.until, Live: c.live, QuarantineAfter: c.fails}
	e := engine.New(c.set, options)
	got := &answer{}
	left := map[*oSource]int{}
	m := &oMatcher{steps: want.steps, ahead: ahead}
	for _, s := range c.sources {
		if left[s] = len(s.records); left[s] == 0 {
			e.Finish(e.Source(s.name()))
		}
		e.Source(s.name())
	}
	for i, st := range want.steps {
		if r := st.rec; r == nil {
			e.EOF(e.Source(st.eof.name()), st.wall)
		} else {
			m.step(e, i)
			if left[r.source]--; left[r.source] == 0 {
				e.Finish(e.Source(r.source.name()))
			}
		}
		advance, restore := when(i)
		if advance {
			got.Out = append(got.Out, clone(e.Advance())...)
		}
		if restore {
			e = c.restored(t, e, options)
		}
	}
	got.Out = append(got.Out, clone(e.Advance())...)
	got.Out = append(got.Out, clone(e.Close())...)
	got.Rules, got.Sources = e.Stats()
	got.normalize()
	c.check(t, want, got)
}

// oMatcher matches records a number at a time.
type oMatcher struct {
	steps   []oStep
	ahead   int
	matches engine.Matches
	places  []int
	from    int // the step of places[0]
}

// step steps the i-th record. When the engine was restored meanwhile, what was matched is
// of no use to it.
func (m *oMatcher) step(e *engine.Engine, i int) {
	r := m.steps[i].rec
	src := e.Source(r.source.name())
	if m.ahead == 0 {
		e.Step(src, r.scanned)
		return
	}
	if i >= m.from+len(m.places) {
		m.match(e.NewMatcher(), i)
	}
	e.StepMatched(src, r.scanned, &m.matches, m.places[i-m.from])
}

func (m *oMatcher) match(by *engine.Matcher, from int) {
	m.matches.Reset()
	m.places, m.from = m.places[:0], from
	for _, st := range m.steps[from:min(from+m.ahead, len(m.steps))] {
		place := -1
		if st.rec != nil {
			place = by.Match(st.rec.scanned, &m.matches)
		}
		m.places = append(m.places, place)
	}
}

func (c *oCase) restored(t *rapid.T, e *engine.Engine, o engine.Options) *engine.Engine {
	data, err := e.State()
	if err != nil {
		t.Fatalf("state: %v", err)
	}
	e, err = engine.Restore(c.set, o, data)
	if err != nil {
		t.Fatalf("restore: %v", err)
	}
	return e
}

// normalize takes away what the oracle does not foretell.
func (a *answer) normalize() {
	for i, o := range a.Out {
		if o.Alert == nil {
			continue
		}
		t := *o.Alert
		t.Name, t.Annotations, t.Labels, t.Summary = "", nil, nil, ""
		if len(t.Samples) > 0 && t.Samples[0].File == "" { // of transitions or health
			t.Samples = nil
		}
		if t.Reason == "rule_quarantined" && t.Group.Get("overflow") != "" {
			t.Values = nil
		}
		a.Out[i].Alert = &t
	}
	for i, r := range a.Rules {
		if isBuiltin(r.Rule) { // one record may stand for several, and may come after the end
			r.Matched = 0
		}
		a.Rules[i] = engine.Stats{Rule: r.Rule, Matched: r.Matched, Groups: r.Groups, Fired: r.Fired, Resolved: r.Resolved,
			Suppressed: r.Suppressed, MissingGroup: r.MissingGroup, Evicted: r.Evicted, Quarantined: r.Quarantined}
		if r.Quarantined { // whether it still counts what it does not see
			a.Rules[i] = engine.Stats{Rule: r.Rule, Fired: r.Fired, Resolved: r.Resolved, Quarantined: true}
		}
	}
	for i, s := range a.Sources {
		a.Sources[i] = engine.SourceStats{Name: s.Name, Late: s.Late, Future: s.Future, Steps: s.Steps}
	}
}

func (c *oCase) check(t *rapid.T, want, got *answer) {
	if reflect.DeepEqual(want.Out, got.Out) && reflect.DeepEqual(want.Rules, got.Rules) && reflect.DeepEqual(want.Sources, got.Sources) {
		return
	}
	var lines strings.Builder
	for _, st := range want.steps {
		r := st.rec
		if r == nil {
			fmt.Fprintf(&lines, "%s read to its end at +%d\n", st.eof.name(), st.wall-t0)
			continue
		}
		fmt.Fprintf(&lines, "+%d (taken +%d, evaluated +%d, future %t, suspect %t) %s: %s", r.sec-t0, r.taken-t0, r.at-t0, r.future, r.suspect, r.source.name(), r.text)
	}
	t.Logf("lateness %d, until +%d\n%s\n%s\n(-oracle +engine):\n%s%s%s", c.lateness, c.until-t0, c.yaml, lines.String(),
		cmp.Diff(brief(want.Out), brief(got.Out)), cmp.Diff(want.Rules, got.Rules), cmp.Diff(want.Sources, got.Sources))
	t.Fatal("engine and oracle differ") // the same text for all, or rapid would not take a smaller case for the same failure
}

// brief is outputs as lines, for people.
func brief(out []engine.Output) []string {
	var lines []string
	for _, o := range out {
		if s := o.Suppressed; s != nil {
			lines = append(lines, fmt.Sprintf("+%d %s suppressed %s %s", s.At-t0, s.Rule, s.Group, s.By))
			continue
		}
		a := o.Alert
		lines = append(lines, fmt.Sprintf("+%d %s %s %s %s active +%d starts +%d ends +%d %s suppressed %d %v samples %v window %d, %s, id %s", a.At-t0, a.Rule, a.State,
			a.Severity, a.Group, a.ActiveAt-t0, a.StartsAt-t0, a.EndsAt-t0, a.Reason, a.Suppressed, a.Values, a.Samples, a.Window, a.Condition, a.ID))
	}
	return lines
}
