package notifiers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

// steps answers tries by their number and writes down what it was told.
type steps struct {
	got    []string
	answer func(n int) (Receipt, error)
}

func (r *steps) Send(ctx context.Context, d alert.Delivery, ref string) (Receipt, error) {
	ended := alert.Message{}
	for _, t := range d.Message.Alerts {
		if slices.Contains(d.Ended, t.AlertID) {
			ended.Alerts = append(ended.Alerts, t)
		}
	}
	r.got = append(r.got, fmt.Sprintf("%s %s own=%s group=%s ended=%s", d.ID, names(d.Message), d.Ref, ref, names(ended)))
	got, err := r.answer(len(r.got))
	if errors.Is(err, errHang) {
		<-ctx.Done()
		err = ctx.Err()
	}
	return got, err
}

func runSteps(t *testing.T, d time.Duration, m *memory, r *steps) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := (&Worker{Name: "noc", Receiver: r, Outbox: m}).Run(ctx); err != nil {
		t.Error(err)
	}
}

// A message that is up though its try failed is that of the incident's beginning,
// whatever row it left with: the next try goes on from there.
func TestWorker_AMessageThatIsUpIsTheIncidents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &steps{answer: func(n int) (Receipt, error) {
			if n == 1 {
				return Receipt{Ref: "up"}, &SendError{Err: errors.New("slow down"), Class: "rate_limited"} // not unclear
			}
			return Receipt{Ref: "up"}, nil
		}}
		m := &memory{}
		m.Put(row("1", "x", First, fire("a", 0)), row("2", "x", Resolved, end("a", 0)))
		runSteps(t, time.Minute, m, r)
		want := []string{"2 -a own= group= ended=", "2 -a own=up group=up ended="}
		if diff := cmp.Diff(want, r.got); diff != "" || m.States() != "1 superseded, 2 sent" {
			t.Error(diff, m.States())
		}
	})
}

// Whose end is told with the next incident is said, so that the message of the
// incident before can be put right; those that begin and end unsent are no part of it.
func TestWorker_SaysWhatEndedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &steps{answer: func(int) (Receipt, error) { return Receipt{Ref: "m"}, nil }}
		m := &memory{}
		m.Put(row("1", "x", Resolved, end("a", 0)), row("2", "x", First, fire("b", 0)), row("3", "x", Resolved, end("b", 0)), row("4", "x", First, fire("c", 0)),
			row("5", "y", First, fire("d", 0)), row("6", "y", Resolved, end("d", 0)))
		over, next := row("7", "z", Resolved, end("e", 0)), row("8", "z", First, fire("f", 0))
		over.Message.Digest, next.Message.Digest = &alert.Digest{}, &alert.Digest{Firing: 1}
		m.Put(over, next)
		runSteps(t, time.Minute, m, r)
		want := []string{"4 c,-a,-b own= group= ended=-a", "6 -d own= group= ended=", "8 f,-e own= group= ended=-e"}
		if diff := cmp.Diff(want, r.got); diff != "" {
			t.Error(diff)
		}
	})
}

// A try that the end of the service cut off is not forgotten: what it has achieved is
// not done again in the next life.
func TestWorker_ShutdownKeepsWhatATryAchieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		m.Put(row("1", "x", First, fire("a", 0)))
		r := &steps{answer: func(int) (Receipt, error) {
			return Receipt{Ref: "up", Parts: map[string]string{"anna": alert.PartSent}}, errHang
		}}
		runSteps(t, time.Second, m, r)
		d := m.Rows[0]
		if d.State != alert.DeliveryInflight || d.Ref != "up" || len(d.Attempts) != 1 || d.Attempts[0].Parts["anna"] != alert.PartSent || !d.Attempts[0].Unclear {
			t.Errorf("%+v", d)
		}
		r = &steps{answer: func(int) (Receipt, error) { return Receipt{Ref: "up"}, nil }}
		runSteps(t, time.Second, m, r)
		if diff := cmp.Diff([]string{"1 a own=up group=up ended="}, r.got); diff != "" {
			t.Error(diff)
		}
	})
}
