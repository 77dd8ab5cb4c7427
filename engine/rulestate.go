package engine

import (
	"bytes"
	"container/heap"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/redact"
	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// ruleState is everything one rule remembers.
type ruleState struct {
	rule   *rules.Rule
	index  int   // place in file order
	due    int64 // the second it waits for in Engine.due; never: none
	cron   int64 // next second of rule.Schedule; never: none
	groups *windowing.Groups
	table  *windowing.Table
	slots  []group    // by slot
	lru    lru        // groups by their last match
	active []incident // index 0 is unused
	free   []uint32   // of active
	timers timerHeap
	fresh  map[uint32]int64 // event mode: new matching records per group since the last judgement
	recent samples
	redact *redact.Redactor
	shown  []string // reused by key
	byName []int    // of group labels sorted by name: their places in group_by
	stats  Stats

	touched []uint32
	told    []told
	victims victims
}

// group is what a rule remembers of each group, besides its windows. It holds
// no pointers, so that a million of them cost the garbage collector nothing.
type group struct {
	last       int64 // second at which the newest matching record was evaluated
	armed      int64 // absence: judged from one window after
	prev, next uint32
	incident   uint32 // into ruleState.active; 0: none
	alive      bool
	expected   bool // named by groups.expect: never forgotten or evicted
}

func newRuleState(r *rules.Rule, index int, redact *redact.Redactor) *ruleState {
	rs := &ruleState{rule: r, index: index, redact: redact, due: never, cron: never, groups: windowing.NewGroups(),
		table: windowing.NewTable(r.Columns), active: make([]incident, 1), fresh: map[uint32]int64{}}
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
	if r.rule.Absence {
		for _, tuple := range r.rule.Groups.Expect {
			slot, _ := r.group(r.key(tuple, tuple), first)
			r.slots[slot].expected = true
			if armed != first {
				r.slots[slot].armed = armed
				r.timers.add(timer{at: armed + r.rule.Window, slot: slot})
			}
		}
	}
	if r.rule.Schedule != nil {
		r.planSchedule(first - 1)
	}
}

func (r *ruleState) planSchedule(after int64) {
	r.cron = never
	if at, ok := r.rule.Schedule.Next(after); ok {
		r.cron = at
	}
}

// nextDue is the next second at which the rule must be evaluated even if no
// record comes.
func (r *ruleState) nextDue() (int64, bool) {
	at, ok := r.table.NextChange()
	for len(r.timers) > 0 && !r.stillDue(r.timers[0]) {
		heap.Pop(&r.timers)
	}
	if len(r.timers) > 0 && (!ok || r.timers[0].at < at) {
		at, ok = r.timers[0].at, true
	}
	if r.cron != never && (!ok || r.cron < at) {
		at, ok = r.cron, true
	}
	return at, ok
}

// evaluate brings the rule through one second: what leaves its windows, the
// second's records, then the judgement of every group this concerns.
func (r *ruleState) evaluate(e *Engine, s int64, items []item) {
	// What went unforgotten because nothing was evaluated in between is gone
	// before the records of s come: the answer must not depend on which seconds
	// something else in the rule happened to ask for.
	if before, ok := r.table.Now(); ok && before < s-1 {
		r.forget(s - 1)
	}
	r.touched = r.touched[:0]
	r.table.Advance(s, func(slot uint32) { r.touched = append(r.touched, slot) })
	for _, it := range items {
		r.take(it, windowing.Order{Source: e.sources[it.Source].Name, Gen: it.Gen, Pos: it.Pos}, s)
	}
	r.forget(s)
	r.collectTimers(s)
	if r.rule.Schedule != nil {
		r.touched = r.touched[:0]
		if s == r.cron {
			r.touched = slices.AppendSeq(r.touched, r.groups.All())
			r.planSchedule(s)
		}
	}
	slices.Sort(r.touched)
	r.told = r.told[:0]
	for _, slot := range slices.Compact(r.touched) {
		if r.slots[slot].alive {
			from := len(e.out)
			r.judge(e, slot, s)
			r.collect(e, slot, from)
		}
	}
	r.tell(e)
	if r.rule.Schedule == nil {
		clear(r.fresh)
	}
}

// take adds one record to its group. A record that looks forged does not count
// for a group that fires: it may raise an alert, never keep or end one.
func (r *ruleState) take(it item, at windowing.Order, s int64) {
	slot, evicted := r.group(it.Key, s)
	if evicted {
		return
	}
	if g := &r.slots[slot]; it.Suspect && g.incident != 0 && r.active[g.incident].State == alert.Firing {
		return
	}
	r.touch(slot, s)
	r.count(slot, it, at, s)
	r.recent.add(it.Key, it.Sample)
	r.touched = append(r.touched, slot)
	if r.rule.Mode == rules.EventMode {
		r.fresh[slot]++
	}
}

// count adds a record to the windows. Without a window, count is the number of
// matches of the second evaluated, a late one included; the aggregates' windows
// go by the record's own second all the same.
func (r *ruleState) count(slot uint32, it item, at windowing.Order, s int64) {
	if r.rule.Window > 0 || r.rule.Mode != rules.EventMode || it.Sec == s {
		r.table.Add(slot, it.Sec, at, it.Inputs)
		return
	}
	own := make([]windowing.Input, len(it.Inputs))
	own[0] = it.Inputs[0]
	r.table.Add(slot, s, at, own)
	copy(own, it.Inputs)
	own[0] = windowing.Input{}
	r.table.Add(slot, it.Sec, at, own)
}

// group returns the slot of a key; a new group may push out an old one, or be
// the one to go itself.
func (r *ruleState) group(key []byte, s int64) (slot uint32, evicted bool) {
	slot, created := r.groups.Slot(key)
	if !created {
		return slot, false
	}
	r.stats.Groups++
	for int(slot) >= len(r.slots) {
		r.slots = append(r.slots, group{})
	}
	r.slots[slot] = group{alive: true, armed: s, last: s, prev: none, next: none}
	r.lru.push(r.slots, slot)
	r.victims.joined(r, slot, s)
	if r.rule.Absence {
		r.timers.add(timer{at: s + r.rule.Window, slot: slot})
	}
	if r.groups.Len() > r.rule.Groups.Max {
		return slot, r.evict() == slot
	}
	return slot, false
}

// remove forgets a group altogether.
func (r *ruleState) remove(slot uint32) {
	g := &r.slots[slot]
	r.lru.remove(r.slots, slot)
	if g.incident != 0 {
		r.release(slot)
	}
	delete(r.fresh, slot)
	r.table.Drop(slot)
	r.groups.Remove(slot)
	*g = group{}
}

// quiet reports whether a group is neither firing nor pending.
func (r *ruleState) quiet(slot uint32) bool {
	g := &r.slots[slot]
	return g.incident == 0 || r.active[g.incident].State == 0
}

// forget drops groups that had no matching record for forget_after.
func (r *ruleState) forget(s int64) {
	for slot := r.lru.head; slot != none; {
		g := &r.slots[slot]
		if g.last > s-r.rule.Groups.ForgetAfter {
			return
		}
		next := g.next
		if r.quiet(slot) && !g.expected {
			r.remove(slot)
		}
		slot = next
	}
}

// evict drops the least recently matched group that is neither firing nor
// pending, of several the first by labels, and returns it; none if there is no
// such group.
func (r *ruleState) evict() uint32 {
	slot := r.victims.pop(r)
	if slot != none {
		r.stats.Evicted++
		r.remove(slot)
	}
	return slot
}

// collectTimers adds the groups whose own timer is due now.
func (r *ruleState) collectTimers(s int64) {
	for len(r.timers) > 0 && r.timers[0].at <= s {
		t := heap.Pop(&r.timers).(timer)
		if t.at == s && r.stillDue(t) {
			r.touched = append(r.touched, t.slot)
		}
	}
}

// stillDue reports whether the group still waits for that second.
func (r *ruleState) stillDue(t timer) bool {
	if int(t.slot) >= len(r.slots) || !r.slots[t.slot].alive {
		return false
	}
	g := &r.slots[t.slot]
	if r.rule.Absence && g.armed+r.rule.Window == t.at {
		return true
	}
	return g.incident != 0 && r.active[g.incident].Wake == t.at
}

// timer asks for a group to be judged at a second. It is only valid while the
// group still wants it (stillDue).
type timer struct {
	at   int64
	slot uint32
}

type timerHeap []timer

func (h *timerHeap) add(t timer) { heap.Push(h, t) }

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timerHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *timerHeap) Push(x any)        { *h = append(*h, x.(timer)) }
func (h *timerHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

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
	slices.SortStableFunc(r.told, func(a, b told) int { return r.compareKeys(r.groups.Key(a.slot), r.groups.Key(b.slot)) })
	for _, t := range r.told {
		e.out = append(e.out, t.out)
	}
}
