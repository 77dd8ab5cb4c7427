package main

import (
	"cmp"
	"maps"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
)

// quietStart is a first start: history fills the windows, and only what fires
// at the end of it is announced. It is part of the snapshot, so that a restart
// in the middle of a long history does not begin anew.
type quietStart struct {
	Until  int64                       `json:"until"`            // seconds before it are history
	Firing map[string]alert.Transition `json:"firing,omitempty"` // by alert id: what the history left on so far, the newest of each
	After  []alert.Transition          `json:"after,omitempty"`  // all that came since
}

// hold takes in what is not announced yet. Of the history only what is still on
// is kept, whatever its length.
func (q *quietStart) hold(ts []alert.Transition) {
	if q.Firing == nil {
		q.Firing = map[string]alert.Transition{}
	}
	for _, t := range ts {
		switch {
		case t.At >= q.Until:
			delete(q.Firing, t.AlertID)
			q.After = append(q.After, t)
		case t.Active():
			q.Firing[t.AlertID] = t
		default:
			delete(q.Firing, t.AlertID)
		}
	}
}

// firingAtEnd is what the history left firing, in order, and all that came
// after it.
func (q *quietStart) firingAtEnd() []alert.Transition {
	on := slices.SortedFunc(maps.Values(q.Firing), func(a, b alert.Transition) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Rule, b.Rule), a.Group.Compare(b.Group))
	})
	return append(on, q.After...)
}
