package windowing

import (
	"errors"
	"fmt"
	"slices"
)

// State is the content of a Table, fit for gob. Its fields are public for the encoder only. It holds no trace
// of how the table lays out its memory, nor of dropped content.
type State struct {
	Columns []Column
	Now     int64
	Started bool
	Lines   []LineState // to the second, to the minute; those that have columns
}

// LineState is the content of one timeline: per second the entries, per entry the slot and the columns' parts.
type LineState struct {
	Seconds []int64
	Entries []uint32 // how many each second has
	Slots   []uint32
	Columns []ColumnState
}

// ColumnState holds the parts of a column, in the order of the entries, each in the fields its Func needs; then what the
// column keeps besides them.
type ColumnState struct {
	Counts  []uint32  // records, or how many of the following
	High    []int64   // sums, upper half
	Low     []uint64  // sums, lower half
	Peaks   []float64 // extremes, sign turned for Min; NaN = none
	Hashes  []uint64
	Numbers []float64 // percentiles
	Times   []uint32  // how often each number or text came
	Texts   []uint32  // in Words
	Words   []string
	Records RecordState // First, Last, Streak

	Slots  []uint32    // with Kept one for each Sizes, else for each Seen
	Sizes  []uint32    // Streak: records of each slot
	Seen   []uint64    // FirstSeen: hashes that are remembered
	SeenAt []int64     // and when each was seen last
	Kept   RecordState // of a look-back, and the tails of Streak

	words map[uint32]uint32 // while it is written: texts to Words
}

// maxSlot is the greatest slot Restore takes: a damaged state shall not reserve all memory.
const maxSlot = 1 << 26

var (
	errShort = errors.New("restore windows: a column has fewer parts than entries")
	errPart  = errors.New("restore windows: a part cannot be where it is")
)

// State copies the table's content; the table may go on at once.
func (t *Table) State() State {
	st := State{Columns: slices.Clone(t.cols), Now: t.now, Started: t.started}
	for _, l := range t.lines {
		st.Lines = append(st.Lines, l.save(&t.gens))
	}
	return st
}

func (l *timeline) save(gens *generations) LineState {
	st := LineState{Columns: make([]ColumnState, len(l.columns))}
	st.Slots = make([]uint32, 0, l.entries.live)
	for _, s := range l.seconds[l.head:] {
		before := len(st.Slots)
		for id := s.first; id != 0; {
			e := l.entries.at(id)
			if gens.of(e.slot) == e.gen {
				st.Slots = append(st.Slots, e.slot)
				for i, c := range l.columns {
					c.save(place{id, e.slot, s.sec}, &st.Columns[i])
				}
			}
			id = e.next
		}
		if n := len(st.Slots) - before; n > 0 {
			st.Seconds = append(st.Seconds, s.sec)
			st.Entries = append(st.Entries, uint32(n))
		}
	}
	for i, c := range l.columns {
		if k, ok := c.column.(keeper); ok {
			k.saveKept(&st.Columns[i])
		}
		st.Columns[i].words = nil
	}
	return st
}

