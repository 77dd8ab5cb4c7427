package windowing

// MaxStreak is the greatest length of a streak reported; above it Value says approx.
const MaxStreak = 10_000

// streaks is the column of Streak. What came before the newest break leaves the window before it, and will never count again: a slot
// keeps that break and the hits after it. Of more hits than can be reported it keeps the newest, because the others leave first, too.
type streaks struct {
	order   *ordering
	forever bool
	parts   slab[streakPart]
	waiting pool[outcome, *outcome]
	tails   slab[tail]
}

// streakPart is what an entry brought: the number of its records, and before they enter a chain of them.
type streakPart struct{ n, waiting uint32 }

type outcome struct {
	key
	hit  bool
	next uint32
}

func (o *outcome) link() *uint32 { return &o.next }

// tail is the end of what is in a slot's window.
type tail struct {
	hits   []key // after the break, ascending, at most MaxStreak+1
	broken bool
	miss   key    // the newest one, if broken
	inside uint64 // records; a look-back does not count them
}

func (c *streaks) accepts(in *Input) bool { return in.On }
func (c *streaks) reachSlot(slot uint32)  { c.tails.reach(slot) }
func (c *streaks) reachEntry(id uint32)   { c.parts.reach(id) }

func (c *streaks) add(e place, in *Input, inside bool) {
	if inside {
		c.note(c.tails.at(e.slot), c.order.at, in.Hit)
		if !c.forever {
			c.parts.at(e.id).n++
			c.tails.at(e.slot).inside++
		}
		return
	}
	c.await(e, c.order.at, in.Hit)
}

func (c *streaks) await(e place, k key, hit bool) {
	part := c.parts.at(e.id)
	id := c.waiting.take()
	*c.waiting.at(id) = outcome{key: k, hit: hit, next: part.waiting}
	part.n, part.waiting = part.n+1, id
}

// note puts a record into the tail.
func (c *streaks) note(r *tail, k key, hit bool) {
	if r.broken && c.order.compare(k, r.miss) < 0 {
		return
	}
	i := c.order.after(r.hits, k)
	if !hit {
		r.broken, r.miss, r.hits = true, k, dropFront(r.hits, i)
		return
	}
	if i == len(r.hits) {
		r.hits = append(r.hits, k)
	} else {
		r.hits = append(r.hits, key{})
		copy(r.hits[i+1:], r.hits[i:])
		r.hits[i] = k
	}
	if len(r.hits) > MaxStreak+1 {
		r.hits = dropFront(r.hits, 1)
	}
}

func (c *streaks) enter(e place) bool {
	part, r := c.parts.at(e.id), c.tails.at(e.slot)
	n := part.n
	for id := part.waiting; id != 0; id = c.waiting.at(id).next {
		o := c.waiting.at(id)
		c.note(r, o.key, o.hit)
	}
	c.discard(e.id)
	if !c.forever {
		part.n = n
		r.inside += uint64(n)
	}
	return n > 0
}

func (c *streaks) leave(e place) bool {
	n := c.parts.at(e.id).n
	c.discard(e.id)
	if n == 0 {
		return false
	}
	r := c.tails.at(e.slot)
	r.inside -= uint64(n)
	gone := 0
	for gone < len(r.hits) && r.hits[gone].sec <= e.sec {
		gone++
	}
	r.hits = dropFront(r.hits, gone)
	if r.broken && r.miss.sec <= e.sec {
		r.broken, r.miss = false, key{}
	}
	return true
}

func (c *streaks) discard(entry uint32) {
	part := c.parts.at(entry)
	for part.waiting != 0 {
		id := part.waiting
		part.waiting = c.waiting.at(id).next
		c.waiting.give(id)
	}
	part.n = 0
}

func (c *streaks) value(slot uint32) (v float64, ok, approx bool) {
	n := len(c.tails.at(slot).hits)
	return float64(min(n, MaxStreak)), true, n > MaxStreak
}

func (c *streaks) holds(slot uint32) bool { return c.tails.at(slot).inside > 0 }
func (c *streaks) drop(slot uint32)       { *c.tails.at(slot) = tail{} }

// save writes the records of an entry only while they wait; then they are in the tail.
func (c *streaks) save(e place, st *ColumnState) {
	part := c.parts.at(e.id)
	st.Counts = append(st.Counts, part.n)
	for id := part.waiting; id != 0; id = c.waiting.at(id).next {
		o := c.waiting.at(id)
		st.Records.addKey(c.order, o.key)
		st.Records.Hits = append(st.Records.Hits, o.hit)
	}
}

func (c *streaks) load(e place, st *ColumnState, now phase) error {
	n, err := st.nextPart(now)
	if err != nil || n == 0 {
		return err
	}
	if now == isInside {
		if c.forever {
			return errPart
		}
		c.parts.at(e.id).n = n
		c.tails.at(e.slot).inside += uint64(n)
		return nil
	}
	waiting := make([]outcome, 0, min(int(n), len(st.Records.Hits)))
	for range n {
		k, err := st.Records.nextKey(c.order)
		if err != nil {
			return err
		}
		hit, err := st.Records.nextHit()
		if err != nil {
			return err
		}
		if !e.covers(k) {
			return errPart
		}
		waiting = append(waiting, outcome{key: k, hit: hit})
	}
	for i := len(waiting) - 1; i >= 0; i-- { // the chain grows at its front
		c.await(e, waiting[i].key, waiting[i].hit)
	}
	return nil
}

// saveKept writes for each slot its break, if there is one, and its hits.
func (c *streaks) saveKept(st *ColumnState) {
	for slot := range c.tails.len() {
		r := c.tails.at(slot)
		n := len(r.hits)
		if r.broken {
			n++
			st.Kept.addKey(c.order, r.miss)
			st.Kept.Hits = append(st.Kept.Hits, false)
		}
		for _, k := range r.hits {
			st.Kept.addKey(c.order, k)
			st.Kept.Hits = append(st.Kept.Hits, true)
		}
		if n > 0 {
			st.Slots, st.Sizes = append(st.Slots, slot), append(st.Sizes, uint32(n))
		}
	}
}

func (c *streaks) loadKept(st *ColumnState, now int64) error {
	if len(st.Sizes) != len(st.Slots) {
		return errShort
	}
	for i, slot := range st.Slots {
		r := c.tails.at(slot)
		if r.broken || len(r.hits) > 0 || !c.forever && uint64(st.Sizes[i]) > r.inside {
			return errPart
		}
		for range st.Sizes[i] {
			k, err := st.Kept.nextKey(c.order)
			if err != nil {
				return err
			}
			hit, err := st.Kept.nextHit()
			if err != nil {
				return err
			}
			if k.sec > now {
				return errPart
			}
			c.note(r, k, hit)
		}
	}
	return nil
}
