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

func (m *member) link() *uint32   { return &m.next }
func (s *sighting) link() *uint32 { return &s.next }

func (c *distincts) accepts(in Input) bool { return in.On }
func (c *distincts) reachSlot(slot uint32) { c.slots.reach(slot) }
func (c *distincts) reachEntry(id uint32)  { c.parts.reach(id) }

func (c *distincts) add(e place, in Input, inside bool) {
	id := c.join(e.slot, in.Hash)
	m := c.members.at(id)
	if m.newest != 0 {
		if s := c.sightings.at(m.newest); s.member == id && s.entry == e.id {
			return
		}
	}
	first := c.parts.at(e.id)
	m.newest = c.sightings.take()
	*c.sightings.at(m.newest) = sighting{member: id, entry: e.id, next: *first}
	*first = m.newest
	m.sightings++
	if inside {
		c.count(m)
	}
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
	return id
}

// part removes the member.
func (c *distincts) part(id uint32) {
	m := c.members.at(id)
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
		c.count(c.members.at(s.member))
		id = s.next
	}
	return first != 0
}

func (c *distincts) leave(e place) bool {
	first := *c.parts.at(e.id)
	for id := first; id != 0; {
		s := c.sightings.at(id)
		c.unsee(s.member)
		id = s.next
	}
	c.discard(e.id)
	return first != 0
}

// unsee takes a sighting that is inside the window from the member.
func (c *distincts) unsee(id uint32) {
	m := c.members.at(id)
	if m.inside--; m.inside == 0 {
		c.slots.at(m.slot).inside--
	}
	if m.sightings--; m.sightings == 0 {
		c.part(id)
	}
}

// discard frees the sightings only: their members are gone, or dealt with by the caller.
func (c *distincts) discard(entry uint32) {
	first := c.parts.at(entry)
	for *first != 0 {
		id := *first
		*first = c.sightings.at(id).next
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

func (c *distincts) save(id uint32, st *ColumnState) {
	n := uint32(0)
	for s := *c.parts.at(id); s != 0; s = c.sightings.at(s).next {
		st.Hashes = append(st.Hashes, c.members.at(c.sightings.at(s).member).hash)
		n++
	}
	st.Counts = append(st.Counts, n)
}

// load adds from the end, which leaves the chain in the order in which it was saved.
func (c *distincts) load(e place, st *ColumnState, inside bool) error {
	n, err := st.nextCount()
	if err != nil {
		return err
	}
	hashes, err := st.nextHashes(n)
	for i := len(hashes) - 1; i >= 0; i-- {
		c.add(e, Input{On: true, Hash: hashes[i]}, inside)
	}
	return err
}
