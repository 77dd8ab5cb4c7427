package engine

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
)

// told is an output and the group it is about.
type told struct {
	slot uint32
	out  Output
}

// collect sets aside what was appended to the engine's outputs.
func (r *ruleState) collect(e *Engine, slot uint32, from int) {
	for _, o := range e.out[from:] {
		r.told = append(r.told, told{slot, o})
	}
	e.out = e.out[:from]
}

// tell gives the collected outputs in the order of labels.
func (r *ruleState) tell(e *Engine) {
	slices.SortStableFunc(r.told, func(a, b told) int { return r.compareSlots(a.slot, b.slot) })
	for _, t := range r.told {
		e.out = append(e.out, t.out)
		if t.out.Alert != nil && r.rule.Source == rules.LogRecords && e.has[rules.AlertRecords] {
			e.happened = append(e.happened, t.out.Alert)
		}
	}
}
