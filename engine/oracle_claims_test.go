package engine_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/ingest"
	replaying "github.com/smarty-alert/smarty-alert/replay"
	"github.com/smarty-alert/smarty-alert/rules"
)

// TestOracle_Claims holds what explain and tune say against the oracle: each group that
// did not fire and is said to have fired with another threshold, window or for; each peak
// and when it was; each row of thresholds.
//
// SMARTY_ALERT_CLAIM_CASES says how many cases, SMARTY_ALERT_ORACLE_SEED which ones.
func TestOracle_Claims(t *testing.T) {
	var reading sync.Mutex
	cases := setting(t, "SMARTY_ALERT_CLAIM_CASES", 1000)
	seen := claims{}
	check(t, &reading, cases, setting(t, "SMARTY_ALERT_ORACLE_SEED", 1), func(t *rapid.T, sc *oScanner) { seen.claims(t, sc) })
	t.Log(seen)
	if t.Failed() || cases < 1000 {
		return
	}
	for what, least := range map[string]int{"limit": 200, "window": 100, "for": 20, "below": 10, "peak": 1000, "row": 2000, "firing row": 500, "level": 100, "absence": 50, "event": 100} {
		if seen[what] < least {
			t.Errorf("%d cases hold only %d claims of the kind %s: they prove too little", cases, seen[what], what)
		}
	}
}

// claims counts what was claimed, and was true.
type claims map[string]int

func (n claims) claims(t *rapid.T, sc *oScanner) {
	c, r := drawClaimCase(t, sc)
	dir, err := os.MkdirTemp("", "claims")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	o := replaying.Options{Rules: c.set, Sources: c.written(t, dir), Lateness: c.lateness, Redactor: redactor}
	rule := c.set.Find(r.id)
	x, err := replaying.Explain(context.Background(), replaying.ExplainOptions{Options: o, Rule: rule, Shown: 100})
	if err != nil {
		t.Fatal(err)
	}
	n.explained(t, c, r, x)
	dials, err := replaying.Dials(rule)
	if err != nil {
		t.Fatal(err)
	}
	n.tuned(t, c, r, o, dials[0])
	if len(r.levels) > 0 {
		n["level"]++
	}
	if r.absence {
		n["absence"]++
	}
	if !r.stateMode() {
		n["event"]++
	}
}

// drawClaimCase draws logs and a rule with a threshold.
func drawClaimCase(t *rapid.T, sc *oScanner) (*oCase, *oRule) {
	c := &oCase{lateness: pick[int64](t, "lateness", 0, 1, 2, 2, 5), base: t0, fails: oNeverBroken}
	r := drawRule(t, 0, "", false)
	drawThreshold(t, r)
	steps := []int64{1, 10, 60}
	c.add(r, &steps)
	for i := range rapid.IntRange(1, 2).Draw(t, "sources") {
		s := &oSource{uses: c.yaml, base: c.base, steps: steps}
		s.draw(t, i)
		s.cut = 0
		for _, rec := range s.records {
			rec.forge = false // that cannot be written
		}
		c.sources = append(c.sources, s)
	}
	for _, s := range c.sources {
		s.scan(t, sc)
	}
	c.clock = newClock(c.sources, c.lateness)
	c.steps = c.clock.run(nil)
	var err error
	if c.set, _, err = rules.Parse("case.yaml", []byte(oHead()+"rules:\n"+c.yaml), rules.Options{Keep: true}); err != nil {
		t.Fatalf("the case's rules: %v\n%s", err, c.yaml)
	}
	return c, r
}

// drawThreshold gives the rule a condition, or levels, of which a number decides.
func drawThreshold(t *rapid.T, r *oRule) {
	state := r.stateMode()
	if r.mode = "event"; state {
		r.mode = "state"
	}
	if r.window == 0 {
		r.window = pick[int64](t, "a window", 5, 10, 30)
	}
	names := []string{"count", "count", "count"}
	for _, a := range r.aggs {
		if !slices.Contains([]string{"values", "top", "first", "last", "streak"}, a.fn) {
			names = append(names, a.name)
		}
	}
	limit := pick[any](t, "limit", 2, 3, 4, 5, 5, 6, 8, 1.5, 0.5)
	if r.absence {
		r.expect = nil
		r.cond, r.levels = oCmp(pick(t, "below", "<", "<="), "count", pick[any](t, "few", 1, 1, 2)), nil
		return
	}
	main := oCmp(pick(t, "order", ">=", ">=", ">=", ">", "<", "<="), pick(t, "decides", names...), limit)
	if !state {
		r.levels = nil
	}
	if len(r.levels) > 0 {
		r.levels = []oLevel{{alert.Warning, r.guarded(main)}, {alert.Critical, r.guarded(oCmp(">=", "count", 9))}}
		return
	}
	if pick(t, "and more", false, false, true) {
		if more := drawCondition(t, r, 1); more != nil && (state || !strings.Contains(more.String(), ".")) {
			main = oCall("and", main, more)
		}
	}
	if r.cond = main; state {
		r.cond = r.guarded(main)
	}
}

