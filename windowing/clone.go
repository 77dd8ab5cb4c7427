package windowing

import (
	"maps"
	"slices"
)

// Clone is a copy of the groups as they are now, which shares nothing that changes: one of the two may go on in another goroutine.
func (g *Groups) Clone() *Groups {
	c := *g
	c.records, c.index = g.records.clone(), g.index.clone()
	c.keys.chunks = slices.Clone(g.keys.chunks) // their bytes stay as they are
	return &c
}

// Clone is a copy of the table as it is now, which shares nothing that changes: one of the two may go on in another goroutine. It copies
// memory as it lies and looks at no group; State takes longer.
func (t *Table) Clone() *Table {
	c := NewTable(t.cols)
	c.now, c.started, c.gens.slab = t.now, t.started, t.gens.clone()
	if t.order != nil {
		*c.order = t.order.clone()
	}
	for i, l := range t.lines {
		c.lines[i].copy(l)
	}
	for i, from := range t.columns {
		c.columns[i].copy(from)
	}
	return c
}

func (l *timeline) copy(from *timeline) {
	l.seconds, l.head = slices.Clone(from.seconds), from.head
	l.entries, l.last = from.entries.clone(), from.last.clone()
	for i := range l.edges {
		l.edges[i].cursor = from.edges[i].cursor
	}
}

func (o *ordering) clone() ordering {
	return ordering{names: slices.Clone(o.names), numbers: maps.Clone(o.numbers), at: o.at}
}

func (x *index) clone() index { return index{cells: slices.Clone(x.cells), used: x.used} }

// The columns' copies: each fills a new column with what another of its kind has.

func (c *counts) copy(from column) { c.copyCounts(from.(*counts)) }
func (c *rates) copy(from column)  { c.copyCounts(&from.(*rates).counts) }

func (c *counts) copyCounts(from *counts) {
	c.parts, c.lows, c.high = from.parts.clone(), from.lows.clone(), maps.Clone(from.high)
}

func (c *sums) copy(from column) {
	f := from.(*sums)
	c.parts, c.totals = f.parts.clone(), f.totals.clone()
}

func (c *extremes) copy(from column) {
	f := from.(*extremes)
	c.parts, c.deques, c.peaks = f.parts.clone(), f.deques.clone(), f.peaks.clone()
}

func (c *percentiles) copy(from column) {
	f := from.(*percentiles)
	c.parts, c.readings, c.roots = f.parts.clone(), f.readings.clone(), f.roots.clone()
	c.sets.nodes = f.sets.nodes.clone()
}

func (c *distincts) copy(from column) { c.copyDistincts(from.(*distincts)) }

func (c *distincts) copyDistincts(from *distincts) {
	c.parts, c.slots, c.index = from.parts.clone(), from.slots.clone(), from.index.clone()
	c.members, c.sightings = from.members.clone(), from.sightings.clone()
}

func (c *texts) copy(from column) {
	f := from.(*texts)
	c.copyDistincts(&f.distincts)
	c.tally.words = *f.tally.words.Clone()
	c.tally.users, c.tally.times, c.tally.totals = f.tally.users.clone(), f.tally.times.clone(), f.tally.totals.clone()
}

func (c *firstSeens) copy(from column) {
	f := from.(*firstSeens)
	c.copyDistincts(&f.distincts)
	c.limit, c.memories, c.knowns = f.limit, f.memories.clone(), f.knowns.clone()
	c.known, c.outside = slices.Clone(f.known), slices.Clone(f.outside)
}

func (c *firsts) copy(from column) {
	f := from.(*firsts)
	c.parts, c.nodes, c.lists = f.parts.clone(), f.nodes.clone(), f.lists.clone()
}

func (c *lasts) copy(from column) {
	f := from.(*lasts)
	c.parts, c.waiting, c.slots = f.parts.clone(), f.waiting.clone(), f.slots.clone()
}

func (c *streaks) copy(from column) {
	f := from.(*streaks)
	c.parts, c.waiting, c.tails = f.parts.clone(), f.waiting.clone(), f.tails.clone()
	for slot := range c.tails.len() {
		t := c.tails.at(slot)
		t.hits = slices.Clone(t.hits)
	}
}

// Clone is a copy of the history as it is now, which shares nothing that changes: one of the two may go on in another goroutine.
func (h *History) Clone() *History {
	c := &History{reach: h.reach, keep: h.keep, slots: h.slots.clone()}
	n := 0
	for slot := range c.slots.len() {
		n += len(*c.slots.at(slot))
	}
	events := make([]Event, 0, n) // one piece of memory for all of them
	for slot := range c.slots.len() {
		if list := c.slots.at(slot); len(*list) > 0 {
			from := len(events)
			events = append(events, *list...)
			*list = events[from:len(events):len(events)]
		}
	}
	return c
}
