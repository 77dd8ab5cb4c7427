package windowing

import (
	"cmp"
	"slices"
)

const (
	day    = 86400
	minute = 60
)

// timeline holds what came in, second by second, until it has left the last window.
//
// Edges replace timers: content of second t enters a column's window at t+Offset and leaves it at t+Offset+Window, so
// for each distinct delay one cursor over the seconds tells how far its edge has come. All seconds before the cursor have
// t+delay <= now, all others have not; late seconds are inserted under the same rule.
type timeline struct {
	coarse  bool // seconds are counted at the end of their minute
	columns []sited
	seconds []second // ascending by sec; those before head are gone
	head    int
	edges   []edge // ascending by delay
	entries pool[entry, *entry]
	last    slab[uint32] // newest entry of each slot; it may be gone or reused
}

// sited is a column with its place in Input and its delays.
type sited struct {
	column
	input        int
	counts       *counts // itself, if it is one, as most are: called without an interface
	enter, leave int64
	past         *firstSeens // itself, if records that have left the window still concern it
}

// second is a chain of entries.
type second struct {
	sec         int64
	first, last uint32
}

// generations tells the contents of a slot before and after a Drop apart.
type generations struct{ slab[uint32] }

// of is never 0 (short of 2^32 drops within a window): that is the generation of a freed entry.
func (g *generations) of(slot uint32) uint32 { return *g.at(slot) + firstGeneration }

const firstGeneration = 1

// entry is what the records of one group in one second brought; the columns keep their parts under its number.
type entry struct {
	next, slot, gen uint32
	sec             uint32 // low bits, enough to tell the seconds of one timeline apart
}

func (e *entry) link() *uint32 { return &e.next }

// edge is a delay after which content enters or leaves columns.
type edge struct {
	delay        int64
	cursor       int
	enter, leave []column
}

// coarse tells whether the column's edges are rounded down to whole minutes (semantics §2.3). That is the same as counting
// each record at the end of its minute: floor60(s-d) >= t exactly if s-d >= ceil60(t). A long Memory is no reason: of what
// is remembered there is one second for each value.
func (c Column) coarse() bool { return max(c.Window, 0)+c.Offset > day }

// never is a delay that no record outlives.
const never = 1 << 60

// addColumn gives the column its edges. A look-back has but one, at which parts go over to the slot for good; that they
// leave there as well makes sure that those of a dropped slot are discarded.
func (l *timeline) addColumn(c Column, input int, order *ordering) {
	col := sited{column: newColumn(c, order), input: input, enter: c.Offset, leave: c.Offset + max(c.Window, 1)}
	col.past, _ = col.column.(*firstSeens)
	col.counts, _ = col.column.(*counts)
	enter, leave := l.edge(col.enter), 0
	l.edges[enter].enter = append(l.edges[enter].enter, col.column)
	if c.Window == Forever {
		col.leave, leave = never, enter
	} else if leave = l.edge(col.leave); enter >= leave {
		panic("windowing: a window ends before it begins")
	}
	l.edges[leave].leave = append(l.edges[leave].leave, col.column)
	l.columns = append(l.columns, col)
}

// edge returns the place of the edge with this delay and makes it if needed.
func (l *timeline) edge(delay int64) int {
	i, ok := slices.BinarySearchFunc(l.edges, delay, func(e edge, d int64) int { return cmp.Compare(e.delay, d) })
	if !ok {
		l.edges = slices.Insert(l.edges, i, edge{delay: delay})
	}
	return i
}

func (l *timeline) reachSlot(slot uint32) {
	l.last.reach(slot)
	for _, c := range l.columns {
		c.reachSlot(slot)
	}
}

// add counts a record for the columns whose windows it has not left yet.
func (l *timeline) add(slot, gen uint32, sec, now int64, in []Input) {
	if l.coarse {
		sec = endOfMinute(sec)
	}
	var at place
	for i := range l.columns {
		c := &l.columns[i]
		own := &in[c.input]
		if !own.On || c.counts == nil && !c.accepts(own) {
			continue
		}
		if sec+c.leave <= now {
			if c.past != nil {
				c.past.sight(slot, own.Hash, sec, now)
			}
			continue
		}
		inside := sec+c.enter <= now
		if inside && c.leave == never {
			c.add(place{0, slot, sec}, own, true) // it never leaves: no entry need remember it
			continue
		}
		if at.id == 0 {
			at = place{l.entry(slot, gen, sec, now), slot, sec}
		}
		if c.counts != nil {
			c.counts.add(at, own, inside)
		} else {
			c.add(at, own, inside)
		}
	}
}