// written writes the logs, in a file for each source.
func (c *oCase) written(t *rapid.T, dir string) []ingest.Source {
	var args []string
	for i, s := range c.sources {
		var text strings.Builder
		for _, r := range s.records {
			text.WriteString(r.text)
		}
		name := filepath.Join(dir, fmt.Sprintf("%d.log", i))
		if err := os.WriteFile(name, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, fmt.Sprintf("%s:%s=%s", s.instance, s.stem, name))
	}
	sources, err := ingest.Find(args)
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

// ruled asks the oracle about the case with another rule. saw is told of each judgement.
func (c *oCase) ruled(r *oRule, saw func(g *oGroup, s int64, l *oLook)) []*alert.Transition {
	var order []*oRecord
	for _, st := range c.steps {
		order = append(order, st.rec)
	}
	o := newOracle([]*oRule{r}, order, c.clock.first, c.fails)
	o.saw = saw
	if last := max(c.clock.newest, c.clock.final); c.clock.first <= last {
		o.run(last, false)
	}
	var out []*alert.Transition
	for _, happened := range o.out {
		if a := happened.Alert; a != nil && a.Group.Get("overflow") == "" {
			out = append(out, a)
		}
	}
	return out
}

// began are the transitions with which alerts begin, by group.
func began(ts []*alert.Transition) map[string]int {
	n := map[string]int{}
	for _, t := range ts {
		if t.State == alert.Firing || t.State == alert.Event {
			n[t.Fingerprint]++
		}
	}
	return n
}

// explained checks what is said of each group.
func (n claims) explained(t *rapid.T, c *oCase, r *oRule, x *replaying.Explanation) {
	type peak struct {
		v    float64
		at   int64
		seen bool
	}
	peaks := map[string]*peak{} // by group and comparison
	groups := map[string]bool{}
	base := began(c.ruled(r, func(g *oGroup, s int64, l *oLook) {
		groups[g.id] = true
		for _, cmp := range r.decides().comparisons() {
			v, ok := oNumber(l.lookup(cmp.args[0].name))
			key := g.id + " " + cmp.String()
			p := peaks[key]
			if p == nil {
				p = &peak{}
				peaks[key] = p
			}
			if up := cmp.op[0] == '>'; ok && (!p.seen || up && v > p.v || !up && v < p.v) {
				*p = peak{v, s, true}
			}
		}
	}))
	fail := func(format string, args ...any) {
		t.Logf("%s\n%s", c.yaml, c.lines())
		t.Fatalf(format, args...)
	}
	total := 0
	for _, k := range base {
		total += k
	}
	if x.Fired != total || x.Groups < len(groups) {
		fail("explain: %d alerts in %d groups; the oracle has %d in at least %d", x.Fired, x.Groups, total, len(groups))
	}
	refused := int64(0)
	for _, by := range x.Rejected {
		refused += by.Records
	}
	if x.Selected != x.Counted+refused {
		fail("explain: of %d records %d count and %d are refused", x.Selected, x.Counted, refused)
	}
	for _, g := range slices.Concat(x.Nearest, x.Firing) {
		if len(g.Spells) != min(20, base[g.Fingerprint]) {
			fail("explain: %d alerts of %s, the oracle has %d", len(g.Spells), g.Group, base[g.Fingerprint])
		}
		for _, term := range g.Terms {
			if p := peaks[g.Fingerprint+" "+term.Term]; p != nil && p.seen && term.Nearest != nil {
				n["peak"]++
				if *term.Nearest != p.v || term.At.Unix() != p.at {
					fail("explain: %s of %s came to %v at +%d; the oracle has %v at +%d", term.Term, g.Group, *term.Nearest, term.At.Unix()-t0, p.v, p.at-t0)
				}
			}
		}
		for _, change := range g.WouldFire {
			n[change.Key]++
			if change.Term != "" {
				n["limit"]++
				if strings.Contains(change.Term, "<") {
					n["below"]++
				}
			}
			if began(c.ruled(r.changed(change), nil))[g.Fingerprint] == 0 {
				fail("explain: %s would fire with %s %s; with the oracle it does not", g.Group, change.Key, change.Text)
			}
		}
	}
}

// tuned checks the rows of a few thresholds.
func (n claims) tuned(t *rapid.T, c *oCase, r *oRule, o replaying.Options, dial replaying.Dial) {
	limits := []float64{dial.Current()}
	for range 3 {
		v := pick(t, "threshold", 1, 2, 3, 4, 6, 0.5, 2.5)
		if _, err := dial.Set(v); err == nil { // else check refuses it: silence would satisfy it
			limits = append(limits, v)
		}
	}
	slices.Sort(limits)
	limits = slices.Compact(limits)
	tuning, err := replaying.Tune(context.Background(), replaying.TuneOptions{Options: o, Dial: dial, Thresholds: limits, Target: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range tuning.Rows {
		fired, groups, seconds := 0, map[string]bool{}, int64(0)
		for _, a := range c.ruled(r.changed(replaying.Change{Key: dial.Key, Term: dial.Term, Value: row.Threshold}), nil) {
			switch a.State {
			case alert.Firing:
				seconds += tuning.To.Unix() - a.At
			case alert.Resolved:
				seconds -= tuning.To.Unix() - a.At
			case alert.Event:
			default:
				continue
			}
			if a.State != alert.Resolved {
				fired++
				groups[a.Fingerprint] = true
			}
		}
		if n["row"]++; fired > 0 {
			n["firing row"]++
		}
		if row.Fired != fired || row.Groups != len(groups) || row.Seconds != seconds {
			t.Logf("%s\n%s", c.yaml, c.lines())
			t.Fatalf("tune: %s fires %d times in %d groups for %d s; the oracle says %d, %d, %d", row.Term, row.Fired, row.Groups, row.Seconds, fired, len(groups), seconds)
		}
	}
}

func (c *oCase) lines() string {
	var b strings.Builder
	for _, s := range c.sources {
		for _, r := range s.records {
			fmt.Fprintf(&b, "+%d (taken +%d, evaluated +%d) %s: %s", r.sec-t0, r.taken-t0, r.at-t0, s.name(), r.text)
		}
	}
	return b.String()
}

// decides is the condition, or the lowest level.
func (r *oRule) decides() *oExpr {
	if len(r.levels) > 0 {
		return r.levels[0].expr
	}
	return r.cond
}

// comparisons are the parts that must all hold and are an order between a name and a
// number.
func (x *oExpr) comparisons() (out []*oExpr) {
	switch {
	case x.op == "and":
		return append(x.args[0].comparisons(), x.args[1].comparisons()...)
	case slices.Contains([]string{">=", ">", "<=", "<"}, x.op) && x.args[0].op == "name":
		return []*oExpr{x}
	}
	return nil
}

// changed is the rule with a change, as a reader of the claim would make it.
func (r *oRule) changed(c replaying.Change) *oRule {
	out := *r
	switch {
	case c.Key == "window":
		out.window = int64(c.Value)
	case c.Key == "for":
		out.hold = int64(c.Value)
	case len(r.levels) > 0:
		out.levels = slices.Clone(r.levels)
		out.levels[0].expr = r.levels[0].expr.limited(c.Term, c.Value)
	default:
		out.cond = r.cond.limited(c.Term, c.Value)
	}
	return &out
}

// limited is the expression with another limit in the first of its comparisons that is
// like that.
func (x *oExpr) limited(term string, limit float64) *oExpr {
	done := false
	return x.limitedOnce(term, limit, &done)
}

func (x *oExpr) limitedOnce(term string, limit float64, done *bool) *oExpr {
	switch {
	case *done:
		return x
	case x.op == "and":
		left := x.args[0].limitedOnce(term, limit, done)
		return oCall("and", left, x.args[1].limitedOnce(term, limit, done))
	case x.String() != term:
		return x
	}
	if *done = true; limit == math.Trunc(limit) {
		return oCall(x.op, x.args[0], oLit(int64(limit)))
	}
	return oCall(x.op, x.args[0], oLit(limit))
}
