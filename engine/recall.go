package engine

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/rules"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// maxPast bounds how many of a group's newest records are remembered one by one.
const maxPast = 10_000

// recall remembers, for each group, the fields of records that conditions name
// as first.FIELD, last.FIELD and prev.FIELD.
type recall struct {
	rule  *rules.Rule
	past  *windowing.History
	keep  int      // records per group
	names []string // of what a record leaves behind, in the order in which it is stored
	place []int    // of rule.Kept: its place in names
}

// newRecall returns nil for a rule that names no such field.
func newRecall(r *rules.Rule) *recall {
	if len(r.Recorded) == 0 {
		return nil
	}
	c := &recall{keep: recallKeep(r)}
	c.past = windowing.NewHistory(recallReach(r), c.keep)
	c.name(r)
	return c
}

// name gives the rule's fields their places. Those that are stored keep theirs:
// an edit of `resolve` may name others while the group's memory stays.
func (c *recall) name(r *rules.Rule) {
	c.rule, c.place = r, nil
	for _, ref := range r.Kept {
		name := refName(ref)
		i := slices.Index(c.names, name)
		if i < 0 {
			i = len(c.names)
			c.names = append(c.names, name)
		}
		c.place = append(c.place, i)
	}
}

// adapted is what c remembers, for an edited rule with the same windows. It
// never remembers fewer records than before.
func (c *recall) adapted(r *rules.Rule) (*recall, error) {
	now := newRecall(r)
	if c == nil || now == nil {
		return now, nil
	}
	now.names = slices.Clone(c.names)
	now.name(r)
	if now.keep <= c.keep {
		now.keep, now.past = c.keep, c.past
		return now, nil
	}
	st := c.past.State()
	st.Keep = now.keep
	var err error
	now.past, err = windowing.RestoreHistory(recallReach(r), now.keep, st)
	return now, err
}

// recallReach is how far back records are looked for, in seconds. Windows beyond
// a day reach back to the beginning of a minute.
func recallReach(r *rules.Rule) int64 {
	switch {
	case r.Window == 0:
		return windowing.Forever
	case r.Window > 24*60*60:
		return r.Window + 60
	}
	return r.Window
}

// recallKeep is how many records a group needs: the last two answer for last and
// prev, unless rounding leaves them out of the window.
func recallKeep(r *rules.Rule) int {
	first := slices.ContainsFunc(r.Recorded, func(f rules.RecordField) bool { return f.Record == rules.FirstRecord })
	if first || r.Window > 24*60*60 {
		return maxPast
	}
	return 2
}

func refName(ref rules.Ref) string {
	if ref.Field != nil {
		return ref.Field.Name
	}
	return ref.Path.String()
}

// placed appends what a record leaves behind, given in the order of rule.Kept, in
// the order in which it is stored.
func (c *recall) placed(list, vals []any) []any {
	from := len(list)
	for range c.names {
		list = append(list, nil)
	}
	for i, v := range vals {
		list[from+c.place[i]] = v
	}
	return list
}

func (c *recall) add(slot uint32, it *arrived) {
	c.past.Add(slot, it.Sec, it.Place, 0, slices.Clone(it.Kept))
}

// variable is a field of a record in the window, nil if no condition names it so.
func (c *recall) variable(name string, slot uint32, s int64) any {
	i := slices.IndexFunc(c.rule.Recorded, func(f rules.RecordField) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	window := c.rule.Window
	if window == 0 {
		window = windowing.Forever
	}
	return c.field(c.past.Within(slot, window, s), c.rule.Recorded[i])
}

func (c *recall) field(events []windowing.Event, f rules.RecordField) any {
	i := 0
	switch f.Record {
	case rules.LastRecord:
		i = len(events) - 1
	case rules.PrevRecord:
		i = len(events) - 2
	}
	if i < 0 || i >= len(events) {
		return nil
	}
	vals := events[i].Vals
	if at := c.place[f.Kept]; at < len(vals) {
		return vals[at]
	}
	return nil // it came before the rule named the field
}