// Restore builds the table that State described; it goes on exactly as the old one would, except that NextChange no longer
// names seconds at which only dropped content would have changed. Other columns than those of the state, and a state that
// contradicts itself, are errors.
func Restore(cols []Column, st State) (*Table, error) {
	if !slices.Equal(cols, st.Columns) {
		return nil, fmt.Errorf("restore windows: the state has columns %v, want %v", st.Columns, cols)
	}
	t := NewTable(cols)
	if len(st.Lines) != len(t.lines) {
		return nil, fmt.Errorf("restore windows: %d timelines, want %d", len(st.Lines), len(t.lines))
	}
	t.now, t.started = st.Now, st.Started
	for i, l := range t.lines {
		if err := st.Lines[i].check(l, st); err != nil {
			return nil, err
		}
		for _, slot := range st.Lines[i].Slots {
			t.reach(slot)
		}
		columns := slices.Clone(st.Lines[i].Columns)
		if err := l.load(st.Lines[i], columns, t.now); err != nil {
			return nil, err
		}
		if err := t.loadKept(l, columns); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// check finds what would make load run out of bounds or break the order of seconds.
func (st LineState) check(l *timeline, of State) error {
	if len(st.Columns) != len(l.columns) || len(st.Entries) != len(st.Seconds) {
		return errors.New("restore windows: columns or seconds do not fit together")
	}
	var sum uint64
	for i, sec := range st.Seconds {
		sum += uint64(st.Entries[i])
		if i > 0 && sec <= st.Seconds[i-1] {
			return fmt.Errorf("restore windows: second %d comes after %d", sec, st.Seconds[i-1])
		}
		latest := of.Now
		if l.coarse {
			latest = endOfMinute(latest)
		}
		if !of.Started || sec > latest || l.coarse && sec != endOfMinute(sec) {
			return fmt.Errorf("restore windows: no record can be of second %d at %d", sec, of.Now)
		}
	}
	if sum != uint64(len(st.Slots)) {
		return fmt.Errorf("restore windows: %d entries, but %d slots", sum, len(st.Slots))
	}
	return checkSlots(st.Slots)
}

func checkSlots(slots []uint32) error {
	for _, slot := range slots {
		if slot > maxSlot {
			return fmt.Errorf("restore windows: slot %d is too large", slot)
		}
	}
	return nil
}

// load fills an empty timeline and takes the parts off columns.
func (l *timeline) load(st LineState, columns []ColumnState, now int64) error {
	slots := st.Slots
	for i, sec := range st.Seconds {
		if sec+l.edges[len(l.edges)-1].delay <= now {
			return fmt.Errorf("restore windows: second %d is over at %d", sec, now)
		}
		for range st.Entries[i] {
			if err := l.loadEntry(slots[0], sec, now, columns); err != nil {
				return err
			}
			slots = slots[1:]
		}
	}
	return nil
}

func (l *timeline) loadEntry(slot uint32, sec, now int64, columns []ColumnState) error {
	id := l.append(entry{slot: slot, gen: firstGeneration, sec: uint32(sec)}, l.second(sec, now))
	*l.last.at(slot) = id
	for i, c := range l.columns {
		at := isWaiting
		if sec+c.leave <= now {
			at = isOver
		} else if sec+c.enter <= now {
			at = isInside
		}
		if err := c.load(place{id, slot, sec}, &columns[i], at); err != nil {
			return err
		}
	}
	return nil
}

// loadKept restores what the timeline's columns keep besides the entries.
func (t *Table) loadKept(l *timeline, columns []ColumnState) error {
	for i, c := range l.columns {
		k, ok := c.column.(keeper)
		if !ok {
			continue
		}
		if err := checkSlots(columns[i].Slots); err != nil {
			return err
		}
		if !t.started && len(columns[i].Slots) > 0 {
			return errPart
		}
		for _, slot := range columns[i].Slots {
			t.reach(slot)
		}
		if err := k.loadKept(&columns[i], t.now); err != nil {
			return err
		}
	}
	return nil
}

func (st *ColumnState) nextCount() (uint32, error) {
	if len(st.Counts) == 0 {
		return 0, errShort
	}
	n := st.Counts[0]
	st.Counts = st.Counts[1:]
	return n, nil
}

// nextPart is the next count; one of what has left the window must be 0.
func (st *ColumnState) nextPart(at phase) (uint32, error) {
	n, err := st.nextCount()
	if err == nil && at == isOver && n > 0 {
		return 0, errPart
	}
	return n, err
}

func (st *ColumnState) nextSum() (fixed, error) {
	if len(st.High) == 0 || len(st.Low) == 0 {
		return fixed{}, errShort
	}
	f := fixed{st.High[0], st.Low[0]}
	st.High, st.Low = st.High[1:], st.Low[1:]
	return f, nil
}

func (st *ColumnState) nextPeak() (float64, error) {
	if len(st.Peaks) == 0 {
		return 0, errShort
	}
	v := st.Peaks[0]
	st.Peaks = st.Peaks[1:]
	return v, nil
}

func (st *ColumnState) nextHashes(at phase) ([]uint64, error) {
	n, err := st.nextPart(at)
	if err != nil {
		return nil, err
	}
	if uint64(n) > uint64(len(st.Hashes)) {
		return nil, errShort
	}
	hashes := st.Hashes[:n]
	st.Hashes = st.Hashes[n:]
	return hashes, nil
}