func endOfMinute(sec int64) int64 {
	r := sec % minute
	if r > 0 {
		r -= minute
	}
	return sec - r
}

// entry returns the slot's entry for the second. Two entries of a slot in one second do no harm, they only take room: so
// it looks at the newest one and does not search.
func (l *timeline) entry(slot, gen uint32, sec, now int64) uint32 {
	last := l.last.at(slot)
	if *last != 0 {
		if e := l.entries.at(*last); e.slot == slot && e.gen == gen && e.sec == uint32(sec) {
			return *last
		}
	}
	id := l.append(entry{slot: slot, gen: gen, sec: uint32(sec)}, l.second(sec, now))
	*last = id
	return id
}

func (l *timeline) append(e entry, s *second) uint32 {
	id := l.entries.take()
	*l.entries.at(id) = e
	if id == 1 || id&chunkMask == 0 { // the first of its chunk: slabs grow by chunks
		for i := range l.columns {
			l.columns[i].reachEntry(id)
		}
	}
	if s.last == 0 {
		s.first = id
	} else {
		l.entries.at(s.last).next = id
	}
	s.last = id
	return id
}

// second finds the second and makes it if needed.
func (l *timeline) second(sec, now int64) *second {
	if n := len(l.seconds); n > l.head && l.seconds[n-1].sec == sec {
		return &l.seconds[n-1]
	}
	i, ok := slices.BinarySearchFunc(l.seconds[l.head:], sec, func(s second, sec int64) int { return cmp.Compare(s.sec, sec) })
	i += l.head
	if ok {
		return &l.seconds[i]
	}
	l.seconds = slices.Insert(l.seconds, i, second{sec: sec})
	for k := range l.edges {
		if sec+l.edges[k].delay <= now {
			l.edges[k].cursor++
		}
	}
	return &l.seconds[i]
}

// next is when the next edge meets a second.
func (l *timeline) next() (at int64, ok bool) {
	for i := range l.edges {
		e := &l.edges[i]
		if e.cursor == len(l.seconds) {
			continue
		}
		if t := l.seconds[e.cursor].sec + e.delay; !ok || t < at {
			at, ok = t, true
		}
	}
	return at, ok
}

// pass moves the edges to now and appends the slots whose content changed.
func (l *timeline) pass(now int64, gens *generations, changed []uint32) []uint32 {
	for i := range l.edges {
		e := &l.edges[i]
		for e.cursor < len(l.seconds) && l.seconds[e.cursor].sec+e.delay <= now {
			changed = l.cross(e, l.seconds[e.cursor], gens, changed)
			e.cursor++
		}
	}
	l.release()
	return changed
}

// cross lets the content of a second enter and leave the edge's columns.
func (l *timeline) cross(e *edge, s second, gens *generations, changed []uint32) []uint32 {
	for id := s.first; id != 0; {
		en := l.entries.at(id)
		at := place{id, en.slot, s.sec}
		id = en.next
		if gens.of(en.slot) != en.gen {
			for _, c := range e.leave {
				c.discard(at.id)
			}
			continue
		}
		touched := false
		for _, c := range e.enter {
			touched = c.enter(at) || touched
		}
		for _, c := range e.leave {
			touched = c.leave(at) || touched
		}
		if touched {
			changed = append(changed, at.slot)
		}
	}
	return changed
}

// release frees the seconds that the last edge has passed; all their parts have left by then.
func (l *timeline) release() {
	for end := l.edges[len(l.edges)-1].cursor; l.head < end; l.head++ {
		for id := l.seconds[l.head].first; id != 0; {
			next := l.entries.at(id).next
			l.entries.give(id)
			id = next
		}
	}
	if l.head > 0 && 2*l.head >= len(l.seconds) {
		l.seconds = slices.Delete(l.seconds, 0, l.head)
		for i := range l.edges {
			l.edges[i].cursor -= l.head
		}
		l.head = 0
	}
}
