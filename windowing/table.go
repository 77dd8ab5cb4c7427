// Package windowing counts and measures, per group, what happened in sliding windows of event time.
//
// Start with Table: NewTable takes the columns (an aggregate over a window each), Advance moves the time, Add counts a
// record, Value, Texts and Any read. Groups gives each tuple of labels the slot number by which a Table knows it; History keeps
// the records of a slot one by one, for what a window's values cannot tell.
//
// The package keeps no clock and starts no goroutines: callers pass the time, in Unix seconds. All values are exact, and do
// not depend on the order in which records came, on late ones, or on a State taken and restored in between (the
// exceptions are said at MaxDistinct, MaxValues, MaxStreak and MaxRemembered). Content enters and leaves windows without rescans and without a timer per group,
// and the memory of what has left is used again. Nothing here is safe for concurrent use.
package windowing

import (
	"fmt"
	"slices"
)

// Func is an aggregate over the records of a window.
type Func uint8

// The aggregates. Sum, Avg, Min and Max skip records whose Num is NaN, infinite or beyond ±1e20.
// Sum and Avg round each number to 1e-9 (half to even), add exactly, and round the result once.
const (
	Count Func = iota
	Sum
	Avg
	Min
	Max
	Distinct // of Input.Hash; at most MaxDistinct is reported
	P50      // percentiles by nearest rank, exact for any number of values; they skip what Sum skips
	P90
	P95
	P99
	Rate      // records per second of the window
	Top       // the N most frequent Input.Text, most frequent first, ties by text; see Texts
	Values    // the distinct Input.Text, ascending, at most MaxValues; see Texts
	First     // Input.Any of the first record in total order; see Any
	Last      // of the last one
	Streak    // records at the end of the window, in total order, with Input.Hit; at most MaxStreak is reported
	FirstSeen // distinct Input.Hash that had no record during Memory before the window; at most MaxDistinct is reported
)

// Forever as a Window is all since the slot's creation, for First, Last and Streak.
const Forever int64 = -1

// Column is one aggregate over one window: at second s it covers (s-Window-Offset, s-Offset], in seconds.
// Window 0 is the single second s-Offset. If Window+Offset exceeds a day, both edges are rounded down to whole minutes.
//
// FirstSeen counts the values of the window that have no record in (s-Offset-Window-Memory, s-Offset-Window]; all three
// edges are rounded with the window's, however long Memory is.
type Column struct {
	Func                   Func
	Window, Offset, Memory int64 // Memory: FirstSeen, at least 1
	N                      int   // Top; 0 = 3
}

// Input is what one record brings to one column.
type Input struct {
	On   bool    // false: the record does not count for the column
	Num  float64 // for Sum, Avg, Min, Max and percentiles
	Hash uint64  // for Distinct, FirstSeen
	Text string  // for Top, Values
	Any  any     // for First, Last: string, int64, float64 or bool; other records do not count
	Hit  bool    // for Streak
}

// Ranked is a text and the number of its records.
type Ranked struct {
	Text  string
	Count int64
}

// Table holds the windows of all groups of one rule. A group is a slot, a small number such as Groups gives.
//
// A new table has no current second until the first Advance. For each second s the caller calls Advance(s), then Add for the
// records of s and for late ones, then Value. It may skip seconds at which NextChange has nothing to say.
//
// Dropped content stays in memory until it would have left the last window. Each slot has a generation, Drop
// or Clear starts a new one, and entries of an older generation touch nothing.
type Table struct {
	cols    []Column
	now     int64
	started bool
	columns []column    // in the order of cols
	lines   []*timeline // to the second, to the minute; only those that have columns
	gens    generations
	touched []uint32      // room for Advance
	order   *ordering     // nil when no column goes by the order of records
	seen    []*firstSeens // those of columns
}

// NewTable returns an empty table. It panics on a column that cannot be: an unknown Func, a negative Window, Offset or N, Forever
// Forever with another Func than First, Last and Streak or with an Offset, FirstSeen without Memory.
func NewTable(cols []Column) *Table {
	t := &Table{cols: slices.Clone(cols), columns: make([]column, len(cols))}
	for _, c := range cols {
		c.check()
		if c.ordered() && t.order == nil {
			t.order = &ordering{}
		}
	}
	for _, coarse := range []bool{false, true} {
		l := &timeline{coarse: coarse}
		for i, c := range cols {
			if c.coarse() == coarse {
				l.addColumn(c, i, t.order)
				t.columns[i] = l.columns[len(l.columns)-1].column
			}
		}
		if len(l.columns) > 0 {
			t.lines = append(t.lines, l)
		}
	}
	for _, c := range t.columns {
		if c, ok := c.(*firstSeens); ok {
			t.seen = append(t.seen, c)
		}
	}
	return t
}

func (c Column) check() {
	switch {
	case c.Window < 0 && !(c.Window == Forever && c.ordered()):
		panic("windowing: negative window")
	case c.Offset < 0 || c.N < 0 || c.Offset > 0 && c.Window == Forever:
		panic("windowing: negative offset or number")
	case c.Func == FirstSeen && c.Memory < 1:
		panic("windowing: no memory")
	}
}

// ordered tells whether the column goes by the order of records.
func (c Column) ordered() bool { return c.Func == First || c.Func == Last || c.Func == Streak }

// Now is the current second; ok is false before the first Advance.
func (t *Table) Now() (sec int64, ok bool) { return t.now, t.started }

