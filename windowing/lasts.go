package windowing

// lasts is the column of Last, and of First since the slot's creation. The newest record outlives all others: it is all that a
// slot keeps, and once it has left, so have they. Only what is yet to enter waits under its entry.
type lasts struct {
	worded
	order   *ordering
	forever bool
	first   bool // keeps the oldest record instead; only forever
	parts   slab[lastPart]
	waiting pool[kept, *kept]
	slots   slab[kept]
}

// lastPart is what an entry brought: any record at all, and before it enters which one counts.
type lastPart struct {
	any     bool
	waiting uint32
}

// kept is a record with its value, nil for none.
type kept struct {
	key
	v    any
	next uint32
}

func (k *kept) link() *uint32 { return &k.next }

func (c *lasts) accepts(in *Input) bool { return in.On && storable(in.Any) }
func (c *lasts) reachSlot(slot uint32)  { c.slots.reach(slot) }
func (c *lasts) reachEntry(id uint32)   { c.parts.reach(id) }

func (c *lasts) add(e place, in *Input, inside bool) {
	v, _ := stored(in.Any)
	c.put(e, c.order.at, v, inside)
}

func (c *lasts) put(e place, k key, v any, inside bool) {
	if inside && c.forever {
		c.offer(c.slots.at(e.slot), k, v)
		return
	}
	part := c.parts.at(e.id)
	part.any = true
	if inside {
		c.offer(c.slots.at(e.slot), k, v)
		return
	}
	if part.waiting == 0 {
		part.waiting = c.waiting.take()
	}
	c.offer(c.waiting.at(part.waiting), k, v)
}

// offer keeps the record if it comes after the one that is there, or before it; of two in the same place the one that came later
// is the later one.
func (c *lasts) offer(to *kept, k key, v any) {
	if to.v != nil {
		d := c.order.compare(k, to.key)
		if c.first && d >= 0 || !c.first && d < 0 {
			return
		}
	}
	to.key, to.v = k, v
}

func (c *lasts) enter(e place) bool {
	part := c.parts.at(e.id)
	any := part.any
	if part.waiting != 0 {
		w := c.waiting.at(part.waiting)
		c.offer(c.slots.at(e.slot), w.key, w.v)
		c.waiting.give(part.waiting)
		part.waiting = 0
	}
	if c.forever {
		part.any = false
	}
	return any
}

func (c *lasts) leave(e place) bool {
	any := c.parts.at(e.id).any
	c.discard(e.id)
	if last := c.slots.at(e.slot); any && last.v != nil && last.sec <= e.sec {
		*last = kept{}
	}
	return any
}

func (c *lasts) discard(id uint32) {
	part := c.parts.at(id)
	if part.waiting != 0 {
		c.waiting.give(part.waiting)
	}
	*part = lastPart{}
}

func (c *lasts) any(slot uint32) any    { return c.slots.at(slot).v }
func (c *lasts) holds(slot uint32) bool { return c.slots.at(slot).v != nil }
func (c *lasts) drop(slot uint32)       { *c.slots.at(slot) = kept{} }

// save writes 0 for no record, 1 for one, 2 for one that follows: it waits, or it is the last of the window.
func (c *lasts) save(e place, st *ColumnState) {
	part, last := c.parts.at(e.id), c.slots.at(e.slot)
	switch {
	case !part.any:
		st.Counts = append(st.Counts, 0)
	case part.waiting != 0:
		st.Counts = append(st.Counts, 2)
		st.Records.addKept(c.order, c.waiting.at(part.waiting))
	case last.v != nil && last.sec <= e.sec:
		st.Counts = append(st.Counts, 2)
		st.Records.addKept(c.order, last)
	default:
		st.Counts = append(st.Counts, 1)
	}
}

func (c *lasts) load(e place, st *ColumnState, now phase) error {
	n, err := st.nextPart(now)
	if err != nil || n == 0 {
		return err
	}
	if n > 2 || n == 1 && now == isWaiting || c.forever && now != isWaiting {
		return errPart
	}
	if n == 1 {
		c.parts.at(e.id).any = true
		return nil
	}
	k, v, err := st.Records.nextKept(c.order)
	if err == nil && !e.covers(k) {
		err = errPart
	}
	if err != nil {
		return err
	}
	c.put(e, k, v, now == isInside)
	return nil
}

// saveKept writes the look-backs: what windows keep is with the entries.
func (c *lasts) saveKept(st *ColumnState) {
	if !c.forever {
		return
	}
	for slot := range c.slots.len() {
		if k := c.slots.at(slot); k.v != nil {
			st.Slots = append(st.Slots, slot)
			st.Kept.addKept(c.order, k)
		}
	}
}

func (c *lasts) loadKept(st *ColumnState, now int64) error {
	for _, slot := range st.Slots {
		k, v, err := st.Kept.nextKept(c.order)
		if err != nil {
			return err
		}
		if !c.forever || k.sec > now || c.slots.at(slot).v != nil {
			return errPart
		}
		c.offer(c.slots.at(slot), k, v)
	}
	return nil
}

func (st *RecordState) addKept(o *ordering, k *kept) {
	st.addKey(o, k.key)
	st.Values.add(k.v)
}

func (st *RecordState) nextKept(o *ordering) (k key, v any, err error) {
	if k, err = st.nextKey(o); err != nil {
		return k, nil, err
	}
	if v, err = st.Values.next(); err == nil && v == nil {
		err = errValue
	}
	return k, v, err
}

// covers tells whether a record can be one of the entry's, whose second may stand for its whole minute.
func (e place) covers(k key) bool { return e.sec-minute < k.sec && k.sec <= e.sec }
