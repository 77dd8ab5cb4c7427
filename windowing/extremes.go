package windowing

import "math"

// extremes is the column of Max, and with sign -1 of Min: it turns the values round and looks for the greatest.
//
// Each slot has a deque of peaks: seconds ascending, values falling. A part that an equally long-lived or later
// part equals or exceeds can never be the greatest again and is not kept. So the front is the value, and a late part finds
// its place from the back.
type extremes struct {
	sign   float64
	parts  slab[part]
	deques slab[ends]
	peaks  pool[peak, *peak]
}

// part is the greatest value of an entry.
type part struct {
	v   float64
	any bool
}

type ends struct{ first, last uint32 }

type peak struct {
	sec        int64
	v          float64
	prev, next uint32
}

func (p *peak) link() *uint32 { return &p.next }

func (c *extremes) accepts(in *Input) bool { return in.On && isNumber(in.Num) }
func (c *extremes) reachSlot(slot uint32)  { c.deques.reach(slot) }
func (c *extremes) reachEntry(id uint32)   { c.parts.reach(id) }

func (c *extremes) add(e place, in *Input, inside bool) {
	v := c.sign*in.Num + 0 // + 0 makes a negative zero positive: equal values shall look equal
	p := c.parts.at(e.id)
	if !p.any || v > p.v {
		*p = part{v, true}
	}
	if inside {
		c.insert(e.slot, e.sec, v)
	}
}

func (c *extremes) enter(e place) bool {
	p := c.parts.at(e.id)
	if p.any {
		c.insert(e.slot, e.sec, p.v)
	}
	return p.any
}

// leave: parts leave in the order of their seconds, so that the peak, if it was kept, is the front.
func (c *extremes) leave(e place) bool {
	p := *c.parts.at(e.id)
	*c.parts.at(e.id) = part{}
	if !p.any {
		return false
	}
	d := c.deques.at(e.slot)
	if d.first != 0 && c.peaks.at(d.first).sec == e.sec {
		c.unlink(d, d.first)
	}
	return true
}

func (c *extremes) discard(id uint32) { *c.parts.at(id) = part{} }

func (c *extremes) insert(slot uint32, sec int64, v float64) {
	d := c.deques.at(slot)
	before, after := d.last, uint32(0)
	for before != 0 && c.peaks.at(before).sec > sec {
		before, after = c.peaks.at(before).prev, before
	}
	if after != 0 && c.peaks.at(after).v >= v {
		return
	}
	if before != 0 && c.peaks.at(before).sec == sec && c.peaks.at(before).v >= v {
		return
	}
	for before != 0 && c.peaks.at(before).v <= v {
		prev := c.peaks.at(before).prev
		c.unlink(d, before)
		before = prev
	}
	id := c.peaks.take()
	*c.peaks.at(id) = peak{sec: sec, v: v, prev: before, next: after}
	*c.follow(d, before) = id
	*c.precede(d, after) = id
}

// follow is the link that leads forward from a peak, or into the deque.
func (c *extremes) follow(d *ends, id uint32) *uint32 {
	if id == 0 {
		return &d.first
	}
	return &c.peaks.at(id).next
}

// precede is the link that leads back from a peak, or into the deque from its end.
func (c *extremes) precede(d *ends, id uint32) *uint32 {
	if id == 0 {
		return &d.last
	}
	return &c.peaks.at(id).prev
}

func (c *extremes) unlink(d *ends, id uint32) {
	p := c.peaks.at(id)
	*c.follow(d, p.prev) = p.next
	*c.precede(d, p.next) = p.prev
	c.peaks.give(id)
}

func (c *extremes) value(slot uint32) (v float64, ok, approx bool) {
	first := c.deques.at(slot).first
	if first == 0 {
		return 0, false, false
	}
	return c.sign*c.peaks.at(first).v + 0, true, false
}

func (c *extremes) holds(slot uint32) bool { return c.deques.at(slot).first != 0 }

func (c *extremes) drop(slot uint32) {
	for d := c.deques.at(slot); d.first != 0; {
		c.unlink(d, d.first)
	}
}

// save writes NaN for an entry without a value: parts are numbers.
func (c *extremes) save(e place, st *ColumnState) {
	v := math.NaN()
	if p := c.parts.at(e.id); p.any {
		v = p.v
	}
	st.Peaks = append(st.Peaks, v)
}

func (c *extremes) load(e place, st *ColumnState, now phase) error {
	v, err := st.nextPeak()
	if err != nil || !isNumber(v) {
		return err
	}
	if now == isOver {
		return errPart
	}
	*c.parts.at(e.id) = part{v, true}
	if now == isInside {
		c.insert(e.slot, e.sec, v)
	}
	return nil
}
