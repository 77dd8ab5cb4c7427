package notifiers

import (
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
)

// catchUpSingly is how many alerts that came and went while the receiver was away
// it is told of in messages of their own.
const catchUpSingly = 5

// catchUp puts the groups that are over, and that nobody was told of, into one
// message, when there are many: after an outage people want to know what goes on,
// and in one glance what was. What still fires keeps a message of its own, which
// will be true later too; so does what the receiver refused, or has half of.
func catchUp(bs []batch) []batch {
	var past batch
	var rest []batch
	n := 0
	for _, b := range bs {
		if b.cameAndWent() && !b.refused() && b.whole() {
			past = append(past, b...)
			n++
		} else {
			rest = append(rest, b)
		}
	}
	if n <= catchUpSingly {
		return bs
	}
	slices.SortStableFunc(past, func(a, b alert.Delivery) int { return a.Created.Compare(b.Created) })
	return append(rest, past)
}

// cameAndWent reports whether everything about the group waits, from its first
// message to its last.
func (b batch) cameAndWent() bool {
	d := b.merged()
	return b[0].Reason == string(First) && d.Message.Status == "resolved" && d.Message.Digest == nil
}

// whole reports whether no try has got part of the way.
func (b batch) whole() bool {
	return !slices.ContainsFunc(b, func(d alert.Delivery) bool {
		return d.Ref != "" || slices.ContainsFunc(d.Attempts, func(a alert.Attempt) bool { return len(a.Parts) > 0 })
	})
}

// unnamed makes a message about several groups that of none.
func unnamed(d alert.Delivery) alert.Delivery {
	d.GroupKey = d.Receiver + "/catch-up:{}"
	d.Message.GroupKey, d.Message.GroupLabels = d.GroupKey, nil
	return d
}
