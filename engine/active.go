package engine

import "github.com/smarty-alert/smarty-alert/alert"

// Evaluated is how many seconds were evaluated since the engine was made: when
// it has not grown, an Advance changed nothing.
func (e *Engine) Evaluated() int64 { return e.seconds }

// Firing returns the ids of the alerts that fire now and were told of: not of
// groups beyond max_firing, but of the alert about them.
func (e *Engine) Firing() map[string]bool {
	ids := map[string]bool{}
	for _, r := range e.rules {
		for _, inc := range r.active {
			if inc.State == alert.Firing && !inc.Folded {
				_, fingerprint := r.identity(r.groups.Key(inc.Slot))
				ids[alert.ID(fingerprint, inc.StartsAt)] = true
			}
		}
		if r.crowd.Told > 0 {
			_, fingerprint := r.crowdIdentity()
			ids[alert.ID(fingerprint, r.crowd.StartsAt)] = true
		}
	}
	return ids
}

// FiringByRule returns how many groups of each rule fire now.
func (e *Engine) FiringByRule() map[string]int {
	n := map[string]int{}
	for _, r := range e.rules {
		n[r.rule.ID] = r.crowd.announced + r.crowd.folded
	}
	return n
}
