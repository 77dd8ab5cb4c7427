package rehearsal

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Coverage is which states of which rules tests have reached. A rule in state mode
// fires, at each of its levels if it has any, and resolves; one in event mode alerts.
// Whether a test expects what it reaches is not asked. The zero value is empty.
type Coverage struct {
	rules []*covered
	byID  map[string]*covered
}

type covered struct {
	file   string
	line   int
	id     string
	states []string // in their order
	got    map[string]bool
}

// Want adds rules that must be reached, each once. Those that are disabled and the
// program's own are left out.
func (c *Coverage) Want(list []*rules.Rule) {
	if c.byID == nil {
		c.byID = map[string]*covered{}
	}
	for _, r := range list {
		if r.Builtin || r.Status == rules.Disabled || c.byID[r.ID] != nil {
			continue
		}
		n := &covered{file: r.File, line: r.Line, id: r.ID, states: statesOf(r), got: map[string]bool{}}
		c.byID[r.ID] = n
		c.rules = append(c.rules, n)
	}
}

func statesOf(r *rules.Rule) (out []string) {
	if r.Mode == rules.EventMode {
		return []string{"event"}
	}
	for _, l := range slices.Backward(r.Levels) {
		out = append(out, "firing "+l.Severity.String())
	}
	if out == nil {
		out = []string{"firing"}
	}
	return append(out, "resolved")
}

// Add notes what a test has reached.
func (c *Coverage) Add(p *Played) {
	c.Want(p.Rules)
	for _, t := range p.Alerts() {
		n := c.byID[t.Rule]
		if n == nil {
			continue
		}
		switch t.State {
		case alert.Firing, alert.Update:
			n.got["firing"] = true
			n.got["firing "+t.Severity.String()] = true
		default:
			n.got[t.State.String()] = true
		}
	}
}

// Whole reports whether there are rules, and everything of each was reached.
func (c *Coverage) Whole() bool {
	return len(c.rules) > 0 && !slices.ContainsFunc(c.rules, func(n *covered) bool { return len(n.missing()) > 0 })
}

func (n *covered) missing() (out []string) {
	for _, s := range n.states {
		if !n.got[s] {
			out = append(out, s)
		}
	}
	return out
}

// Text is a line with what was reached, and one for each rule of which something
// was not.
func (c *Coverage) Text() string {
	list := slices.Clone(c.rules)
	slices.SortStableFunc(list, func(a, b *covered) int { return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line)) })
	whole, states, reached := 0, 0, 0
	var b strings.Builder
	for _, n := range list {
		missing := n.missing()
		states, reached = states+len(n.states), reached+len(n.states)-len(missing)
		if len(missing) == 0 {
			whole++
			continue
		}
		fmt.Fprintf(&b, "  %s:%d: %s: no test reaches %s\n", n.file, n.line, n.id, strings.Join(missing, ", "))
	}
	return fmt.Sprintf("coverage: %d of %d rules (%d %%), %d of %d states\n", whole, len(list), percent(whole, len(list)), reached, states) + b.String()
}

// percent is rounded down: 100 is all.
func percent(n, of int) int {
	if of == 0 {
		return 0
	}
	return 100 * n / of
}
