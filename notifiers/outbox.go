package notifiers

import (
	"context"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Outbox keeps deliveries until they are out. Only the receiver's one Worker
// changes its rows.
type Outbox interface {
	// Due returns the unsent rows (pending, retry, inflight) that may be sent at
	// now, oldest first. A row is not due before the older ones of its group.
	Due(ctx context.Context, receiver string, now time.Time) ([]alert.Delivery, time.Time, error)
	// Save writes state, attempts, next and reference of rows, all or none.
	Save(ctx context.Context, ds ...alert.Delivery) error
	// Add puts new rows into the outbox, all or none; ids already known are ignored.
	Add(ctx context.Context, ds ...alert.Delivery) error
	// Newest returns the newest row of the group for the receiver; ok is false if
	// there is none.
	Newest(ctx context.Context, receiver, groupKey string) (d alert.Delivery, ok bool, err error)
	// Ref returns the newest reference of the group's messages, or "".
	Ref(ctx context.Context, receiver, groupKey string) (string, error)
}

// batch is what is unsent of one group, oldest first. It leaves as one message.
type batch []alert.Delivery

// batches puts rows together by group, in the order of each group's oldest row.
func batches(rows []alert.Delivery) []batch {
	var out []batch
	at := map[string]int{}
	for _, d := range rows {
		i, ok := at[d.GroupKey]
		if !ok {
			i = len(out)
			at[d.GroupKey] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], d)
	}
	return out
}

// unchangedFor is how long a message that may be out is tried as it was. In a longer
// outage what waits behind it is told together with it: nobody wants the history.
const unchangedFor = 15 * time.Minute

// asTried leaves of a batch the rows of the message that may have been taken, if there
// is one, so that a copy of it has the same id. They are the oldest: a try takes all
// rows that there are of a group.
func (b batch) asTried(now time.Time) batch {
	if now.Sub(b[0].Created) > unchangedFor {
		return b
	}
	for i, d := range slices.Backward(b) {
		if unclear(d) {
			return b[:i+1]
		}
	}
	return b
}

// next is when the batch may be tried: a newer row waits for an older one's retry.
func (b batch) next() (at time.Time) {
	for _, d := range b {
		at = later(at, d.Next)
	}
	return at
}

// tried is when the batch was last tried; the zero time if never.
func (b batch) tried() (at time.Time) {
	for _, d := range b {
		if n := len(d.Attempts); n > 0 {
			at = later(at, d.Attempts[n-1].At)
		}
	}
	return at
}

// merged is the newest row, telling also what the older ones would have told:
// an alert that began and ended unsent is told as over.
func (b batch) merged() alert.Delivery {
	d := b[len(b)-1]
	d.Ref = ""
	for _, row := range slices.Backward(b) {
		if d.Ref == "" && row.Reason == string(First) { // others speak of the group's message
			d.Ref = row.Ref
		}
		if unclear(row) {
			d.Again = append(d.Again, row.ID)
		}
	}
	if len(b) == 1 {
		return d
	}
	d.Ended = b.ended()
	var alerts []alert.Transition
	seen := map[string]bool{}
	for _, row := range slices.Backward(b) {
		d.Reason = string(strongest(Reason(row.Reason), Reason(d.Reason)))
		for _, t := range row.Message.Alerts {
			if !seen[t.AlertID] {
				seen[t.AlertID] = true
				alerts = append(alerts, t)
			}
		}
	}
	if d.Message.Digest != nil { // it tells of everything since its storm began, but not of the storm before
		alerts = slices.DeleteFunc(alerts, func(t alert.Transition) bool { return !slices.Contains(d.Ended, t.AlertID) })
		d.Message.Alerts = append(slices.Clone(d.Message.Alerts), alerts...)
		return d
	}
	slices.SortStableFunc(alerts, byUrgency)
	d.Message.Alerts = alerts
	d.Message.Status = status(alerts)
	if slices.ContainsFunc(b, func(row alert.Delivery) bool { return row.GroupKey != d.GroupKey }) {
		return unnamed(d)
	}
	return d
}

// ended are the alerts of an incident before the batch's first one, whose end is
// still unsent.
func (b batch) ended() (ids []string) {
	first := slices.IndexFunc(b, func(d alert.Delivery) bool { return d.Reason == string(First) })
	for _, row := range b[:max(first, 0)] {
		for _, t := range row.Message.Alerts {
			ids = append(ids, t.AlertID)
		}
	}
	return ids
}

// carrier is the row that keeps the reference of a message which is up, though the
// try failed: that of the incident's beginning, since later rows go by the group's.
func (b batch) carrier() int {
	for i, d := range slices.Backward(b) {
		if d.Reason == string(First) {
			return i
		}
	}
	return len(b) - 1
}

// keep notes in rows, which stand for the batch after a failed try, how far it got.
func (b batch) keep(rows []alert.Delivery, got Receipt) {
	last := &rows[len(rows)-1]
	if n := len(last.Attempts); got.Parts != nil {
		last.Attempts[n-1].Parts = got.Parts
	} else if n > 1 { // it broke before it could say
		last.Attempts[n-1].Parts = last.Attempts[n-2].Parts
	}
	if got.Ref != "" {
		rows[b.carrier()].Ref = got.Ref
	}
}

// unclear reports whether the row may have been taken: a crash or a stop cut its
// try off, or one ended without a clear answer.
func unclear(d alert.Delivery) bool {
	return d.State == alert.DeliveryInflight || slices.ContainsFunc(d.Attempts, func(a alert.Attempt) bool { return a.Unclear })
}

// begun marks the rows as being tried.
func (b batch) begun() []alert.Delivery {
	out := slices.Clone(b)
	for i := range out {
		out[i].State = alert.DeliveryInflight
	}
	return out
}

// sent marks the newest row sent and the older ones superseded.
func (b batch) sent(ref string, now time.Time) []alert.Delivery {
	out := slices.Clone(b)
	for i := range out {
		out[i].State = alert.DeliverySuperseded
	}
	last := &out[len(out)-1]
	last.State, last.Ref = alert.DeliverySent, ref
	last.Attempts = attempted(last.Attempts, alert.Attempt{At: now})
	return out
}

// maxAttempts of a row are kept: the first and the last ones.
const maxAttempts = 20

func attempted(as []alert.Attempt, a alert.Attempt) []alert.Attempt {
	as = append(slices.Clone(as), a)
	if len(as) > maxAttempts {
		as = slices.Delete(as, 1, 2)
	}
	return as
}
