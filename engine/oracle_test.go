package engine_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rules"
)

// TestOracle compares the engine with the brute-force oracle on random cases:
// every transition with all its values and samples, every suppression, every
// count. Each case is replayed twice: with Advance after each record, and with
// Advance now and then, broken off and continued from its state.
//
// SMARTY_ALERT_ORACLE_CASES says how many cases, SMARTY_ALERT_ORACLE_SEED which
// ones (0: others each time).
func TestOracle(t *testing.T) {
	cases := setting(t, "SMARTY_ALERT_ORACLE_CASES", "rapid.checks", "2000")
	setting(t, "SMARTY_ALERT_ORACLE_SEED", "rapid.seed", "1")
	var seen tally
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		want := c.expect()
		seen.add(c, want)
		c.compare(t, want, func(int) (bool, bool) { return true, false })
		often := rand.New(rand.NewPCG(c.seed, 0))
		advance, breaks := pick(t, "advance", 2, 5, 20, 1000), pick(t, "break", 5, 25, 80)
		c.compare(t, want, func(int) (bool, bool) { return often.IntN(advance) == 0, often.IntN(breaks) == 0 })
	})
	t.Logf("%d cases: %s", seen.cases, &seen)
	if t.Failed() {
		return
	}
	if seen.day < cases/100 {
		t.Errorf("too few transitions of windows about a day: %d", seen.day)
	}
	if seen.cases < cases {
		t.Errorf("only %d of %d cases were compared", seen.cases, cases)
	}
	for what, n := range map[string]int{"pending": seen.states[alert.Pending], "firing": seen.states[alert.Firing],
		"resolved": seen.states[alert.Resolved], "event": seen.states[alert.Event], "suppressed": seen.suppressed,
		"late": seen.late, "future": 2 * seen.future} {
		if n < cases {
			t.Errorf("%d cases contain only %d of %s: they prove too little", cases, n, what)
		}
	}
	for what, n := range map[string]int{"clocks set back": seen.steps, "groups evicted": seen.evicted, "records without a group": seen.missing,
		"transitions of absence": seen.absence, "transitions of schedules": seen.schedule} {
		if n < cases/20 {
			t.Errorf("%d cases contain only %d %s: they prove too little", cases, n, what)
		}
	}
}

// setting sets a flag of rapid from the environment, for the time of the test.
func setting(t *testing.T, env, name, fallback string) int {
	value := os.Getenv(env)
	if value == "" {
		value = fallback
	}
	before := flag.Lookup(name).Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatalf("%s=%s: %v", env, value, err)
	}
	t.Cleanup(func() { _ = flag.Set(name, before) })
	var n int
	_, _ = fmt.Sscan(value, &n)
	return n
}

// tally counts what the cases contained.
type tally struct {
	cases, records, suppressed, late, future, steps, evicted, missing int
	absence, schedule, day                                            int // transitions of rules of that kind
	states                                                            [alert.Event + 1]int
}

