package replay

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Bounds of the search for changes with which a group would have fired.
const (
	maxRounds   = 8  // passes over the logs
	maxLanes    = 64 // changes tried in one of them
	probes      = 8  // changes tried for one question in one of them
	widest      = 10 // windows up to so many times the present one
	longestTime = 31 * 24 * 60 * 60
)

// quest looks for the least change of one kind with which a group would have fired.
type quest struct {
	g *sight
	// options are changes from the least to the greatest. As a rule, what fires with one
	// fires with all that follow; where it does not, the change that is found is one that
	// does fire, though there may be a smaller one.
	options int
	option  func(i int) Change
	not, is int // options known not to make it fire, and to make it fire; -1 and options: none
	asked   []int
	over    bool
}

// search finds for each group that did not fire what would have made it. Each change is
// tried by replaying the rule with it.
func (x *explainer) search(ctx context.Context, shown []*sight) error {
	var quests []*quest
	for _, g := range shown {
		if len(g.spells.list) == 0 && g.Judged > 0 {
			quests = append(quests, x.quests(g)...)
		}
	}
	for range maxRounds {
		tried, err := x.round(ctx, quests)
		if err != nil || !tried {
			return err
		}
	}
	for _, q := range quests { // what was found so far is true, if not the least
		if !q.over && q.is < q.options {
			q.g.WouldFire = append(q.g.WouldFire, q.option(q.is))
		}
	}
	return nil
}

// quests are the questions about a group.
func (x *explainer) quests(g *sight) (out []*quest) {
	add := func(n int, option func(i int) Change) {
		if n > 0 {
			out = append(out, &quest{g: g, options: n, option: option, not: -1, is: n})
		}
	}
	r := x.o.Rule
	for i, c := range x.terms {
		if c.Compared == nil || !g.terms[i].alone || c.Compared.Holds(g.terms[i].bestFor) && r.For == 0 && r.Warmup == 0 {
			continue
		}
		limits := x.limits(Dial{rule: r, c: c.Compared, Key: x.key, Term: c.Source}, g.terms[i].bestFor)
		add(len(limits), func(i int) Change {
			return Change{Key: x.key, Text: c.Compared.Text(limits[i]), Value: limits[i], Term: c.Source}
		})
	}
	x.windows(add)
	if r.For > 0 && g.heldOnce {
		add(int(min(r.For, 1000)), func(i int) Change {
			d := r.For - 1 - int64(i)*max(1, r.For/1000)
			return Change{Key: "for", Text: fmt.Sprintf("%ds", d), Value: float64(d)}
		})
	}
	return out
}

// limits are those to try, from the nearest to the present one on: what the group came to
// makes it fire if nothing but the limit is in the way, and what lies beyond that if it has
// to last.
func (x *explainer) limits(d Dial, best float64) (out []float64) {
	c := *d.c
	sign := -1.0 // towards easier limits
	if !c.Upward() {
		sign = 1
	}
	unit := 1.0
	if !d.whole() {
		unit = math.Pow(10, math.Floor(math.Log10(max(math.Abs(best), 1e-9)))-2) // three digits
	}
	first := best
	if unit != 1 || best != math.Trunc(best) {
		first = roundTo(math.Ceil(best*sign/unit)*sign*unit, 6)
	}
	if len(c.Op) == 1 && first == best { // > and < do not hold at the limit itself
		first = roundTo(first+sign*unit, 6)
	}
	for i := range 200 {
		c.Limit = first + sign*float64(i)*unit
		if i > 0 && unit != 1 {
			c.Limit = roundTo(first+sign*float64(i)*math.Abs(first)/200, 6)
		}
		if c.Limit == d.c.Limit || !easier(d.c, c.Limit) || c.Upward() && c.Limit <= 0 {
			continue
		}
		out = append(out, c.Limit)
	}
	return slices.Compact(out)
}

// easier tells whether more values hold with another limit.
func easier(c *rules.Comparison, limit float64) bool {
	return c.Upward() && limit < c.Limit || !c.Upward() && limit > c.Limit
}

