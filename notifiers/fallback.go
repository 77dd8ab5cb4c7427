package notifiers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/smarty-alert/smarty-alert/alert"
)

// handOn gives rows to the fallback as well: those that wait for a receiver that
// fails, and those that were given up. They stay what they are here: the receiver
// gets them when it answers again. A copy's id follows from the row's, so that a
// crash makes no second one.
func (w *Worker) handOn(ctx context.Context, rows []alert.Delivery) error {
	if w.Fallback == "" {
		return nil
	}
	var copies []alert.Delivery
	for _, d := range rows {
		if !w.handed[d.ID] {
			copies = append(copies, w.copyOf(d))
		}
	}
	if len(copies) == 0 {
		return nil
	}
	if err := w.Outbox.Add(ctx, copies...); err != nil {
		return err
	}
	if w.handed == nil {
		w.handed = map[string]bool{}
	}
	for _, d := range rows {
		w.handed[d.ID] = true
	}
	if w.HandedOn != nil {
		w.HandedOn()
	}
	return nil
}

// follow gives what the receiver has just got to the fallback too, while that one
// knows of something that fires in the group: whoever was told of the beginning is
// told of the end.
func (w *Worker) follow(ctx context.Context, b batch) error {
	if w.Fallback == "" {
		return nil
	}
	for _, one := range batches(b) {
		known, ok, err := w.Outbox.Newest(ctx, w.Fallback, one[0].GroupKey)
		if err != nil {
			return err
		}
		if !ok || known.Message.Status != "firing" {
			continue
		}
		news := slices.DeleteFunc(slices.Clone(one), func(d alert.Delivery) bool { return d.Reason == string(Repeat) })
		if err := w.handOn(ctx, news); err != nil {
			return err
		}
	}
	return nil
}

func (w *Worker) copyOf(d alert.Delivery) alert.Delivery {
	now := w.Now()
	m := d.Message
	m.Receiver = w.Fallback
	return alert.Delivery{ID: copyID(d.ID, w.Fallback), Receiver: w.Fallback, GroupKey: d.GroupKey, Reason: d.Reason,
		State: alert.DeliveryPending, Created: now, Next: now, Message: m}
}

func copyID(id, receiver string) string {
	sum := sha256.Sum256([]byte(id + " " + receiver))
	return hex.EncodeToString(sum[:16])
}
