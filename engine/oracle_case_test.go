package engine_test

import (
	"time"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/rules"
)

// oCase is rules, logs and how to read them.
type oCase struct {
	rules    []*oRule
	sources  []*oSource
	lateness int64
	until    int64
	base     int64 // the second around which the logs begin
	seed     uint64
	live     bool // sources are read in any order, and found at their ends
	builtin  bool // the rules about the engine's health are there
	fails    int  // Options.QuarantineAfter
	yaml     string
	set      *rules.Set
	clock    *oClock
	steps    []oStep // what the engine is told
}

func drawCase(t *rapid.T, sc *oScanner) *oCase {
	kind := ""
	if rapid.IntRange(0, 1<<16).Draw(t, "long windows")%25 == 24 {
		kind = "long"
	}
	c := &oCase{lateness: pick[int64](t, "lateness", 0, 1, 2, 2, 2, 5), seed: rapid.Uint64().Draw(t, "seed"), base: t0}
	c.live = pick(t, "live", false, false, true)
	if with("dst") && kind == "" && pick(t, "clocks change", 0, 0, 0, 0, 1) == 1 {
		c.base = pick(t, "change", changes()...) - pick[int64](t, "before the change", 0, 60, 1830, 2100, 3600, 3700, 5400)
	}
	c.fails = oNeverBroken
	if with("quarantine") && kind != "long" {
		c.fails = pick(t, "quarantine after", c.fails, c.fails, c.fails, c.fails, c.fails, c.fails, c.fails, 2, 3, 5)
	}
	c.builtin = with("builtin") && pick(t, "built-in rules", false, false, true)
	if c.base != t0 {
		kind = "dst"
	}
	steps := c.drawRules(t, kind)
	for i := range rapid.IntRange(1, 3).Draw(t, "sources") {
		s := &oSource{uses: c.yaml, base: c.base, steps: steps, long: kind == "long", spoil: c.fails < oNeverBroken, ahead: c.builtin && c.live && with("skew")}
		s.draw(t, i)
		c.sources = append(c.sources, s)
	}
	for _, s := range c.sources {
		s.scan(t, sc)
	}
	c.clock = newClock(c.sources, c.lateness)
	if c.live {
		c.steps = c.clock.run(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "next") })
	} else {
		c.steps = c.clock.run(nil)
	}
	if pick(t, "until", 0, 0, 0, 0, 0, 0, 0, 1) == 1 {
		c.until = c.base + pick[int64](t, "until second", 1, 30, 60, 300, 1000)
	}
	var err error
	if c.set, _, err = rules.Parse("case.yaml", []byte(oHead()+"rules:\n"+c.yaml), rules.Options{}); err != nil {
		t.Fatalf("the case's rules: %v\n%s", err, c.yaml)
	}
	if c.builtin {
		c.rules = append(c.rules, builtin()...)
		c.set = c.set.With(rules.Builtin(rules.Options{}))
	}
	return c
}

// oNeverBroken is an Options.QuarantineAfter that no case reaches.
const oNeverBroken = 1 << 30

// changes are the seconds at which the clocks of oZone change: back and forth.
func changes() []int64 {
	return []int64{time.Date(2024, 10, 27, 1, 0, 0, 0, time.UTC).Unix(), time.Date(2025, 3, 30, 1, 0, 0, 0, time.UTC).Unix()}
}

// drawRules returns the distances between records that matter to the rules.
func (c *oCase) drawRules(t *rapid.T, kind string) []int64 {
	steps := []int64{1, 10, 60}
	most := 4
	if kind == "long" {
		most = 1
	}
	rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string { // a slice, or rapid could not leave rules out
		of := kind
		if kind != "long" && c.fails == oNeverBroken && with("sequence") {
			of = pick(t, "rule kind", kind, kind, kind, "sequence")
		}
		r := drawRule(t, len(c.rules), of, c.fails < oNeverBroken)
		c.add(r, &steps)
		return r.id
	}), 1, most).Draw(t, "rules")
	if with("alerts") && kind != "long" && pick(t, "over alerts", 0, 0, 0, 1) == 1 {
		for range pick(t, "rules over alerts", 1, 1, 2) {
			c.add(drawRule(t, len(c.rules), "alerts", c.fails < oNeverBroken), &steps)
		}
	}
	return steps
}

func (c *oCase) add(r *oRule, steps *[]int64) {
	c.rules = append(c.rules, r)
	c.yaml += r.yaml()
	for _, col := range r.columns() {
		*steps = append(*steps, max(0, col.window), max(0, col.window)+col.offset, col.offset)
		if col.memory > 0 {
			*steps = append(*steps, col.memory, col.window+col.offset+col.memory)
		}
	}
	*steps = append(*steps, r.hold, r.keep, r.cooldown, r.forgetAfter()%600)
	for _, d := range []int64{r.within, r.warmup} {
		if d > 0 {
			*steps = append(*steps, d, d)
		}
	}
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
func (c *oCase) expect(every bool) *answer {
	clock := c.clock
	var order []*oRecord
	for _, st := range c.steps {
		if st.rec != nil {
			order = append(order, st.rec)
		}
	}
	o := newOracle(c.rules, order, clock.first, c.fails)
	if c.live {
		o.skews = clock.skews
	}
	last := max(clock.newest, clock.final)
	if c.until != 0 {
		last = c.until
	}
	if clock.first <= last {
		o.run(last, every)
	}
	a := &answer{Out: o.out, order: order, steps: c.steps}
	for _, st := range o.rules {
		a.Rules = append(a.Rules, engine.Stats{Rule: st.rule.id, Matched: st.matched, Groups: st.created, Fired: st.fired,
			Resolved: st.resolved, Suppressed: st.suppressed, MissingGroup: st.missing, Evicted: st.evicted, Quarantined: st.broken.done})
	}
	for _, l := range clock.sources {
		a.Sources = append(a.Sources, engine.SourceStats{Name: l.source.name(), Late: l.late, Future: l.futures, Steps: l.steps})
	}
	a.normalize()
	return a
}
