package windowing

import (
	"cmp"
	"fmt"
	"slices"
)

// MaxRemembered is how many values a FirstSeen column remembers outside of windows, over all slots; beyond that it forgets
// those that were seen longest ago.
const MaxRemembered = 100_000

// firstSeens is the column of FirstSeen: distincts that live on when they have left the window. Of all sightings before the window
// only the newest matters, because it is the last to leave the memory: a value remembers one second, and no entries.
//
// A remembered value stands in one of two queues: with a record in the window it is known, and to leave the memory makes it
// count, which is a change; else it is outside, may be forgotten for want of room, and nobody notices when.
type firstSeens struct {
	distincts
	leaves, ends   int64 // from a record's second: until it leaves the window, and the memory
	limit          int
	memories       slab[memory] // by member
	known, outside queue
	knowns         slab[uint32] // by slot: members in known
}

// memory is what is remembered of a member.
type memory struct {
	last   int64 // the second of its newest record before the window
	newest int64 // and of its newest record that has a sighting
	hash   uint64
	slot   uint32
	place  uint32
	where  whereabouts
}

// older is the order in which values are forgotten.
func (m *memory) older(n *memory) bool {
	return cmp.Or(cmp.Compare(m.last, n.last), cmp.Compare(m.hash, n.hash), cmp.Compare(m.slot, n.slot)) < 0
}

type whereabouts uint8

const (
	nowhere whereabouts = iota // not remembered
	isKnown
	isOutside
)

func newFirstSeens(c Column) *firstSeens {
	leaves := c.Offset + max(c.Window, 1)
	return &firstSeens{leaves: leaves, ends: leaves + c.Memory, limit: MaxRemembered}
}

func (c *firstSeens) reachSlot(slot uint32) {
	c.distincts.reachSlot(slot)
	c.knowns.reach(slot)
}

func (c *firstSeens) add(e place, in *Input, inside bool) { c.put(e, in.Hash, inside) }

func (c *firstSeens) put(e place, hash uint64, inside bool) {
	id := c.see(e, hash, 1, inside)
	c.memories.reach(id)
	if m := c.memories.at(id); c.members.at(id).sightings == 1 {
		m.newest = e.sec
	} else {
		m.newest = max(m.newest, e.sec)
	}
	c.settle(id)
}

// sight takes note of a late record whose second has left the window already.
func (c *firstSeens) sight(slot uint32, hash uint64, sec, now int64) {
	if sec+c.ends > now {
		id := c.join(slot, hash)
		c.memories.reach(id)
		c.remember(id, sec)
	}
}

func (c *firstSeens) remember(id uint32, sec int64) {
	switch m := c.memories.at(id); {
	case m.where == nowhere:
		m.last, m.hash, m.slot = sec, c.members.at(id).hash, c.members.at(id).slot
	case sec > m.last:
		m.last = sec
		c.queue(m.where).later(id, &c.memories)
	}
	c.place(id)
	for len(c.outside) > c.limit {
		c.unremember(c.outside[0])
	}
}

func (c *firstSeens) queue(of whereabouts) *queue {
	if of == isKnown {
		return &c.known
	}
	return &c.outside
}

// settle puts a member, if it is remembered, into the queue where it belongs.
func (c *firstSeens) settle(id uint32) {
	if c.memories.at(id).where != nowhere {
		c.place(id)
	}
}

func (c *firstSeens) place(id uint32) {
	if c.members.at(id).inside > 0 {
		c.move(id, isKnown)
	} else {
		c.move(id, isOutside)
	}
}

func (c *firstSeens) move(id uint32, to whereabouts) {
	m, slot := c.memories.at(id), c.members.at(id).slot
	if m.where == to {
		return
	}
	if m.where != nowhere {
		c.queue(m.where).remove(id, &c.memories)
	}
	if m.where == isKnown {
		*c.knowns.at(slot)--
	}
	m.where = to
	if to != nowhere {
		c.queue(to).add(id, &c.memories)
	}
	if to == isKnown {
		*c.knowns.at(slot)++
	}
}

