package windowing

// firsts is the column of First over a window: the oldest record leaves before the others, so each entry keeps its first one, and
// each slot a list of those inside, ascending.
type firsts struct {
	worded
	order *ordering
	parts slab[uint32] // the first record of each entry
	nodes pool[listed, *listed]
	lists slab[ends]
}

// listed is a record of an entry; it is linked while it is inside.
type listed struct {
	key
	v          any
	prev, next uint32
}

func (n *listed) link() *uint32 { return &n.next }

func (c *firsts) accepts(in *Input) bool { return in.On && storable(in.Any) }
func (c *firsts) reachSlot(slot uint32)  { c.lists.reach(slot) }
func (c *firsts) reachEntry(id uint32)   { c.parts.reach(id) }

func (c *firsts) add(e place, in *Input, inside bool) {
	id := c.parts.at(e.id)
	if *id != 0 && c.order.compare(c.order.at, c.nodes.at(*id).key) >= 0 {
		return
	}
	v, _ := stored(in.Any)
	if *id != 0 && inside {
		c.unlink(e.slot, *id)
	}
	c.put(e, c.order.at, v, inside)
}

func (c *firsts) put(e place, k key, v any, inside bool) {
	id := c.parts.at(e.id)
	if *id == 0 {
		*id = c.nodes.take()
	}
	n := c.nodes.at(*id)
	n.key, n.v = k, v
	if inside {
		c.insert(e.slot, *id)
	}
}

// insert looks for the place from the end: it is the end but for late records.
func (c *firsts) insert(slot, id uint32) {
	d, n := c.lists.at(slot), c.nodes.at(id)
	before, after := d.last, uint32(0)
	for before != 0 && c.order.compare(c.nodes.at(before).key, n.key) > 0 {
		before, after = c.nodes.at(before).prev, before
	}
	n.prev, n.next = before, after
	*c.follow(d, before), *c.precede(d, after) = id, id
}

func (c *firsts) unlink(slot, id uint32) {
	d, n := c.lists.at(slot), c.nodes.at(id)
	*c.follow(d, n.prev), *c.precede(d, n.next) = n.next, n.prev
}

// follow is the link that leads forward from a node, or into the list.
func (c *firsts) follow(d *ends, id uint32) *uint32 {
	if id == 0 {
		return &d.first
	}
	return &c.nodes.at(id).next
}

// precede is the link that leads back from a node, or into the list from its end.
func (c *firsts) precede(d *ends, id uint32) *uint32 {
	if id == 0 {
		return &d.last
	}
	return &c.nodes.at(id).prev
}

func (c *firsts) enter(e place) bool {
	id := *c.parts.at(e.id)
	if id != 0 {
		c.insert(e.slot, id)
	}
	return id != 0
}

func (c *firsts) leave(e place) bool {
	id := *c.parts.at(e.id)
	if id != 0 {
		c.unlink(e.slot, id)
	}
	c.discard(e.id)
	return id != 0
}

func (c *firsts) discard(entry uint32) {
	if id := c.parts.at(entry); *id != 0 {
		c.nodes.give(*id)
		*id = 0
	}
}

func (c *firsts) any(slot uint32) any {
	first := c.lists.at(slot).first
	if first == 0 {
		return nil
	}
	return c.nodes.at(first).v
}

func (c *firsts) holds(slot uint32) bool { return c.lists.at(slot).first != 0 }

// drop lets go of the list only: its nodes go with their entries.
func (c *firsts) drop(slot uint32) { *c.lists.at(slot) = ends{} }

func (c *firsts) save(e place, st *ColumnState) {
	id := *c.parts.at(e.id)
	if id == 0 {
		st.Counts = append(st.Counts, 0)
		return
	}
	n := c.nodes.at(id)
	st.Counts = append(st.Counts, 1)
	st.Records.addKey(c.order, n.key)
	st.Records.Values.add(n.v)
}

func (c *firsts) load(e place, st *ColumnState, now phase) error {
	n, err := st.nextPart(now)
	if err != nil || n == 0 {
		return err
	}
	k, v, err := st.Records.nextKept(c.order)
	if err == nil && (n > 1 || !e.covers(k)) {
		err = errPart
	}
	if err != nil {
		return err
	}
	c.put(e, k, v, now == isInside)
	return nil
}
