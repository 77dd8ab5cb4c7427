package notifiers

import (
	"fmt"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Visit is what became of an alert at a node of the tree.
type Visit struct {
	Route *Route
	Depth int  // the root's is 0
	Taken bool // the node's receiver gets the alert
	Why   string
}

// Explain tells, node by node in the order of the tree, who gets an alert with
// these labels and why the others do not. The taken ones are those of Match.
func (r *Route) Explain(ls alert.Labels) []Visit {
	taken := r.Match(ls)
	var out []Visit
	var walk func(r *Route, depth int, reached bool, why string)
	walk = func(r *Route, depth int, reached bool, why string) {
		v := Visit{Route: r, Depth: depth, Taken: slices.Contains(taken, r), Why: why}
		if reached {
			v.Why = "a route below takes it"
			if v.Taken {
				v.Why = "its matchers hold"
				switch {
				case depth == 0:
					v.Why = "no other route takes it"
				case len(r.Routes) > 0:
					v.Why = "its matchers hold, and none of the routes below takes it"
				}
			}
		}
		out = append(out, v)
		asked, before := reached, why
		if !reached {
			before = "the route above does not take it"
		}
		for _, child := range r.Routes {
			failed, holds := child.firstFailing(ls)
			switch {
			case !asked:
				walk(child, depth+1, false, before)
			case !holds:
				walk(child, depth+1, false, failed.String()+" does not hold")
			default:
				walk(child, depth+1, true, "")
				if !child.Continue {
					asked, before = false, fmt.Sprintf("an earlier route (%s) took it and does not continue", child.Name)
				}
			}
		}
	}
	walk(r, 0, true, "")
	return out
}

func (r *Route) firstFailing(ls alert.Labels) (alert.Matcher, bool) {
	for _, m := range r.Matchers {
		if !m.Matches(ls) {
			return m, false
		}
	}
	return alert.Matcher{}, true
}

// GroupLabels are those by which the route would group an alert with these labels.
func (r *Route) GroupLabels(ls alert.Labels) alert.Labels { return r.groupLabels(ls) }

// Timers are the route's, with what is inherited.
func (r *Route) Timers() (wait, interval, repeat time.Duration) {
	return r.wait(), r.interval(), r.repeat()
}

// Muted reports whether the route's calendars hold messages back at a moment.
func (r *Route) Muted(at time.Time) bool { return r.muted(at) }
