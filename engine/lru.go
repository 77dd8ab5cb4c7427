package engine

import (
	"bytes"
	"container/heap"
	"encoding/binary"
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
	last  int64
	slots []uint32
	rule  *ruleState
}

// pop returns the next group to evict, or none.
func (v *victims) pop(r *ruleState, s int64) uint32 {
	v.rule = r
	for {
		for len(v.slots) > 0 {
			slot := heap.Pop(v).(uint32)
			if v.still(slot) {
				return slot
			}
		}
		if !v.gather(r) {
			return none
		}
	}
}

// still reports whether a gathered group may still go.
func (v *victims) still(slot uint32) bool {
	g := &v.rule.slots[slot]
	return g.alive && g.last == v.last && v.rule.quiet(slot) && !g.expected
}

// gather finds the oldest groups that may go.
func (v *victims) gather(r *ruleState) bool {
	v.slots = v.slots[:0]
	for slot := r.lru.head; slot != none; slot = r.slots[slot].next {
		g := &r.slots[slot]
		if len(v.slots) > 0 && g.last != v.last {
			break
		}
		if r.quiet(slot) && !g.expected {
			v.last = g.last
			v.slots = append(v.slots, slot)
		}
	}
	heap.Init(v)
	return len(v.slots) > 0
}

// joined keeps the gathered ones complete when they are those of the second
// being evaluated.
func (v *victims) joined(r *ruleState, slot uint32, s int64) {
	if len(v.slots) > 0 && v.last == s {
		v.rule = r
		heap.Push(v, slot)
	}
}

func (v *victims) Len() int { return len(v.slots) }
func (v *victims) Less(i, j int) bool {
	return v.rule.compareKeys(v.slots[i], v.slots[j]) < 0
}
func (v *victims) Swap(i, j int) { v.slots[i], v.slots[j] = v.slots[j], v.slots[i] }
func (v *victims) Push(x any)    { v.slots = append(v.slots, x.(uint32)) }
func (v *victims) Pop() any {
	x := v.slots[len(v.slots)-1]
	v.slots = v.slots[:len(v.slots)-1]
	return x
}

// compareKeys orders two groups by their labels, sorted by name.
func (r *ruleState) compareKeys(a, b uint32) int {
	ka, kb := r.groups.Key(a), r.groups.Key(b)
	for _, i := range r.byName {
		if c := bytes.Compare(label(ka, i), label(kb, i)); c != 0 {
			return c
		}
	}
	return 0
}

// label is the i-th text of an encoded key.
func label(key []byte, i int) []byte {
	for {
		n, w := binary.Uvarint(key)
		key = key[w:]
		if i == 0 {
			return key[:n]
		}
		key, i = key[n:], i-1
	}
}
