package windowing

import (
	"maps"
	"slices"
)

// Clone is a copy of the groups as they are now, which shares nothing that changes: one of the two may go on in another goroutine.
func (g *Groups) Clone(room *Room) *Groups {
	c := *g
	c.records, c.index = g.records.clone(room), g.index.clone(room)
	c.keys.chunks = slices.Clone(g.keys.chunks) // their bytes stay as they are
	return &c
}

// Clone is a copy of the table as it is now, which shares nothing that changes: one of the two may go on in another goroutine. It copies
// memory as it lies and looks at no group; State takes longer.
func (t *Table) Clone(room *Room) *Table {
	c := NewTable(t.cols)
	c.now, c.started, c.gens.slab = t.now, t.started, t.gens.clone(room)
	if t.order != nil {
		*c.order = t.order.clone()
	}
	for i, l := range t.lines {
		c.lines[i].copy(l, room)
	}
	for i, from := range t.columns {
		c.columns[i].copy(from, room)
	}
	return c
}

func (l *timeline) copy(from *timeline, room *Room) {
	l.seconds, l.head = copied(room, from.seconds), from.head
	l.entries, l.last = from.entries.clone(room), from.last.clone(room)
	for i := range l.edges {
		l.edges[i].cursor = from.edges[i].cursor
	}
}

func (o *ordering) clone() ordering {
	return ordering{names: slices.Clone(o.names), numbers: maps.Clone(o.numbers), at: o.at}
}

func (x *index) clone(room *Room) index { return index{cells: copied(room, x.cells), used: x.used} }

// The columns' copies: each fills a new column with what another of its kind has.

func (c *counts) copy(from column, room *Room) { c.copyCounts(from.(*counts), room) }
func (c *rates) copy(from column, room *Room)  { c.copyCounts(&from.(*rates).counts, room) }

func (c *counts) copyCounts(from *counts, room *Room) {
	c.parts, c.lows, c.high = from.parts.clone(room), from.lows.clone(room), maps.Clone(from.high)
}

func (c *sums) copy(from column, room *Room) {
	f := from.(*sums)
	c.parts, c.totals = f.parts.clone(room), f.totals.clone(room)
}

func (c *extremes) copy(from column, room *Room) {
	f := from.(*extremes)
	c.parts, c.deques, c.peaks = f.parts.clone(room), f.deques.clone(room), f.peaks.clone(room)
}

func (c *percentiles) copy(from column, room *Room) {
	f := from.(*percentiles)
	c.parts, c.readings, c.roots = f.parts.clone(room), f.readings.clone(room), f.roots.clone(room)
	c.sets.nodes = f.sets.nodes.clone(room)
}

func (c *distincts) copy(from column, room *Room) { c.copyDistincts(from.(*distincts), room) }

func (c *distincts) copyDistincts(from *distincts, room *Room) {
	c.parts, c.slots, c.index = from.parts.clone(room), from.slots.clone(room), from.index.clone(room)
	c.members, c.sightings = from.members.clone(room), from.sightings.clone(room)
}

func (c *texts) copy(from column, room *Room) {
	f := from.(*texts)
	c.copyDistincts(&f.distincts, room)
	c.tally.words = *f.tally.words.Clone(room)
	c.tally.users, c.tally.times, c.tally.totals = f.tally.users.clone(room), f.tally.times.clone(room), f.tally.totals.clone(room)
}

func (c *firstSeens) copy(from column, room *Room) {
	f := from.(*firstSeens)
	c.copyDistincts(&f.distincts, room)
	c.limit, c.memories, c.knowns = f.limit, f.memories.clone(room), f.knowns.clone(room)
	c.known, c.outside = copied(room, f.known), copied(room, f.outside)
}

func (c *firsts) copy(from column, room *Room) {
	f := from.(*firsts)
	c.parts, c.nodes, c.lists = f.parts.clone(room), f.nodes.clone(room), f.lists.clone(room)
}

func (c *lasts) copy(from column, room *Room) {
	f := from.(*lasts)
	c.parts, c.waiting, c.slots = f.parts.clone(room), f.waiting.clone(room), f.slots.clone(room)
}

func (c *streaks) copy(from column, room *Room) {
	f := from.(*streaks)
	c.parts, c.waiting, c.tails = f.parts.clone(room), f.waiting.clone(room), f.tails.clone(room)
	for slot := range c.tails.len() {
		t := c.tails.at(slot)
		t.hits = slices.Clone(t.hits)
	}
}

// Clone is a copy of the history as it is now, which shares nothing that changes: one of the two may go on in another goroutine.
func (h *History) Clone(room *Room) *History {
	c := &History{reach: h.reach, keep: h.keep, slots: h.slots.clone(room)}
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
