package windowing

import "math"

// column keeps one aggregate: for each entry the part that its records brought, for each slot the running value over
// the parts inside the window. The timeline tells it when parts enter and leave.
type column interface {
	accepts(in Input) bool
	reachSlot(slot uint32)
	reachEntry(id uint32)

	add(e place, in Input, inside bool) // one record; inside: its second is in the window now
	enter(e place) bool                 // the part enters the window; false when it holds no record
	leave(e place) bool                 // the part leaves the window and is cleared; false when it held no record
	discard(id uint32)                  // the part belongs to a dropped slot and is cleared

	value(slot uint32) (v float64, ok, approx bool)
	holds(slot uint32) bool
	drop(slot uint32)

	save(id uint32, st *ColumnState)
	load(e place, st *ColumnState, inside bool) error // takes the part off the front of st
}

// place is an entry's number and what it stands for.
type place struct {
	id, slot uint32
	sec      int64
}

func newColumn(f Func) column {
	switch f {
	case Count, P50, P90, P95, P99, Rate, Top, Values, First, Last, Streak, FirstSeen:
		return &counts{}
	case Sum, Avg:
		return &sums{avg: f == Avg}
	case Min:
		return &extremes{sign: -1}
	case Max:
		return &extremes{sign: 1}
	case Distinct:
		return &distincts{}
	}
	panic("windowing: unknown func")
}

// counts is the column of Count. Running values have 32 bits, because a million groups have a million of them; what
// goes beyond is carried to high, which is practically always empty.
type counts struct {
	parts slab[uint32]
	lows  slab[uint32]
	high  map[uint32]uint32
}

func (c *counts) accepts(in Input) bool { return in.On }
func (c *counts) reachSlot(slot uint32) { c.lows.reach(slot) }
func (c *counts) reachEntry(id uint32)  { c.parts.reach(id) }

func (c *counts) add(e place, _ Input, inside bool) {
	*c.parts.at(e.id)++
	if inside {
		c.plus(e.slot, 1)
	}
}

func (c *counts) enter(e place) bool {
	n := *c.parts.at(e.id)
	c.plus(e.slot, n)
	return n > 0
}

func (c *counts) leave(e place) bool {
	part := c.parts.at(e.id)
	n := *part
	*part = 0
	c.minus(e.slot, n)
	return n > 0
}

func (c *counts) discard(id uint32) { *c.parts.at(id) = 0 }

func (c *counts) plus(slot, n uint32) {
	low := c.lows.at(slot)
	*low += n
	if *low >= n {
		return
	}
	if c.high == nil {
		c.high = make(map[uint32]uint32)
	}
	c.high[slot]++
}

func (c *counts) minus(slot, n uint32) {
	low := c.lows.at(slot)
	if *low < n {
		if c.high[slot]--; c.high[slot] == 0 {
			delete(c.high, slot)
		}
	}
	*low -= n
}

func (c *counts) total(slot uint32) uint64 {
	n := uint64(*c.lows.at(slot))
	if len(c.high) > 0 {
		n |= uint64(c.high[slot]) << 32
	}
	return n
}

func (c *counts) value(slot uint32) (float64, bool, bool) { return float64(c.total(slot)), true, false }
func (c *counts) holds(slot uint32) bool                  { return c.total(slot) > 0 }

func (c *counts) drop(slot uint32) {
	*c.lows.at(slot) = 0
	delete(c.high, slot)
}

func (c *counts) save(id uint32, st *ColumnState) {
	st.Counts = append(st.Counts, *c.parts.at(id))
}

func (c *counts) load(e place, st *ColumnState, inside bool) error {
	n, err := st.nextCount()
	if err != nil {
		return err
	}
	*c.parts.at(e.id) = n
	if inside {
		c.plus(e.slot, n)
	}
	return nil
}

// sums is the column of Sum and Avg.
type sums struct {
	avg    bool
	parts  slab[total]
	totals slab[total]
}

// total is a sum and the number of records in it.
type total struct {
	sum fixed
	n   uint64
}

func (c *sums) accepts(in Input) bool { return in.On && isNumber(in.Num) }
func (c *sums) reachSlot(slot uint32) { c.totals.reach(slot) }
func (c *sums) reachEntry(id uint32)  { c.parts.reach(id) }

func (t *total) plus(d total)  { t.sum, t.n = t.sum.plus(d.sum), t.n+d.n }
func (t *total) minus(d total) { t.sum, t.n = t.sum.minus(d.sum), t.n-d.n }

func (c *sums) add(e place, in Input, inside bool) {
	d := total{toFixed(in.Num), 1}
	c.parts.at(e.id).plus(d)
	if inside {
		c.totals.at(e.slot).plus(d)
	}
}

func (c *sums) enter(e place) bool {
	part := c.parts.at(e.id)
	c.totals.at(e.slot).plus(*part)
	return part.n > 0
}

func (c *sums) leave(e place) bool {
	part := *c.parts.at(e.id)
	*c.parts.at(e.id) = total{}
	c.totals.at(e.slot).minus(part)
	return part.n > 0
}

func (c *sums) discard(id uint32) { *c.parts.at(id) = total{} }

func (c *sums) value(slot uint32) (v float64, ok, approx bool) {
	t := c.totals.at(slot)
	if !c.avg {
		return t.sum.over(1), true, false
	}
	if t.n == 0 {
		return 0, false, false
	}
	return t.sum.over(t.n), true, false
}

func (c *sums) holds(slot uint32) bool { return c.totals.at(slot).n > 0 }
func (c *sums) drop(slot uint32)       { *c.totals.at(slot) = total{} }

func (c *sums) save(id uint32, st *ColumnState) {
	part := c.parts.at(id)
	st.Counts = append(st.Counts, uint32(min(part.n, math.MaxUint32)))
	st.High = append(st.High, part.sum.hi)
	st.Low = append(st.Low, part.sum.lo)
}

func (c *sums) load(e place, st *ColumnState, inside bool) error {
	n, err := st.nextCount()
	if err != nil {
		return err
	}
	sum, err := st.nextSum()
	if err != nil {
		return err
	}
	part := total{sum, uint64(n)}
	*c.parts.at(e.id) = part
	if inside {
		c.totals.at(e.slot).plus(part)
	}
	return nil
}
