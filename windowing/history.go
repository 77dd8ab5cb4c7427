package windowing

import (
	"cmp"
	"fmt"
	"slices"
)

// Event is one record of a History.
type Event struct {
	Sec   int64
	Order Order
	Mask  uint64 // which steps of a sequence the record satisfies; the caller's
	Vals  []any  // string, int64, float64, bool or nil each
}

func (e *Event) compare(f *Event) int {
	return cmp.Or(cmp.Compare(e.Sec, f.Sec), e.Order.Compare(f.Order))
}

// History keeps the records of each slot in total order: second, source name, generation, position. Like a Table it does
// not depend on the order in which they came, and it has no clock: what is too old goes with Prune.
type History struct {
	reach int64
	keep  int
	slots slab[[]Event]
}

// NewHistory returns an empty history of the newest keep records of each slot, of which Prune leaves those less than reach seconds old
// (Forever: all; 0 is the same as 1). It panics on a negative reach and when nothing is to be kept.
func NewHistory(reach int64, keep int) *History {
	if reach < Forever || keep < 1 {
		panic("windowing: a history without reach or room")
	}
	return &History{reach: reach, keep: keep}
}

// Add puts a record in its place; of two in the same place the one that came later is the later one. vals are copied; one of another
// kind than Event allows becomes nil. What Prune would take at the second of the slot's newest record is gone.
func (h *History) Add(slot uint32, sec int64, at Order, mask uint64, vals []any) {
	h.slots.reach(slot)
	list := h.slots.at(slot)
	e := Event{Sec: sec, Order: at, Mask: mask}
	i := len(*list)
	if i > 0 && (*list)[i-1].compare(&e) > 0 {
		i, _ = slices.BinarySearchFunc(*list, e, func(have, want Event) int { return cmp.Or(have.compare(&want), -1) })
	}
	if i == 0 && len(*list) == h.keep {
		return
	}
	if len(vals) > 0 {
		e.Vals = make([]any, len(vals))
		for k, v := range vals {
			e.Vals[k], _ = stored(v)
		}
	}
	*list = slices.Insert(*list, i, e)
	*list = dropFront(*list, max(0, len(*list)-h.keep))
	h.Prune(slot, (*list)[len(*list)-1].Sec)
}

// Prune forgets what the slot has from before (now-reach, now], the edge rounded down to a whole minute if reach exceeds a day.
func (h *History) Prune(slot uint32, now int64) {
	if h.reach == Forever || !h.slots.has(slot) {
		return
	}
	list := h.slots.at(slot)
	*list = dropFront(*list, until(*list, edgeOf(h.reach, now-max(h.reach, 1))))
}

// edgeOf rounds an edge of a window of so many seconds.
func edgeOf(window, edge int64) int64 {
	if window > day {
		return endOfMinute(edge - minute + 1)
	}
	return edge
}

// until is how many of the events have their second at or before sec.
func until(list []Event, sec int64) int {
	if len(list) == 0 || list[0].Sec > sec {
		return 0
	}
	i, _ := slices.BinarySearchFunc(list, sec, func(e Event, sec int64) int {
		if e.Sec <= sec {
			return -1
		}
		return 1
	})
	return i
}

// Records are the slot's records in total order. They are the history's, and valid until its next call.
func (h *History) Records(slot uint32) []Event {
	if !h.slots.has(slot) {
		return nil
	}
	return *h.slots.at(slot)
}

// Within are those of Records that a Column of this Window would cover at now: rounded to whole minutes above a day, all
// with Forever.
func (h *History) Within(slot uint32, window, now int64) []Event {
	list := h.Records(slot)
	if window == Forever {
		return list
	}
	return list[until(list, edgeOf(window, now-max(window, 1))):until(list, edgeOf(window, now))]
}

// Drop forgets the slot's records.
func (h *History) Drop(slot uint32) {
	if h.slots.has(slot) {
		*h.slots.at(slot) = nil
	}
}

// HistoryState is the content of a History, fit for gob. Its fields are public for the encoder only.
type HistoryState struct {
	Reach        int64
	Keep         int
	Slots, Sizes []uint32 // the slots that have records, and how many
	Records      RecordState
	Masks        []uint64
	Widths       []uint32 // how many values each record has
}

// State copies the history.
func (h *History) State() HistoryState {
	st := HistoryState{Reach: h.reach, Keep: h.keep}
	for slot := range h.slots.len() {
		list := *h.slots.at(slot)
		if len(list) == 0 {
			continue
		}
		st.Slots, st.Sizes = append(st.Slots, slot), append(st.Sizes, uint32(len(list)))
		for _, e := range list {
			st.Records.add(e.Sec, e.Order)
			st.Masks, st.Widths = append(st.Masks, e.Mask), append(st.Widths, uint32(len(e.Vals)))
			for _, v := range e.Vals {
				st.Records.Values.add(v)
			}
		}
	}
	return st
}

// RestoreHistory builds the history that State described. Another reach or keep than the state's, and a state that contradicts itself,
// are errors; a caller who wants to keep more says so in the state.
func RestoreHistory(reach int64, keep int, st HistoryState) (*History, error) {
	if st.Reach != reach || st.Keep != keep || reach < Forever || keep < 1 {
		return nil, fmt.Errorf("restore history: the state has reach %d and keeps %d, want %d and %d", st.Reach, st.Keep, reach, keep)
	}
	h := NewHistory(reach, keep)
	if len(st.Slots) != len(st.Sizes) || len(st.Masks) != len(st.Widths) {
		return nil, fmt.Errorf("restore history: %d slots, but %d sizes", len(st.Slots), len(st.Sizes))
	}
	if err := checkSlots(st.Slots); err != nil {
		return nil, err
	}
	for i, slot := range st.Slots {
		for range st.Sizes[i] {
			e, err := st.next()
			if err != nil {
				return nil, err
			}
			h.Add(slot, e.Sec, e.Order, e.Mask, e.Vals)
		}
	}
	return h, nil
}

func (st *HistoryState) next() (e Event, err error) {
	if len(st.Masks) == 0 || int64(st.Widths[0]) > int64(len(st.Records.Values.Kinds)) {
		return e, errRecord
	}
	if e.Sec, e.Order, err = st.Records.next(); err != nil {
		return e, err
	}
	e.Mask, e.Vals = st.Masks[0], make([]any, st.Widths[0])
	for i := range e.Vals {
		if e.Vals[i], err = st.Records.Values.next(); err != nil {
			return e, err
		}
	}
	st.Masks, st.Widths = st.Masks[1:], st.Widths[1:]
	return e, nil
}
