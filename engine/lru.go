package engine

import (
	"bytes"
	"container/heap"

	"github.com/smarty-alert/smarty-alert/windowing"
)

const none = ^uint32(0)

// lru chains groups by the second of their last match, oldest first. Seconds
// are evaluated in order, so appending keeps the order.
type lru struct {
	head, tail uint32
	from       uint32 // none of those before it may go: they fire, pend or are expected
}

func (l *lru) clear() { l.head, l.tail, l.from = none, none, none }

func (l *lru) push(slots *windowing.Slab[group], slot uint32) {
	g := slots.At(slot)
	g.prev, g.next = l.tail, none
	if l.tail == none {
		l.head = slot
	} else {
		slots.At(l.tail).next = slot
	}
	l.tail = slot
	if l.from == none {
		l.from = slot
	}
}

func (l *lru) remove(slots *windowing.Slab[group], slot uint32) {
	g := slots.At(slot)
	if l.from == slot {
		l.from = g.next
	}
	if g.prev == none {
		l.head = g.next
	} else {
		slots.At(g.prev).next = g.next
	}
	if g.next == none {
		l.tail = g.prev
	} else {
		slots.At(g.next).prev = g.prev
	}
}

// oldest is the least recently matched group that may go, none if there is none.
// Those that may not are passed once, and not again every second.
func (r *ruleState) oldest() uint32 {
	for r.lru.from != none && !r.mayGo(r.lru.from) {
		r.lru.from = r.slots.At(r.lru.from).next
	}
	return r.lru.from
}

// mayGo reports whether a group may be forgotten or evicted.
func (r *ruleState) mayGo(slot uint32) bool { return r.quiet(slot) && !r.slots.At(slot).expected }

// touch notes a match of the group at s.
func (r *ruleState) touch(slot uint32, s int64) {
	r.slots.At(slot).setLast(s)
	if slot != r.lru.tail || r.lru.from == none { // else it is the newest already
		r.lru.remove(&r.slots, slot)
		r.lru.push(&r.slots, slot)
	}
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
	g := v.rule.slots.At(x.slot)
	return g.alive && g.last() == v.last && v.rule.mayGo(x.slot) && bytes.Equal(v.rule.groups.Key(x.slot), x.key)
}

// gather finds the oldest groups that may go.
func (v *victims) gather(r *ruleState) bool {
	v.list = v.list[:0]
	for slot := r.oldest(); slot != none; slot = r.slots.At(slot).next {
		g := r.slots.At(slot)
		if len(v.list) > 0 && g.last() != v.last {
			break
		}
		if r.mayGo(slot) {
			v.last = g.last()
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

// calmed notes that a group that fired or was pending may go from now on: it may
// come before all that were looked at.
func (r *ruleState) calmed() {
	r.victims.list = r.victims.list[:0]
	r.lru.from = r.lru.head
}

func (v *victims) Len() int           { return len(v.list) }
func (v *victims) Less(i, j int) bool { return v.rule.compareKeys(v.list[i].key, v.list[j].key) < 0 }
func (v *victims) Swap(i, j int)      { v.list[i], v.list[j] = v.list[j], v.list[i] }
func (v *victims) Push(x any)         { v.list = append(v.list, x.(victim)) }
func (v *victims) Pop() any {
	x := v.list[len(v.list)-1]
	v.list = v.list[:len(v.list)-1]
	return x
}
