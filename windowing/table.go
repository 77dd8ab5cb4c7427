// Package windowing keeps exact sliding windows of event time per group.
package windowing

// Func is an aggregate over the records of a window.
type Func uint8

// The aggregates.
const (
	Count Func = iota
	Sum
	Avg
	Min
	Max
	Distinct
)

// Column is one aggregate over one window: at second s it covers (s-Window-Offset, s-Offset].
// Window 0 is the single second s-Offset.
type Column struct {
	Func           Func
	Window, Offset int64
}

// Input is what one record brings to one column.
type Input struct {
	On   bool
	Num  float64
	Hash uint64
}

// Table holds the windows of all groups of one rule.
type Table struct {
	now     int64
	started bool
}

// State is the content of a Table, fit for gob.
type State struct {
	Columns []Column
	Now     int64
	Started bool
}

// NewTable returns an empty table.
func NewTable(cols []Column) *Table { return &Table{} }

// Restore builds the table that State described.
func Restore(cols []Column, st State) (*Table, error) { return &Table{}, nil }

// Now is the current second; ok is false before the first Advance.
func (t *Table) Now() (sec int64, ok bool) { return t.now, t.started }

// Add counts a record of the given second, which is Now or earlier.
func (t *Table) Add(slot uint32, sec int64, in []Input) {}

// NextChange is the next second after Now at which content enters or leaves a window by itself.
func (t *Table) NextChange() (int64, bool) { return 0, false }

// Advance moves Now to sec and reports the slots whose content changed, ascending.
func (t *Table) Advance(sec int64, changed func(slot uint32)) { t.now, t.started = sec, true }

// Value is the value of a column for a slot.
func (t *Table) Value(slot uint32, col int) (v float64, ok, approx bool) { return 0, false, false }

// Empty tells whether all windows of the slot hold no record.
func (t *Table) Empty(slot uint32) bool { return true }

// Drop forgets the content of the slot.
func (t *Table) Drop(slot uint32) {}

// State copies the table's content.
func (t *Table) State() State { return State{} }