// unremember ends the memory of a member, and the member with it if no entry has a sighting of it.
func (c *firstSeens) unremember(id uint32) {
	c.move(id, nowhere)
	if c.members.at(id).sightings == 0 {
		c.part(id)
	}
}

// next is when a value in a window leaves the memory.
func (c *firstSeens) next() (sec int64, ok bool) {
	if len(c.known) == 0 {
		return 0, false
	}
	return c.memories.at(c.known[0]).last + c.ends, true
}

// forget ends the memories that are over at now and appends the slots in which that makes a value count.
func (c *firstSeens) forget(now int64, changed []uint32) []uint32 {
	for len(c.known) > 0 && c.memories.at(c.known[0]).last+c.ends <= now {
		changed = append(changed, c.members.at(c.known[0]).slot)
		c.unremember(c.known[0])
	}
	for len(c.outside) > 0 && c.memories.at(c.outside[0]).last+c.ends <= now {
		c.unremember(c.outside[0])
	}
	return changed
}

func (c *firstSeens) enter(e place) bool {
	any := c.distincts.enter(e)
	for id := *c.parts.at(e.id); id != 0; id = c.sightings.at(id).next {
		c.settle(c.sightings.at(id).member)
	}
	return any
}

func (c *firstSeens) leave(e place) bool {
	first := *c.parts.at(e.id)
	for id := first; id != 0; id = c.sightings.at(id).next {
		member := c.sightings.at(id).member
		c.uncount(member)
		c.remember(member, e.sec)
	}
	c.discard(e.id)
	return first != 0
}

func (c *firstSeens) value(slot uint32) (v float64, ok, approx bool) {
	n := c.slots.at(slot).inside - *c.knowns.at(slot)
	return float64(min(n, MaxDistinct)), true, n > MaxDistinct
}

// clear empties the windows of a slot, and remembers what was in them.
func (c *firstSeens) clear(slot uint32, now int64) {
	var seen []memory
	for id := c.slots.at(slot).first; id != 0; id = c.members.at(id).next {
		m, member := *c.memories.at(id), c.members.at(id)
		switch {
		case member.sightings == 0:
		case m.where == nowhere:
			m.last = m.newest
		default:
			m.last = max(m.last, m.newest)
		}
		m.hash = member.hash
		seen = append(seen, m)
	}
	c.drop(slot)
	for _, m := range seen {
		c.sight(slot, m.hash, m.last, now)
	}
}

func (c *firstSeens) drop(slot uint32) {
	for id := c.slots.at(slot).first; id != 0; id = c.members.at(id).next {
		c.move(id, nowhere)
	}
	c.distincts.drop(slot)
}

func (c *firstSeens) load(e place, st *ColumnState, now phase) error {
	hashes, err := st.nextHashes(now)
	for i := len(hashes) - 1; i >= 0; i-- {
		c.put(e, hashes[i], now == isInside)
	}
	return err
}

// saveKept writes the memories by second, slot and hash.
func (c *firstSeens) saveKept(st *ColumnState) {
	ids := slices.Concat(c.known, c.outside)
	slices.SortFunc(ids, func(a, b uint32) int {
		x, y := c.members.at(a), c.members.at(b)
		return cmp.Or(cmp.Compare(c.memories.at(a).last, c.memories.at(b).last), cmp.Compare(x.slot, y.slot), cmp.Compare(x.hash, y.hash))
	})
	for _, id := range ids {
		st.Slots = append(st.Slots, c.members.at(id).slot)
		st.Seen = append(st.Seen, c.members.at(id).hash)
		st.SeenAt = append(st.SeenAt, c.memories.at(id).last)
	}
}

func (c *firstSeens) loadKept(st *ColumnState, now int64) error {
	if len(st.Seen) != len(st.Slots) || len(st.SeenAt) != len(st.Slots) {
		return errShort
	}
	for i, slot := range st.Slots {
		sec := st.SeenAt[i]
		if sec > endOfMinute(now) || sec+c.ends <= now {
			return fmt.Errorf("restore windows: no value of second %d is remembered at %d", sec, now)
		}
		c.sight(slot, st.Seen[i], sec, now)
	}
	if len(c.known)+len(c.outside) != len(st.Slots) {
		return errPart
	}
	return nil
}
