package rehearsal

import (
	"fmt"
	"maps"
	"slices"

	"github.com/smarty-alert/smarty-alert/ruletest"
	"github.com/smarty-alert/smarty-alert/strictyaml"
)

// check finds what a test names and its setting does not have: an expectation about
// it would never hold, or always. The error is a strictyaml.Errors.
func (s Setting) check(t ruletest.Test) error {
	var ids []string
	for _, r := range s.Rules.Rules {
		ids = append(ids, r.ID)
	}
	for _, op := range t.Ops {
		if op.Rules == nil || s.Reload == nil {
			continue
		}
		set, err := s.Reload(op)
		if err != nil {
			return err
		}
		for _, r := range set.Rules {
			ids = append(ids, r.ID)
		}
	}
	found := append(t.UnknownRules(ids), s.unknownReceivers(t)...)
	if len(found) > 0 {
		return found
	}
	return nil
}

func (s Setting) unknownReceivers(t ruletest.Test) (found strictyaml.Errors) {
	known := slices.Sorted(maps.Keys(s.dispatch().Receivers))
	look := func(v strictyaml.Value, receiver string) {
		if receiver == "" || slices.Contains(known, receiver) {
			return
		}
		hint := "name one of the configuration's"
		if near := strictyaml.Nearest(receiver, known); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		if s.Dispatch.Root == nil {
			hint = fmt.Sprintf("without a config everything goes to %q", DefaultReceiver)
		}
		faults := &strictyaml.Faults{}
		v.QuietMapping().Get("receiver").Reporting(faults).Fault(hint, "there is no receiver %q", receiver)
		if some, ok := faults.Err().(strictyaml.Errors); ok {
			found = append(found, some...)
		}
	}
	for _, n := range t.Notifications {
		look(n.Value(), n.Receiver)
	}
	for _, total := range t.Totals {
		look(total.Value(), total.Receiver)
	}
	return found
}
