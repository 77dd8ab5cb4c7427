package windowing

// Event is one record of a History.
type Event struct {
	Sec   int64
	Order Order
	Mask  uint64 // which steps of a sequence it satisfies; the caller's
	Vals  []any  // string, int64, float64, bool or nil each
}

// History keeps the records of each slot in total order: second, source name, generation, position.
type History struct {
	reach int64
	keep  int
}

// HistoryState is the content of a History, fit for gob. Its fields are public for the encoder only.
type HistoryState struct {
	Reach int64
	Keep  int
}

// NewHistory returns an empty history that keeps what is at most reach seconds old (Forever: all), and the newest keep records per slot.
func NewHistory(reach int64, keep int) *History { return &History{reach: reach, keep: keep} }

// Add puts a record in its place.
func (h *History) Add(slot uint32, sec int64, at Order, mask uint64, vals []any) {}

// Prune forgets what the slot has from before (now-reach, now].
func (h *History) Prune(slot uint32, now int64) {}

// Records are the slot's records in total order, valid until the next call.
func (h *History) Records(slot uint32) []Event { return nil }

// Within are those of them that a window of so many seconds (or Forever) covers at now, rounded as a Column's, valid until the next call.
func (h *History) Within(slot uint32, window, now int64) []Event { return nil }

// Drop forgets the slot's records.
func (h *History) Drop(slot uint32) {}

// State copies the history.
func (h *History) State() HistoryState { return HistoryState{h.reach, h.keep} }

// RestoreHistory builds the history that State described.
func RestoreHistory(reach int64, keep int, st HistoryState) (*History, error) {
	return NewHistory(reach, keep), nil
}
