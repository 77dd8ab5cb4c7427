package engine

import (
	"maps"
	"slices"

	"github.com/smarty-alert/smarty-alert/windowing"
)

// Frozen is an engine as it was at one moment. It shares nothing with the engine
// that changes: it may be encoded in another goroutine while the engine goes on.
type Frozen struct{ e *Engine }

// Room measures what Freeze needs. To Make it may be done in another goroutine.
func (e *Engine) Room() *windowing.Room {
	return windowing.Measure(func(room *windowing.Room) { e.Freeze(room) })
}

// Freeze copies what the engine remembers, as it lies in memory: for a million
// groups that takes some hundredths of a second if there is room for it (several
// times as long if there is none: nil), where State takes many times as long. It
// doubles the memory of the state until the Frozen is let go.
func (e *Engine) Freeze(room *windowing.Room) *Frozen {
	f := &Engine{o: e.o, reached: e.reached, final: e.final, first: e.first, newest: e.newest, begun: e.begun,
		pending: newPending(), skews: slices.Clone(e.skews), stalls: slices.Clone(e.stalls)}
	for at, a := range e.pending.bySecond {
		f.pending.bySecond[at] = a.clone()
	}
	for _, s := range e.sources {
		kept := *s
		kept.Held = slices.Clone(s.Held)
		f.sources = append(f.sources, &kept)
	}
	for _, r := range e.rules {
		f.rules = append(f.rules, r.freeze(room))
	}
	return &Frozen{f}
}

// clone copies the arrivals. What is in them is shared: it does not change.
func (a *arrivals) clone() *arrivals {
	return &arrivals{list: slices.Clone(a.list), records: slices.Clone(a.records), bytes: slices.Clone(a.bytes), inputs: slices.Clone(a.inputs),
		kept: slices.Clone(a.kept)}
}

// freeze copies what a snapshot of the rule is made of.
func (r *ruleState) freeze(room *windowing.Room) *ruleState {
	f := &ruleState{matching: r.matching, cron: r.cron, began: r.began, groups: r.groups.Clone(room), table: r.table.Clone(room), slots: r.slots.Clone(room),
		armed: r.armed.Clone(room), lru: r.lru, active: slices.Clone(r.active), fresh: maps.Clone(r.fresh), stats: r.stats, crowd: r.crowd,
		faults: r.faults}
	f.stored = r.recent.samples()
	if r.order != nil {
		f.order = &order{past: r.order.past.Clone(room)}
	}
	if r.records != nil {
		f.records = &recall{past: r.records.past.Clone(room), names: slices.Clone(r.records.names), keep: r.records.keep}
	}
	return f
}