// Add counts a record of second sec, which is Now or earlier (late); a later one is a programming error and panics. in has
// one Input per column and is the caller's again afterwards. A late record joins exactly the windows that cover its second at Now: what it should have entered by now
// it has entered, what it should have left it never enters.
func (t *Table) Add(slot uint32, sec int64, at Order, in []Input) {
	if !t.started || sec > t.now {
		panic(fmt.Sprintf("windowing: record of second %d added at %d (started: %t)", sec, t.now, t.started))
	}
	t.reach(slot)
	if t.order != nil {
		t.order.set(sec, at)
	}
	gen := t.gens.of(slot)
	for _, l := range t.lines {
		l.add(slot, gen, sec, t.now, in)
	}
}

func (t *Table) reach(slot uint32) {
	if t.gens.has(slot) {
		return
	}
	t.gens.reach(slot)
	for _, l := range t.lines {
		l.reachSlot(slot)
	}
}

// NextChange is the next second after Now at which content enters or leaves a window, or a value that FirstSeen would
// count leaves its memory; ok is false when there
// is none. It never misses one. It may name a second at which nothing is left to change, because the content was dropped
// or did not count for the column in question; Advance reports no slot then.
func (t *Table) NextChange() (sec int64, ok bool) {
	for _, l := range t.lines {
		if at, any := l.next(); any && (!ok || at < sec) {
			sec, ok = at, true
		}
	}
	for _, c := range t.seen {
		if at, any := c.next(); any && (!ok || at < sec) {
			sec, ok = at, true
		}
	}
	return sec, ok
}

// Advance moves Now to sec and then calls changed, if it is not nil, for each slot of which a record entered or left
// a window, or of which a value in a window left the memory of FirstSeen, once each, ascending. changed may call everything but Advance. Advancing to Now does nothing; going back
// is a programming error and panics. If sec lies beyond NextChange, the changes in between happen on the way.
func (t *Table) Advance(sec int64, changed func(slot uint32)) {
	if !t.started {
		t.started, t.now = true, sec
		return
	}
	if sec < t.now {
		panic(fmt.Sprintf("windowing: going back from second %d to %d", t.now, sec))
	}
	touched := t.touched[:0]
	for {
		at, ok := t.NextChange()
		if !ok || at > sec {
			break
		}
		for _, c := range t.seen {
			touched = c.forget(at, touched)
		}
		for _, l := range t.lines {
			touched = l.pass(at, &t.gens, touched)
		}
	}
	for _, c := range t.seen {
		touched = c.forget(sec, touched) // none that counts: those were changes on the way
	}
	t.now, t.touched = sec, touched
	if changed == nil {
		return
	}
	slices.Sort(touched)
	for _, slot := range slices.Compact(touched) {
		changed(slot)
	}
}

// Value is the column's value for the slot at Now; Top, Values, First and Last have none. ok is false for Avg, Min, Max and percentiles
// of no records; the others are 0 then. approx is true when more is in the window than MaxDistinct or MaxStreak lets Value say.
func (t *Table) Value(slot uint32, col int) (v float64, ok, approx bool) {
	if !t.gens.has(slot) {
		return 0, t.cols[col].zero(), false
	}
	return t.columns[col].value(slot)
}

// zero tells whether the column of an empty window is 0.
func (c Column) zero() bool {
	switch c.Func {
	case Count, Sum, Distinct, Rate, Streak, FirstSeen:
		return true
	}
	return false
}

// Texts is the content of a Top or Values column for the slot at Now; nil for other columns and when there is none. The caller owns
// the list. approx is true when there are more than MaxValues.
func (t *Table) Texts(slot uint32, col int) (list []Ranked, approx bool) {
	if c, ok := t.columns[col].(lister); ok && t.gens.has(slot) {
		return c.texts(slot)
	}
	return nil, false
}

// Any is the value of a First or Last column for the slot at Now; nil for other columns and when there is none.
func (t *Table) Any(slot uint32, col int) any {
	if c, ok := t.columns[col].(holder); ok && t.gens.has(slot) {
		return c.any(slot)
	}
	return nil
}

// Empty tells whether all windows of the slot hold no record now; those since the slot's creation are not asked. Records
// may yet enter one with an offset.
func (t *Table) Empty(slot uint32) bool {
	if !t.gens.has(slot) {
		return true
	}
	for i, c := range t.columns {
		if t.cols[i].Window != Forever && c.holds(slot) {
			return false
		}
	}
	return true
}

// Clear empties the slot's windows, also of what was yet to enter one. What looks back to the slot's creation stays, and
// FirstSeen remembers the values that were in its windows: they have been seen.
func (t *Table) Clear(slot uint32) {
	if !t.gens.has(slot) {
		return
	}
	*t.gens.at(slot)++
	for i, c := range t.columns {
		switch seen, ok := c.(*firstSeens); {
		case ok:
			seen.clear(slot, t.now)
		case t.cols[i].Window != Forever:
			c.drop(slot)
		}
	}
}

// Drop forgets the slot's content, also what was yet to enter a window and what FirstSeen remembers. The slot may be used again at once.
func (t *Table) Drop(slot uint32) {
	if !t.gens.has(slot) {
		return
	}
	*t.gens.at(slot)++
	for _, c := range t.columns {
		c.drop(slot)
	}
}

// Fetch looks at what Add will need of these slots, so that the processor has it at hand. It changes nothing, and what it returns means
// nothing.
func (t *Table) Fetch(slots []uint32) (sum uint32) {
	for _, l := range t.lines {
		for _, slot := range slots {
			if !t.gens.has(slot) {
				continue
			}
			sum += *t.gens.at(slot)
			if last := *l.last.at(slot); last != 0 {
				sum += l.entries.at(last).slot
			}
		}
	}
	return sum
}
