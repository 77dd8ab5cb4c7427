package engine

import (
	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
)

// Look is one judgement of a group: what was seen, and what became of it. It is valid
// during the call.
type Look struct {
	Rule   *rules.Rule
	Second int64
	Group  alert.Labels // as they may be shown
	// Fingerprint is the group's, for those that look alike.
	Fingerprint string
	Values      []alert.Value // count and the aggregates, as they may be shown
	Hidden      []string      // names of the values that may not be shown
	// Vars are what the condition was asked over, what is hidden of the values included.
	Vars  rules.Variables
	Holds bool // the condition, some level, or the sequence is complete
	// Where the group stands afterwards.
	State    alert.State // Pending, Firing, or 0
	ActiveAt int64       // of one that is pending or fires: when its condition became true
	StartsAt int64       // of one that fires: since when; in event mode of the last alert
	Cooldown int64       // event mode: no alert before this second; 0: there is none
	Warmup   int64       // the rule fires at this second or later; 0: it has seen enough
}

// look is what a judgement sees, before an alert empties the windows.
func (r *ruleState) look(slot uint32, s int64, v verdict) *Look {
	values := r.values(slot, s)
	l := &Look{Rule: r.rule, Second: s, Values: r.shownValues(values), Holds: v.holds}
	l.Group, l.Fingerprint = r.identity(r.groups.Key(slot))
	for i := range values {
		if n, ok := values[i].V.(float64); ok && r.hidesValue(i, n) {
			l.Hidden = append(l.Hidden, values[i].Name)
		}
	}
	vars := rules.VariableMap{}
	for _, x := range r.rule.Judges() {
		for _, name := range x.Names {
			vars[name] = r.bound.Variable(name)
		}
	}
	l.Vars = vars
	return l
}

// settle adds where the group stands after the judgement.
func (r *ruleState) settle(l *Look, slot uint32) {
	if inc := r.incident(slot); inc != nil {
		l.State, l.ActiveAt, l.StartsAt, l.Cooldown = inc.State, inc.ActiveAt, inc.StartsAt, inc.Until
	}
	if r.warming(l.Second) {
		l.Warmup = r.began + r.rule.Warmup
	}
}
