package engine

import "container/heap"

func (r *ruleState) planSchedule(after int64) {
	r.cron = never
	if at, ok := r.rule.Schedule.Next(after); ok {
		r.cron = at
	}
}

// nextDue is the next second at which the rule must be evaluated even if no
// record comes.
func (r *ruleState) nextDue() (int64, bool) {
	if r.faults.Quarantined {
		return 0, false
	}
	at, ok := r.table.NextChange()
	for len(r.timers) > 0 && !r.stillDue(r.timers[0]) {
		heap.Pop(&r.timers)
	}
	if len(r.timers) > 0 && (!ok || r.timers[0].at < at) {
		at, ok = r.timers[0].at, true
	}
	for _, own := range []int64{r.cron, r.faults.From} {
		if own != never && (!ok || own < at) {
			at, ok = own, true
		}
	}
	return at, ok
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
	if !r.slots.Has(t.slot) || !r.slots.At(t.slot).alive {
		return false
	}
	g := r.slots.At(t.slot)
	if r.rule.Absence && r.overdue(t.slot) == t.at {
		return true
	}
	if r.order != nil && r.order.waits(t.slot, t.at) {
		return true
	}
	return g.incident != 0 && r.active[g.incident].Wake == t.at
}

// rearm asks again for every second after the final one that groups wait for.
func (r *ruleState) rearm(final int64) {
	for slot := r.lru.head; slot != none; slot = r.slots.At(slot).next {
		g := r.slots.At(slot)
		if r.rule.Absence && r.overdue(slot) > final {
			r.timers.add(timer{at: r.overdue(slot), slot: slot})
		}
		if g.incident != 0 && r.active[g.incident].Wake > final {
			r.timers.add(timer{at: r.active[g.incident].Wake, slot: slot})
		}
		if r.order != nil {
			r.order.rearm(&r.timers, slot, final)
		}
	}
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
