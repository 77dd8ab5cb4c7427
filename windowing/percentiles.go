package windowing

// percentiles is the column of P50 to P99: for each entry a chain of its numbers, for each slot the sorted multiset of those
// inside the window.
type percentiles struct {
	percent  uint64
	parts    slab[uint32] // first reading of each entry
	readings pool[reading, *reading]
	sets     multisets
	roots    slab[uint32] // by slot
}

// reading is a number that came n times in a row.
type reading struct {
	v       float64
	n, next uint32
}

func (r *reading) link() *uint32 { return &r.next }

func (c *percentiles) accepts(in *Input) bool { return in.On && isNumber(in.Num) }
func (c *percentiles) reachSlot(slot uint32)  { c.roots.reach(slot) }
func (c *percentiles) reachEntry(id uint32)   { c.parts.reach(id) }

func (c *percentiles) add(e place, in *Input, inside bool) {
	c.put(e, in.Num+0, 1, inside) // + 0 makes a negative zero positive: equal values shall look equal
}

func (c *percentiles) put(e place, v float64, n uint32, inside bool) {
	first := c.parts.at(e.id)
	if *first != 0 && c.readings.at(*first).v == v {
		c.readings.at(*first).n += n
	} else {
		id := c.readings.take()
		*c.readings.at(id) = reading{v: v, n: n, next: *first}
		*first = id
	}
	if inside {
		root := c.roots.at(e.slot)
		*root = c.sets.insert(*root, v, uint64(n))
	}
}

func (c *percentiles) enter(e place) bool {
	first, root := *c.parts.at(e.id), c.roots.at(e.slot)
	for id := first; id != 0; id = c.readings.at(id).next {
		r := c.readings.at(id)
		*root = c.sets.insert(*root, r.v, uint64(r.n))
	}
	return first != 0
}

func (c *percentiles) leave(e place) bool {
	first, root := *c.parts.at(e.id), c.roots.at(e.slot)
	for id := first; id != 0; id = c.readings.at(id).next {
		r := c.readings.at(id)
		*root = c.sets.remove(*root, r.v, uint64(r.n))
	}
	c.discard(e.id)
	return first != 0
}

func (c *percentiles) discard(entry uint32) {
	first := c.parts.at(entry)
	for *first != 0 {
		id := *first
		*first = c.readings.at(id).next
		c.readings.give(id)
	}
}

// value is the nearest rank: the ceil(p/100*n)-th of n numbers, counted in whole numbers.
func (c *percentiles) value(slot uint32) (v float64, ok, approx bool) {
	root := *c.roots.at(slot)
	if root == 0 {
		return 0, false, false
	}
	n := c.sets.size(root)
	return c.sets.kth(root, n/100*c.percent+(n%100*c.percent+99)/100), true, false
}

func (c *percentiles) holds(slot uint32) bool { return *c.roots.at(slot) != 0 }

func (c *percentiles) drop(slot uint32) {
	root := c.roots.at(slot)
	c.sets.free(*root)
	*root = 0
}

func (c *percentiles) save(e place, st *ColumnState) {
	n := uint32(0)
	for id := *c.parts.at(e.id); id != 0; id = c.readings.at(id).next {
		r := c.readings.at(id)
		st.Numbers, st.Times = append(st.Numbers, r.v), append(st.Times, r.n)
		n++
	}
	st.Counts = append(st.Counts, n)
}

// load adds from the end, which leaves the chain in the order in which it was saved.
func (c *percentiles) load(e place, st *ColumnState, now phase) error {
	n, err := st.nextPart(now)
	if err != nil {
		return err
	}
	if int64(n) > int64(min(len(st.Numbers), len(st.Times))) {
		return errShort
	}
	for i := int(n) - 1; i >= 0; i-- {
		v, times := st.Numbers[i], st.Times[i]
		if !isNumber(v) || times == 0 {
			return errPart
		}
		c.put(e, v+0, times, now == isInside)
	}
	st.Numbers, st.Times = st.Numbers[n:], st.Times[n:]
	return nil
}
