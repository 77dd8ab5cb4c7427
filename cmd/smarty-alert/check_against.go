package main

import (
	"fmt"
	"strings"

	"github.com/smarty-alert/smarty-alert/rules"
)

// changeJSON is what a reload does to one rule. Its names are stable.
type changeJSON struct {
	Rule   string   `json:"rule"`
	Change string   `json:"change"`            // new, removed, unchanged, keeps_state, starts_anew
	State  []string `json:"state,omitempty"`   // keys that differ and lose the state
	AtOnce []string `json:"at_once,omitempty"` // keys that take effect at once
}

// compare says what replacing the old rules by the new ones does.
func (r *checkReport) compare(old, now *rules.Set) {
	if old == nil || now == nil {
		return
	}
	r.Changes = []changeJSON{}
	for _, c := range rules.Compare(old, now) {
		r.Changes = append(r.Changes, changeJSON{c.Rule, string(c.Kind), c.State, c.AtOnce})
	}
}

// changesText is one line for each rule that a reload does something to.
func (r *checkReport) changesText() string {
	var b strings.Builder
	same := 0
	for _, c := range r.Changes {
		switch rules.ChangeKind(c.Change) {
		case rules.Added:
			fmt.Fprintf(&b, "%s: new\n", c.Rule)
		case rules.Removed:
			fmt.Fprintf(&b, "%s: removed; firing alerts resolve (rule_removed)\n", c.Rule)
		case rules.Kept:
			fmt.Fprintf(&b, "%s: keeps its state; at once: %s\n", c.Rule, strings.Join(c.AtOnce, ", "))
		case rules.Anew:
			fmt.Fprintf(&b, "%s: starts anew (%s); firing alerts resolve (rule_changed)\n", c.Rule, strings.Join(c.State, ", "))
		default:
			same++
		}
	}
	if same > 0 {
		fmt.Fprintf(&b, "unchanged: %s\n", count(same, "rule"))
	}
	return b.String()
}
