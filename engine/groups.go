package engine

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
	r.drop(slot)
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
	after := r.rule.Groups.ForgetAfter
	if r.order != nil {
		after = max(after, r.order.reach) // a start may still go unanswered
	}
	for slot := r.lru.head; slot != none; {
		g := &r.slots[slot]
		if g.last > s-after {
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
