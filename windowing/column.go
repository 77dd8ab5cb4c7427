package windowing

import (
	"cmp"
	"math"
)

// column keeps one aggregate: for each entry the part that its records brought, for each slot the running value over
// the parts inside the window. The timeline tells it when parts enter and leave.
type column interface {
	accepts(in *Input) bool
	reachSlot(slot uint32)
	reachEntry(id uint32)

	add(e place, in *Input, inside bool) // one record; inside: its second is in the window now
	enter(e place) bool                  // the part enters the window; false when it holds no record
	leave(e place) bool                  // the part leaves the window and is cleared; false when it held no record
	discard(id uint32)                   // the part belongs to a dropped slot and is cleared

	value(slot uint32) (v float64, ok, approx bool)
	holds(slot uint32) bool
	drop(slot uint32)

	copy(from column, room *Room) // of the same kind; this one is new
	save(e place, st *ColumnState)
	load(e place, st *ColumnState, now phase) error // takes the part off the front of st
}

// keeper is a column that keeps more than its entries tell.
type keeper interface {
	saveKept(st *ColumnState)
	loadKept(st *ColumnState, now int64) error // after the parts; the slots are there
}

// lister is a column of texts.
type lister interface {
	texts(slot uint32) (list []Ranked, approx bool)
}

// holder is a column with values of any kind.
type holder interface {
	any(slot uint32) any
}

// worded is the value of the columns that have no number.
type worded struct{}

func (worded) value(uint32) (v float64, ok, approx bool) { return 0, false, false }

// place is an entry's number and what it stands for.
type place struct {
	id, slot uint32
	sec      int64
}

// phase tells where a restored part is: before, in or after the window.
type phase uint8

const (
	isWaiting phase = iota
	isInside
	isOver
)

func newColumn(c Column, order *ordering) column {
	forever := c.Window == Forever
	switch c.Func {
	case Count:
		return &counts{}
	case Rate:
		return &rates{seconds: float64(max(c.Window, 1))}
	case Sum, Avg:
		return &sums{avg: c.Func == Avg}
	case Min:
		return &extremes{sign: -1}
	case Max:
		return &extremes{sign: 1}
	case Distinct:
		return &distincts{}
	case P50:
		return &percentiles{percent: 50}
	case P90:
		return &percentiles{percent: 90}
	case P95:
		return &percentiles{percent: 95}
	case P99:
		return &percentiles{percent: 99}
	case Top:
		return newTexts(cmp.Or(c.N, defaultTop), true)
	case Values:
		return newTexts(MaxValues, false)
	case First:
		if !forever {
			return &firsts{order: order}
		}
		return &lasts{order: order, forever: true, first: true}
	case Last:
		return &lasts{order: order, forever: forever}
	case Streak:
		return &streaks{order: order, forever: forever}
	case FirstSeen:
		return newFirstSeens(c)
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

func (c *counts) accepts(in *Input) bool { return in.On }
func (c *counts) reachSlot(slot uint32)  { c.lows.reach(slot) }
func (c *counts) reachEntry(id uint32)   { c.parts.reach(id) }

func (c *counts) add(e place, _ *Input, inside bool) {
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

func (c *counts) save(e place, st *ColumnState) {
	st.Counts = append(st.Counts, *c.parts.at(e.id))
}

func (c *counts) load(e place, st *ColumnState, now phase) error {
	n, err := st.nextPart(now)
	if err != nil {
		return err
	}
	*c.parts.at(e.id) = n
	if now == isInside {
		c.plus(e.slot, n)
	}
	return nil
}

// rates is the column of Rate.
type rates struct {
	counts
	seconds float64
}

func (c *rates) value(slot uint32) (float64, bool, bool) {
	return float64(c.total(slot)) / c.seconds, true, false
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

func (c *sums) accepts(in *Input) bool { return in.On && isNumber(in.Num) }
func (c *sums) reachSlot(slot uint32)  { c.totals.reach(slot) }
func (c *sums) reachEntry(id uint32)   { c.parts.reach(id) }

func (t *total) plus(d total)  { t.sum, t.n = t.sum.plus(d.sum), t.n+d.n }
func (t *total) minus(d total) { t.sum, t.n = t.sum.minus(d.sum), t.n-d.n }

func (c *sums) add(e place, in *Input, inside bool) {
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

func (c *sums) save(e place, st *ColumnState) {
	part := c.parts.at(e.id)
	st.Counts = append(st.Counts, uint32(min(part.n, math.MaxUint32)))
	st.High = append(st.High, part.sum.hi)
	st.Low = append(st.Low, part.sum.lo)
}

func (c *sums) load(e place, st *ColumnState, now phase) error {
	n, err := st.nextPart(now)
	if err != nil {
		return err
	}
	sum, err := st.nextSum()
	if err != nil {
		return err
	}
	part := total{sum, uint64(n)}
	*c.parts.at(e.id) = part
	if now == isInside {
		c.totals.at(e.slot).plus(part)
	}
	return nil
}