// windows are those to try: longer ones, or of a rule that waits for silence shorter ones.
func (x *explainer) windows(add func(n int, option func(i int) Change)) {
	r := x.o.Rule
	if r.Window == 0 || len(x.terms) == 0 {
		return
	}
	from, to, ok := x.span()
	if !ok {
		return
	}
	step := int64(1)
	if r.Window > 3600 {
		step = 60
	}
	most := min(r.Window*widest, longestTime, max(to-from+1, r.Window))
	longer := func(i int) int64 { return r.Window + int64(i+1)*step }
	n := (most - r.Window) / step
	if r.Absence || !slices.ContainsFunc(x.terms, func(c rules.Conjunct) bool { return c.Compared == nil || c.Compared.Upward() }) {
		longer = func(i int) int64 { return r.Window - int64(i+1)*step }
		n = (r.Window - 1) / step
	}
	add(int(n), func(i int) Change {
		return Change{Key: "window", Text: fmt.Sprintf("%ds", longer(i)), Value: float64(longer(i))}
	})
}

// rule is the rule with a change.
func (x *explainer) changed(c Change) (*rules.Rule, error) {
	if c.Term == "" {
		return x.o.Rule.With(rules.Key{Name: c.Key, Value: fmt.Sprintf("%ds", int64(c.Value))})
	}
	for _, t := range x.terms {
		if t.Source == c.Term && t.Compared != nil {
			return Dial{rule: x.o.Rule, c: t.Compared, Key: x.key, Term: t.Source}.Set(c.Value)
		}
	}
	return nil, fmt.Errorf("the rule has no part %s", c.Term)
}

// round tries some changes for each open question; false when there is none.
func (x *explainer) round(ctx context.Context, quests []*quest) (bool, error) {
	fired := map[Change]map[string]bool{}
	var lanes []Lane
	for _, q := range quests {
		q.asked = nil
		for _, i := range q.next() {
			c := q.option(i)
			if _, there := fired[c]; !there {
				if len(lanes) >= maxLanes {
					continue // in the next round
				}
				fired[c] = map[string]bool{}
				if lane, ok := x.lane(c, fired[c]); ok {
					lanes = append(lanes, lane)
				}
			}
			q.asked = append(q.asked, i)
		}
	}
	if len(lanes) > 0 {
		o := x.o.Options
		o.Dispatcher, o.Read.Progress = nil, nil
		if x.o.At != 0 {
			o.Until = x.o.At
		}
		if _, err := RunLanes(ctx, o, lanes); err != nil && ctx.Err() != nil {
			return false, err
		}
	}
	tried := false
	for _, q := range quests {
		if len(q.asked) > 0 {
			tried = true
			q.learn(func(i int) bool { return fired[q.option(i)][q.g.Fingerprint] })
		}
	}
	return tried, nil
}

// lane replays the rule with a change and notes which groups fire; false when the rule
// cannot be so.
func (x *explainer) lane(c Change, fired map[string]bool) (Lane, bool) {
	rule, err := x.changed(c)
	if err != nil {
		return Lane{}, false
	}
	return Lane{Rules: needed(x.o.Rules, rule, false), Emit: func(ev Event) error {
		if t := ev.Alert; t != nil && t.Rule == rule.ID && (t.State == alert.Firing || t.State == alert.Event) {
			fired[t.Fingerprint] = true
		}
		return nil
	}}, true
}

// next are the options to try: the least first, then evenly between what is known.
func (q *quest) next() (out []int) {
	if q.over {
		return nil
	}
	low, high := q.not+1, q.is // of those not known, high excluded
	if q.not == -1 && q.is == q.options {
		out = append(out, low) // as a rule this is it
	}
	n := min(probes, high-low)
	for k := 1; k <= n; k++ {
		out = append(out, low+(high-low)*k/n-1)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// learn takes the answers.
func (q *quest) learn(fires func(i int) bool) {
	for _, i := range q.asked {
		if fires(i) {
			q.is = i
			break
		}
		q.not = i
	}
	switch {
	case q.is == q.options: // not even the greatest
		q.over = q.over || slices.Contains(q.asked, q.options-1)
	case q.is-q.not <= 1:
		q.over = true
		q.g.WouldFire = append(q.g.WouldFire, q.option(q.is))
	}
}
