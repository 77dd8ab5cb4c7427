package engine

// group is what a rule remembers of each group, besides its windows. It holds
// no pointers, so that a million of them cost the garbage collector nothing, and
// 20 bytes, because there are a million of them.
type group struct {
	lastLow    uint32 // of last
	prev, next uint32
	incident   uint32 // into ruleState.active; 0: none
	lastHigh   int16
	alive      bool
	expected   bool // named by groups.expect: never forgotten or evicted
}

// last is the second at which the newest matching record was evaluated. 48 bits
// of it are kept: four million years.
func (g *group) last() int64 { return int64(g.lastHigh)<<32 | int64(g.lastLow) }

func (g *group) setLast(s int64) { g.lastHigh, g.lastLow = int16(s>>32), uint32(s) }

// join makes the slot that of a group whose newest record is of second s.
func (r *ruleState) join(slot uint32, s int64) *group {
	r.slots.Reach(slot)
	g := r.slots.At(slot)
	*g = group{alive: true}
	g.setLast(s)
	r.lru.push(&r.slots, slot)
	return g
}

// arm says from when on the silence of an absence group counts.
func (r *ruleState) arm(slot uint32, s int64) {
	r.armed.Reach(slot)
	*r.armed.At(slot) = s
}

// overdue is the first second at which an absence group may be missed.
func (r *ruleState) overdue(slot uint32) int64 { return *r.armed.At(slot) + r.rule.Window }

// group returns the slot of a key; a new group may push out an old one, or be
// the one to go itself.
func (r *ruleState) group(key []byte, s int64) (slot uint32, evicted bool) {
	slot, created := r.groups.Slot(key)
	if !created {
		return slot, false
	}
	r.stats.Groups++
	r.join(slot, s)
	r.victims.joined(r, slot, s)
	if r.rule.Absence {
		r.arm(slot, s)
		r.timers.add(timer{at: r.overdue(slot), slot: slot})
	}
	if r.groups.Len() > r.rule.Groups.Max {
		return slot, r.evict() == slot
	}
	return slot, false
}

// remove forgets a group altogether.
func (r *ruleState) remove(slot uint32) {
	g := r.slots.At(slot)
	r.lru.remove(&r.slots, slot)
	if g.incident != 0 {
		r.release(slot)
	}
	delete(r.fresh, slot)
	r.drop(slot)
	r.groups.Remove(slot)
	*g = group{}
}

// quiet reports whether a group is neither firing nor pending.
func (r *ruleState) quiet(slot uint32) bool {
	g := r.slots.At(slot)
	return g.incident == 0 || r.active[g.incident].State == 0
}

// forget drops groups that had no matching record for forget_after.
func (r *ruleState) forget(s int64) {
	after := r.rule.Groups.ForgetAfter
	if r.order != nil {
		after = max(after, r.order.reach) // a start may still go unanswered
	}
	for slot := r.oldest(); slot != none; slot = r.oldest() {
		if r.slots.At(slot).last() > s-after {
			return
		}
		r.remove(slot)
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
