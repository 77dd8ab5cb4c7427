package slack_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/store"
)

// Where a message stands is known after a restart, and a message whose answer was
// lost by a crash is found and not said again.
func TestSend_ARestartGoesOnEditing(t *testing.T) {
	f, faulty, url := newFake(t)
	dir := t.TempDir()
	life := func(fault fakes.Fault, d alert.Delivery) {
		t.Helper()
		s, err := store.Open(t.Context(), dir, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		d.State, d.Created, d.Next, d.GroupKey = alert.DeliveryPending, time.Now(), time.Now(), "noc/g"
		if d.ID != "" {
			if _, err := s.Commit(t.Context(), store.Cut{Deliveries: []alert.Delivery{d}}); err != nil {
				t.Fatal(err)
			}
		}
		faulty.Next = fakes.Sequence(fault)
		ctx, crash := context.WithCancel(t.Context())
		w := &notifiers.Worker{Name: "noc", Receiver: bot(t, url), Outbox: untilDone{s, fault != fakes.None, crash}, Timeout: 300 * time.Millisecond}
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
	}
	first, more := delivery(notifiers.First, edge("a", alert.Firing)), delivery(notifiers.NewAlerts, edge("a", alert.Firing), edge("b", alert.Firing))
	more.ID = "d2"
	life(fakes.None, first)
	life(fakes.None, more)
	want := []string{"post", "reply 1700000000.000001", "update 1700000000.000001", "reply 1700000000.000001 broadcast"}
	if diff := cmp.Diff(want, f.Calls()); diff != "" {
		t.Fatalf("calls (-want +got):\n%s", diff)
	}
	again := delivery(notifiers.First, edge("c", alert.Firing))
	again.ID = "d3"
	life(fakes.AcceptReset, again)
	life(fakes.None, alert.Delivery{})
	want = append(want, "post", "conversations.history", "update 1700000000.000004", "conversations.replies 1700000000.000004", "reply 1700000000.000004")
	if diff := cmp.Diff(want, f.Calls()); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// untilDone crashes when the delivery is sent, or, if it is to fail, before that
// is known.
type untilDone struct {
	*store.Store
	fails bool
	crash func()
}

func (u untilDone) Save(ctx context.Context, ds ...alert.Delivery) error {
	state := ds[len(ds)-1].State
	if u.fails && state == alert.DeliveryRetry {
		u.crash()
		return nil
	}
	if state == alert.DeliverySent {
		defer u.crash()
	}
	return u.Store.Save(ctx, ds...)
}
