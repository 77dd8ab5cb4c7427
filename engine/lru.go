package engine

import (
	"bytes"
	"container/heap"
)

const none = ^uint32(0)

// lru chains groups by the second of their last match, oldest first. Seconds
// are evaluated in order, so appending keeps the order.
type lru struct{ head, tail uint32 }

func (l *lru) clear() { l.head, l.tail = none, none }

func (l *lru) push(slots []group, slot uint32) {
	g := &slots[slot]
	g.prev, g.next = l.tail, none
	if l.tail == none {
		l.head = slot
	} else {
		slots[l.tail].next = slot
	}
	l.tail = slot
}

func (l *lru) remove(slots []group, slot uint32) {
	g := &slots[slot]
	if g.prev == none {
		l.head = g.next
	} else {
		slots[g.prev].next = g.next
	}
	if g.next == none {
		l.tail = g.prev
	} else {
		slots[g.next].prev = g.prev
	}
}

// touch notes a match of the group at s.
func (r *ruleState) touch(slot uint32, s int64) {
	r.lru.remove(r.slots, slot)
	r.slots[slot].last = s
	r.lru.push(r.slots, slot)
	r.victims.joined(r, slot, s)
}

// victims are the groups with the oldest last match, first by labels: those to
// evict next. They are gathered once per second of last match, so that a flood
// of new groups does not compare all with all.
type victims struct {
	last int64
	list []victim
	rule *ruleState
}

// victim has its own key: its slot may meanwhile belong to another group.
type victim struct {
	slot uint32
	key  []byte
}

// pop returns the next group to evict, or none.
func (v *victims) pop(r *ruleState) uint32 {
	v.rule = r
	for {
		for len(v.list) > 0 {
			if next := heap.Pop(v).(victim); v.still(next) {
				return next.slot
			}
		}
		if !v.gather(r) {
			return none
		}
	}
}

// still reports whether a gathered group may still go.
func (v *victims) still(x victim) bool {
	g := &v.rule.slots[x.slot]
	return g.alive && g.last == v.last && v.rule.quiet(x.slot) && !g.expected && bytes.Equal(v.rule.groups.Key(x.slot), x.key)
}

// gather finds the oldest groups that may go.
func (v *victims) gather(r *ruleState) bool {
	v.list = v.list[:0]
	for slot := r.lru.head; slot != none; slot = r.slots[slot].next {
		g := &r.slots[slot]
		if len(v.list) > 0 && g.last != v.last {
			break
		}
		if r.quiet(slot) && !g.expected {
			v.last = g.last
			v.list = append(v.list, victim{slot, r.groups.Key(slot)})
		}
	}
	heap.Init(v)
	return len(v.list) > 0
}

// joined keeps the gathered ones complete when they are those of the second
// being evaluated.
func (v *victims) joined(r *ruleState, slot uint32, s int64) {
	if len(v.list) > 0 && v.last == s {
		v.rule = r
		heap.Push(v, victim{slot, r.groups.Key(slot)})
	}
}

// calmed notes that a group that fired or was pending may be evicted from now
// on: it may come before the gathered ones.
func (v *victims) calmed() { v.list = v.list[:0] }

func (v *victims) Len() int           { return len(v.list) }
func (v *victims) Less(i, j int) bool { return v.rule.compareKeys(v.list[i].key, v.list[j].key) < 0 }
func (v *victims) Swap(i, j int)      { v.list[i], v.list[j] = v.list[j], v.list[i] }
func (v *victims) Push(x any)         { v.list = append(v.list, x.(victim)) }
func (v *victims) Pop() any {
	x := v.list[len(v.list)-1]
	v.list = v.list[:len(v.list)-1]
	return x
}
