package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/smarty-alert/smarty-alert/alert"
)

// tally counts what the cases contained, from several goroutines.
type tally struct {
	mu    sync.Mutex
	cases int
	seen  map[string]int
}

// add counts one case.
func (y *tally) add(c *oCase, a *answer) {
	n := map[string]int{"records": len(a.order)}
	for _, st := range a.Rules {
		n["groups evicted"] += int(st.Evicted)
		n["records without a group"] += int(st.MissingGroup)
		n["records in cooldowns"] += int(st.Suppressed)
	}
	for _, s := range a.Sources {
		n["late"] += int(s.Late)
		n["future"] += int(s.Future)
		n["clocks set back"] += int(s.Steps)
	}
	for _, o := range a.Out {
		if o.Suppressed != nil {
			n["suppressed by "+o.Suppressed.By]++
			continue
		}
		n[o.Alert.State.String()]++
		for _, r := range c.rules {
			if r.id == o.Alert.Rule {
				r.count(n, o.Alert)
			}
		}
	}
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.seen == nil {
		y.seen = map[string]int{}
	}
	y.cases++
	for what, k := range n {
		y.seen[what] += k
	}
}

// count counts a transition under what its rule is made of.
func (r *oRule) count(n map[string]int, t *alert.Transition) {
	for what, yes := range map[string]bool{"absence": r.absence, "schedules": r.cron != "", "windows about a day": r.window > 80000,
		"sequences": r.steps != nil && !r.allOf, "absent steps": r.absentLast(), "all_of": r.allOf, "until": r.until != nil,
		"sequences with a resolve": r.steps != nil && r.stateMode(), "look-backs": r.endless(), "levels": r.levels != nil,
		"rules over alerts": r.source == "alerts", "sequences over alerts": r.source == "alerts" && r.steps != nil, "health": r.source == "health",
		"derived fields": r.fields != nil, "quarantines": t.Reason == "rule_quarantined", "overflows": t.Group.Get("overflow") != "",
		"warmed up rules": r.warmup > 0, "fixed hours": strings.Contains(r.cron, " 2 ")} {
		n["of "+what] += one(yes)
	}
	for _, a := range r.aggs {
		n["with "+a.fn]++
	}
	n["with records"] += one(slices.ContainsFunc(r.judged(), func(x *oExpr) bool {
		return x.mentions(func(name string) bool { return strings.Contains(name, ".") })
	}))
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func (y *tally) String() string {
	var out []string
	for what, n := range y.seen {
		out = append(out, fmt.Sprintf("%d %s", n, what))
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(a[strings.Index(a, " "):], b[strings.Index(b, " "):]) })
	return fmt.Sprintf("%d cases: %s", y.cases, strings.Join(out, ", "))
}

// least is how many of each thing a thousand cases must contain, or they prove
// too little.
func least() map[int][]string {
	return map[int][]string{
		500: {"pending", "firing", "resolved", "event", "late", "future", "of levels", "of derived fields", "with records"},
		100: {"clocks set back", "groups evicted", "records without a group", "of absence", "of schedules", "of sequences", "of all_of", "of absent steps",
			"of rules over alerts", "of look-backs", "of health", "of warmed up rules", "suppressed by cooldown", "suppressed by warmup"},
		50: {"with rate", "with p50", "with p90", "with p95", "with p99", "with last", "with streak", "with first_seen", "with values", "with top", "with first", "update", "of overflows", "suppressed by max_firing", "of sequences with a resolve", "of until"},
		10: {"of windows about a day"},
		3:  {"of fixed hours", "of sequences over alerts"},
		2:  {"of quarantines"},
	}
}

// gaps are the things of which the cases contained too few.
func (y *tally) gaps() (out []string) {
	for n, whats := range least() {
		for _, what := range whats {
			if y.seen[what]*1000 < n*y.cases {
				out = append(out, fmt.Sprintf("%d %s", y.seen[what], what))
			}
		}
	}
	return out
}
