package engine

import (
	"bytes"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// ruleState is everything one rule remembers.
type ruleState struct {
	*matching
	cron    int64 // next second of rule.Schedule; never: none
	began   int64 // the first second at which it could be evaluated; never: not yet
	groups  *windowing.Groups
	table   *windowing.Table
	order   *order                // of a sequence or all_of; nil: it is neither
	records *recall               // what first., last. and prev. remember; nil: nothing
	slots   windowing.Slab[group] // by slot
	armed   windowing.Slab[int64] // absence: of each slot, when its silence began to count
	lru     lru                   // groups by their last match
	active  []incident
	free    []uint32 // of active, whose index 0 is unused
	timers  timerHeap
	fresh   map[uint32]int64 // event mode: new matching records per group since the last judgement
	recent  recent
	stored  samples // of recent, when this is frozen
	byName  []int   // of group labels sorted by name: their places in group_by
	stats   Stats
	course  Course
	crowd   crowd
	faults  faults

	frozen  bool // absence: what it waits for may stand where nobody can read it
	touched []uint32
	judged  []judged
	bound   bound // of the judgement under way
	room    []alert.Value
	told    []told
	victims victims
	ahead   []uint32 // used again by foresee
	fetched uint32   // means nothing: without it the compiler would leave out what foresee looks at
}

func newRuleState(m *matching) *ruleState {
	r := m.rule
	rs := &ruleState{matching: m, cron: never, began: never, groups: windowing.NewGroups(),
		table: windowing.NewTable(r.Columns), order: newOrder(r), records: newRecall(r), active: make([]incident, 1),
		fresh: map[uint32]int64{}, faults: faults{From: never}}
	rs.lru.clear()
	rs.sortLabels()
	return rs
}

// sortLabels notes the order of group_by's names by name.
func (r *ruleState) sortLabels() {
	r.byName = r.byName[:0]
	for i := range r.rule.GroupBy {
		r.byName = append(r.byName, i)
	}
	slices.SortFunc(r.byName, func(a, b int) int {
		return bytes.Compare([]byte(r.rule.GroupBy[a].Name), []byte(r.rule.GroupBy[b].Name))
	})
}

// begin starts the rule at the first second of the run; expected groups are
// awaited from armed on.
func (r *ruleState) begin(first, armed int64) {
	r.began = first
	if r.rule.Absence {
		for _, tuple := range r.rule.Groups.Expect {
			l := labeller{texts: tuple, bare: tuple}
			slot, _ := r.group(l.key(nil, r.matching), first)
			r.slots.At(slot).expected = true
			if armed != first {
				r.arm(slot, armed)
				r.timers.add(timer{at: r.overdue(slot), slot: slot})
			}
		}
	}
	if r.rule.Schedule != nil {
		r.planSchedule(first - 1)
	}
}

// evaluate brings the rule through one second: what leaves its windows, the
// second's records, then the judgement of every group this concerns.
func (r *ruleState) evaluate(e *Engine, s int64, items *arrivals) {
	if r.faults.Quarantined {
		return
	}
	// What went unforgotten because nothing was evaluated in between is gone
	// before the records of s come: the answer must not depend on which seconds
	// something else in the rule happened to ask for.
	if before, ok := r.table.Now(); ok && before < s-1 {
		r.forget(s - 1)
	}
	r.touched = r.touched[:0]
	r.table.Advance(s, func(slot uint32) { r.touched = append(r.touched, slot) })
	if r.faults.due(s) {
		r.quarantine(e, s)
		return
	}
	evicted := r.stats.Evicted
	for i, n := items.of(r.index, e.sources), 0; i != 0; i, n = items.next(i), n+1 {
		if n%foreseeMost == 0 {
			r.foresee(i, items)
		}
		items.read(i, r, e.sources, &e.arrived)
		r.take(e, &e.arrived, s)
	}
	e.notice(r, health{Event: groupEvicted, Rule: r.rule.ID, Times: r.stats.Evicted - evicted})
	r.forget(s)
	r.collectTimers(s)
	if r.rule.Schedule != nil {
		r.touched = r.touched[:0]
		if s == r.cron {
			r.touched = slices.AppendSeq(r.touched, r.groups.All())
			r.planSchedule(s)
		}
	}
	r.judgeTouched(e, s)
	r.closeSecond(e, s)
}

// judgeTouched judges every group that this second concerns.
func (r *ruleState) judgeTouched(e *Engine, s int64) {
	slices.Sort(r.touched)
	touched := slices.DeleteFunc(slices.Compact(r.touched), func(slot uint32) bool { return !r.slots.At(slot).alive })
	if r.crowded(len(touched)) {
		slices.SortFunc(touched, r.compareSlots)
	}
	r.told = r.told[:0]
	for i, slot := range touched {
		if i%foreseeMost == 0 {
			r.foreseeJudged(touched[i:])
		}
		from := len(e.out)
		r.judge(e, slot, s)
		r.collect(e, slot, from)
	}
	r.countJudged(e.o.QuarantineAfter, s)
	r.tell(e)
}

// closeSecond does what follows all groups' judgements.
func (r *ruleState) closeSecond(e *Engine, s int64) {
	r.tellCrowd(e, s)
	if r.faults.due(s) {
		r.quarantine(e, s)
		return
	}
	if r.rule.Schedule == nil {
		clear(r.fresh)
	}
	if r.order != nil {
		clear(r.order.stepped)
	}
}

// take adds one record to its group. A record that looks forged does not count
// for a group that fires: it may raise an alert, never keep or end one.
func (r *ruleState) take(e *Engine, it *arrived, s int64) {
	slot, evicted := r.group(it.Key, s)
	if evicted {
		return
	}
	if g := r.slots.At(slot); g.incident != 0 && r.active[g.incident].State == alert.Firing && it.suspect() {
		return
	}
	r.touch(slot, s)
	r.count(slot, it, s)
	r.recent.add(&e.kept, it)
	if n := len(r.touched); n == 0 || r.touched[n-1] != slot {
		r.touched = append(r.touched, slot)
	}
	if r.rule.Mode == rules.EventMode {
		r.fresh[slot]++
	}
	if r.records != nil {
		r.records.add(slot, it)
	}
	if r.order != nil {
		r.follow(slot, it, s)
	}
}

// count adds a record to the windows. Without a window, count is the number of
// matches of the second evaluated, a late one included; the aggregates' windows
// go by the record's own second all the same.
func (r *ruleState) count(slot uint32, it *arrived, s int64) {
	if r.rule.Window > 0 || r.rule.Mode != rules.EventMode || it.Sec == s {
		r.table.Add(slot, it.Sec, it.Place, it.Inputs)
		return
	}
	own := make([]windowing.Input, len(it.Inputs))
	own[0] = it.Inputs[0]
	r.table.Add(slot, s, it.Place, own)
	copy(own, it.Inputs)
	own[0] = windowing.Input{}
	r.table.Add(slot, it.Sec, it.Place, own)
}

// spend empties a group's windows: it has made its alert. What looks back to the
// group's creation has no window to empty.
func (r *ruleState) spend(slot uint32) {
	r.table.Clear(slot)
	if r.records != nil && r.rule.Window > 0 {
		r.records.past.Drop(slot)
	}
	r.unfollow(slot)
}

// drop forgets all that a group's records left.
func (r *ruleState) drop(slot uint32) {
	r.table.Drop(slot)
	if r.records != nil {
		r.records.past.Drop(slot)
	}
	r.unfollow(slot)
}

// unfollow forgets the steps that a group has taken.
func (r *ruleState) unfollow(slot uint32) {
	if r.order != nil {
		r.order.past.Drop(slot)
		delete(r.order.stepped, slot)
	}
}