// add counts one case.
func (y *tally) add(c *oCase, a *answer) {
	y.cases++
	y.records += len(a.order)
	for _, st := range a.Rules {
		y.evicted += int(st.Evicted)
		y.missing += int(st.MissingGroup)
		y.suppressed += int(st.Suppressed)
	}
	for _, s := range a.Sources {
		y.late += int(s.Late)
		y.future += int(s.Future)
		y.steps += int(s.Steps)
	}
	for _, o := range a.Out {
		if o.Alert == nil {
			continue
		}
		y.states[o.Alert.State]++
		for _, r := range c.rules {
			if r.id != o.Alert.Rule {
				continue
			}
			y.absence += one(r.absence)
			y.schedule += one(r.cron > 0)
			y.day += one(r.window > 80000)
		}
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (y *tally) String() string {
	return fmt.Sprintf("%d records (%d late, %d future, %d clocks set back, %d without a group), "+
		"%d pending, %d firing, %d resolved, %d event (%d of absence, %d of schedules, %d of windows about a day), %d suppressed, %d groups evicted", y.records, y.late, y.future, y.steps, y.missing,
		y.states[alert.Pending], y.states[alert.Firing], y.states[alert.Resolved], y.states[alert.Event], y.absence, y.schedule, y.day, y.suppressed, y.evicted)
}

// oCase is rules, logs and how to read them.
type oCase struct {
	rules    []*oRule
	sources  []*oSource
	lateness int64
	until    int64
	seed     uint64
	live     bool // sources are read in any order, and found at their ends
	yaml     string
	set      *rules.Set
}

func drawCase(t *rapid.T) *oCase {
	long := rapid.IntRange(0, 1<<16).Draw(t, "long windows")%25 == 24
	c := &oCase{lateness: pick[int64](t, "lateness", 0, 1, 2, 2, 2, 5), seed: rapid.Uint64().Draw(t, "seed")}
	c.live = pick(t, "live", false, false, true)
	steps := []int64{1, 10, 60}
	n := rapid.IntRange(1, 4).Draw(t, "rules")
	if long {
		n = 1
	}
	for i := range n {
		r := drawRule(t, i, long)
		c.rules = append(c.rules, r)
		c.yaml += r.yaml()
		for _, col := range r.columns() {
			steps = append(steps, col.window, col.window+col.offset, col.offset)
		}
		steps = append(steps, r.hold, r.keep, r.cooldown, r.forgetAfter()%600)
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "sources") {
		c.sources = append(c.sources, drawSource(t, i, c.yaml, steps, long))
	}
	for _, s := range c.sources {
		s.scan(t)
	}
	if pick(t, "until", 0, 0, 0, 0, 0, 0, 0, 1) == 1 {
		c.until = t0 + pick[int64](t, "until second", 1, 30, 60, 300, 1000)
	}
	var err error
	if c.set, _, err = rules.Parse("case.yaml", []byte("rules:\n"+c.yaml), rules.Options{}); err != nil {
		t.Fatalf("the case's rules: %v\n%s", err, c.yaml)
	}
	return c
}

// answer is all that the engine and the oracle must agree on.
type answer struct {
	Out     []engine.Output
	Rules   []engine.Stats
	Sources []engine.SourceStats
	order   []*oRecord
	steps   []oStep
}

// expect asks the oracle.
func (c *oCase) expect() *answer {
	clock := newClock(c.sources, c.lateness)
	var live *rand.Rand
	if c.live {
		live = rand.New(rand.NewPCG(c.seed, 1))
	}
	steps := clock.run(live)
	var order []*oRecord
	for _, st := range steps {
		if st.rec != nil {
			order = append(order, st.rec)
		}
	}
	o := newOracle(c.rules, order)
	last := max(clock.newest, clock.final)
	if c.until != 0 {
		last = c.until
	}
	if clock.first <= last {
		o.run(clock.first, last)
	}
	a := &answer{Out: o.out, order: order, steps: steps}
	for _, st := range o.rules {
		a.Rules = append(a.Rules, engine.Stats{Rule: st.rule.id, Matched: st.matched, Groups: st.created, Fired: st.fired,
			Resolved: st.resolved, Suppressed: st.suppressed, MissingGroup: st.missing, Evicted: st.evicted})
	}
	for _, l := range clock.sources {
		a.Sources = append(a.Sources, engine.SourceStats{Name: l.source.name(), Late: l.late, Future: l.futures, Steps: l.steps})
	}
	return a
}

// compare replays the case through the engine; when says after each record
// whether to advance, and whether to break off and continue from the state.
func (c *oCase) compare(t *rapid.T, want *answer, when func(i int) (advance, restore bool)) {
	options := engine.Options{Redactor: redactor, Lateness: c.lateness, Until: c.until}
	e := engine.New(c.set, options)
	got := &answer{}
	left := map[*oSource]int{}
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
			e.Step(e.Source(r.source.name()), r.scanned)
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
		if o.Alert != nil {
			t := *o.Alert
			t.Annotations, t.Labels, t.Summary = nil, nil, ""
			a.Out[i].Alert = &t
		}
	}
	for i, r := range a.Rules {
		a.Rules[i] = engine.Stats{Rule: r.Rule, Matched: r.Matched, Groups: r.Groups, Fired: r.Fired, Resolved: r.Resolved,
			Suppressed: r.Suppressed, MissingGroup: r.MissingGroup, Evicted: r.Evicted}
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
		lines = append(lines, fmt.Sprintf("+%d %s %s %s active +%d starts +%d ends +%d %s suppressed %d %v samples %v id %s", a.At-t0, a.Rule, a.State,
			a.Group, a.ActiveAt-t0, a.StartsAt-t0, a.EndsAt-t0, a.Reason, a.Suppressed, a.Values, a.Samples, a.ID))
	}
	return lines
}
