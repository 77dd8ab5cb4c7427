package windowing

// MaxDistinct is the greatest number of distinct values reported; above it Value says approx.
const MaxDistinct = 10_000

// distincts is the column of Distinct: the exact multiset of hashes per slot.
//
// A hash of a slot is one member, found by an index; each entry has a chain of sightings, at most one per member but for late
// records. A member lives as long as any sighting does, and counts as long as one of them is inside the window.
type distincts struct {
	parts     slab[uint32] // first sighting of each entry
	slots     slab[membership]
	members   pool[member, *member]
	sightings pool[sighting, *sighting]
	index     index // of members
	tally     *tally
}

type membership struct {
	inside uint32 // members that count
	first  uint32
}

type member struct {
	hash       uint64
	slot       uint32
	inside     uint32 // sightings inside the window
	sightings  uint32
	newest     uint32 // the latest sighting made; it may be gone or reused
	prev, next uint32 // members of the same slot
}

type sighting struct{ member, entry, next uint32 }

func (s *sighting) of(member, entry uint32) bool { return s.member == member && s.entry == entry }

func (m *member) link() *uint32   { return &m.next }
func (s *sighting) link() *uint32 { return &s.next }

func (c *distincts) accepts(in *Input) bool { return in.On }
func (c *distincts) reachSlot(slot uint32)  { c.slots.reach(slot) }
func (c *distincts) reachEntry(id uint32)   { c.parts.reach(id) }

func (c *distincts) add(e place, in *Input, inside bool) { c.see(e, in.Hash, 1, inside) }

// see counts n records and returns their member. More records of the newest entry with the same hash only count for the tally.
func (c *distincts) see(e place, hash uint64, n uint32, inside bool) uint32 {
	id := c.join(e.slot, hash)
	m := c.members.at(id)
	if c.tally != nil && inside {
		c.tally.short.leave(id)
		defer c.tally.short.enter(id)
	}
	if m.newest == 0 || !c.sightings.at(m.newest).of(id, e.id) {
		first := c.parts.at(e.id)
		m.newest = c.sightings.take()
		*c.sightings.at(m.newest) = sighting{member: id, entry: e.id, next: *first}
		*first = m.newest
		m.sightings++
		if inside {
			c.count(m)
		}
	}
	if c.tally != nil {
		c.tally.see(id, m.newest, n, inside)
	}
	return id
}

func (c *distincts) count(m *member) {
	if m.inside++; m.inside == 1 {
		c.slots.at(m.slot).inside++
	}
}

// join returns the member for a hash of a slot and makes it if needed.
func (c *distincts) join(slot uint32, hash uint64) uint32 {
	tag := memberTag(slot, hash)
	if id := c.index.find(tag, func(id uint32) bool {
		m := c.members.at(id)
		return m.hash == hash && m.slot == slot
	}); id != 0 {
		return id
	}
	id := c.members.take()
	s := c.slots.at(slot)
	*c.members.at(id) = member{hash: hash, slot: slot, next: s.first}
	if s.first != 0 {
		c.members.at(s.first).prev = id
	}
	s.first = id
	c.index.put(tag, id, c.tagOf)
	if c.tally != nil {
		c.tally.join(id, hash)
	}
	return id
}

// part removes the member.
func (c *distincts) part(id uint32) {
	m := c.members.at(id)
	if c.tally != nil {
		c.tally.part(m.hash)
	}
	c.index.remove(memberTag(m.slot, m.hash), id, c.tagOf)
	if m.prev != 0 {
		c.members.at(m.prev).next = m.next
	} else {
		c.slots.at(m.slot).first = m.next
	}
	if m.next != 0 {
		c.members.at(m.next).prev = m.prev
	}
	c.members.give(id)
}

// memberTag mixes as xxh3 ends, so that poor hashes spread too.
func memberTag(slot uint32, hash uint64) uint32 {
	h := (hash ^ uint64(slot)*0x9e3779b97f4a7c15) * 0x165667919e3779f9
	return uint32(h >> 32)
}

func (c *distincts) tagOf(id uint32) uint32 {
	m := c.members.at(id)
	return memberTag(m.slot, m.hash)
}

func (c *distincts) enter(e place) bool {
	first := *c.parts.at(e.id)
	for id := first; id != 0; {
		s := c.sightings.at(id)
		if c.tally == nil {
			c.count(c.members.at(s.member))
		} else {
			c.tally.short.leave(s.member)
			c.count(c.members.at(s.member))
			c.tally.enter(s.member, id)
			c.tally.short.enter(s.member)
		}
		id = s.next
	}
	return first != 0
}

func (c *distincts) leave(e place) bool {
	first := *c.parts.at(e.id)
	for id := first; id != 0; {
		s := c.sightings.at(id)
		if c.tally != nil {
			c.tally.short.leave(s.member)
			c.tally.leave(s.member, id)
		}
		c.uncount(s.member)
		if c.tally != nil {
			c.tally.short.enter(s.member)
		}
		if c.members.at(s.member).sightings == 0 {
			c.part(s.member)
		}
		id = s.next
	}
	c.discard(e.id)
	return first != 0
}

// uncount takes a sighting that is inside the window from the member.
func (c *distincts) uncount(id uint32) {
	m := c.members.at(id)
	if m.inside--; m.inside == 0 {
		c.slots.at(m.slot).inside--
	}
	m.sightings--
}

// discard frees the sightings only: their members are gone, or dealt with by the caller.
func (c *distincts) discard(entry uint32) {
	first := c.parts.at(entry)
	for *first != 0 {
		id := *first
		*first = c.sightings.at(id).next
		if c.tally != nil {
			c.tally.forget(id)
		}
		c.sightings.give(id)
	}
}

func (c *distincts) value(slot uint32) (v float64, ok, approx bool) {
	n := c.slots.at(slot).inside
	return float64(min(n, MaxDistinct)), true, n > MaxDistinct
}

func (c *distincts) holds(slot uint32) bool { return c.slots.at(slot).inside > 0 }

func (c *distincts) drop(slot uint32) {
	for s := c.slots.at(slot); s.first != 0; {
		c.part(s.first)
	}
	*c.slots.at(slot) = membership{}
}

func (c *distincts) save(e place, st *ColumnState) {
	n := uint32(0)
	for s := *c.parts.at(e.id); s != 0; s = c.sightings.at(s).next {
		st.Hashes = append(st.Hashes, c.members.at(c.sightings.at(s).member).hash)
		n++
	}
	st.Counts = append(st.Counts, n)
}

// load adds from the end, which leaves the chain in the order in which it was saved.
func (c *distincts) load(e place, st *ColumnState, now phase) error {
	hashes, err := st.nextHashes(now)
	for i := len(hashes) - 1; i >= 0; i-- {
		c.see(e, hashes[i], 1, now == isInside)
	}
	return err
}
