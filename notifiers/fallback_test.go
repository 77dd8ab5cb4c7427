package notifiers

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

// pairOf runs the worker of noc and that of its fallback mail for d in virtual time.
func pairOf(t *testing.T, d time.Duration, noc, mail *fake, rows func(m *memory, wake func())) *memory {
	t.Helper()
	m := &memory{}
	noc.began, mail.began = time.Now(), time.Now()
	wakeNoc, wakeMail := make(chan struct{}, 1), make(chan struct{}, 1)
	waking := func(ch chan struct{}) func() {
		return func() {
			select {
			case ch <- struct{}{}:
			default:
			}
		}
	}
	most := func(most time.Duration) time.Duration { return most }
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	done := make(chan error, 3)
	for _, w := range []*Worker{
		{Name: "noc", Receiver: noc, Fallback: "mail", Outbox: m, Jitter: most, Wake: wakeNoc, HandedOn: waking(wakeMail)},
		{Name: "mail", Receiver: mail, Outbox: m, Jitter: most, Wake: wakeMail},
	} {
		go func() { done <- w.Run(ctx) }()
	}
	go func() { rows(m, waking(wakeNoc)); done <- nil }()
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	return m
}

// brief leaves the group, reason and alerts of tries.
func brief(tries []string) (out []string) {
	for _, try := range tries {
		out = append(out, strings.Join(strings.Fields(try)[1:3], " "))
	}
	return out
}

func TestFallback_StandsInWhileTheReceiverFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		up.Store(true)
		noc, mail := &fake{}, &fake{}
		noc.answer = func(int, alert.Delivery) error {
			if !up.Load() {
				return errDown
			}
			return nil
		}
		m := pairOf(t, 2*h, noc, mail, func(m *memory, wake func()) {
			m.Put(row("1", "x", First, fire("a", 0)), row("2", "old", First, fire("o", 0)))
			time.Sleep(60 * s)
			up.Store(false)
			m.Put(row("3", "x", NewAlerts, fire("a", 0), fire("b", 0)))
			time.Sleep(60 * s) // it counts as failing
			m.Put(row("4", "y", First, fire("c", 0)))
			wake()
			time.Sleep(60 * s)
			up.Store(true)
			time.Sleep(60 * s)
			m.Put(row("5", "x", Repeat, fire("a", 0), fire("b", 0)), row("6", "old", Resolved, end("o", 0)))
			time.Sleep(60 * s)
			m.Put(row("7", "x", Resolved, end("a", 0), end("b", 0)), row("8", "y", Resolved, end("c", 0)))
			time.Sleep(60 * s)
			m.Put(row("9", "x", First, fire("d", 0)))
		})
		want := []string{"new_alerts a,b", "first c", "resolved -a,-b", "resolved -c"}
		if diff := cmp.Diff(want, brief(mail.got())); diff != "" {
			t.Fatalf("mail (-want +got):\n%s", diff)
		}
		for _, d := range m.Rows {
			if d.State != alert.DeliverySent {
				t.Errorf("%s %s is %s", d.Receiver, d.ID, d.State)
			}
			if d.Receiver != d.Message.Receiver {
				t.Errorf("%s: the message is for %s", d.ID, d.Message.Receiver)
			}
		}
		if mail.at[1] > 121*s {
			t.Errorf("what came while noc was known to fail reached mail after %v", mail.at[1]-120*s)
		}
	})
}

func TestFallback_GetsDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noc, mail := &fake{answer: func(int, alert.Delivery) error { return errBad }}, &fake{}
		m := pairOf(t, 1*h, noc, mail, func(m *memory, _ func()) { m.Put(row("1", "x", First, fire("a", 0))) })
		if diff := cmp.Diff([]string{"first a"}, brief(mail.got())); diff != "" || m.Rows[0].State != alert.DeliveryDead {
			t.Errorf("%s; %s", diff, m.States())
		}
		if len(m.Rows) != 2 || m.Rows[1].ID != copyID("1", "mail") {
			t.Errorf("rows: %s", m.States())
		}
	})
}

// A token that was revoked: the receiver answers, and refuses whatever it gets. That
// it answers must not pass for health.
func TestFallback_StandsInForAReceiverThatRefusesEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var valid atomic.Bool
		noc, mail := &fake{}, &fake{}
		noc.answer = func(int, alert.Delivery) error {
			if !valid.Load() {
				return errBad
			}
			return nil
		}
		m := pairOf(t, 2*h, noc, mail, func(m *memory, wake func()) {
			m.Put(row("1", "x", First, fire("a", 0)))
			time.Sleep(30 * time.Minute) // three tries
			m.Put(row("2", "y", First, fire("b", 0)))
			time.Sleep(2 * time.Minute) // two more
			m.Put(row("3", "z", First, fire("c", 0)))
			wake()
			time.Sleep(30 * time.Minute)
			valid.Store(true)
			m.Put(row("4", "v", First, fire("d", 0)))
			time.Sleep(time.Minute)
			m.Put(row("5", "w", First, fire("e", 0)))
		})
		if diff := cmp.Diff([]string{"first a", "first b", "first c", "first d"}, brief(mail.got())); diff != "" {
			t.Errorf("mail (-want +got):\n%s", diff)
		}
		if len(mail.at) > 2 && mail.at[2] > 32*time.Minute+7*s {
			t.Errorf("the third message reached mail %v after it came", mail.at[2]-32*time.Minute)
		}
		if got := m.States(); !strings.Contains(got, "4 sent") || !strings.Contains(got, "5 sent") {
			t.Error(got)
		}
	})
}

func TestWorker_FailsWhileItTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var valid atomic.Bool
		f := &fake{answer: func(n int, _ alert.Delivery) error {
			switch {
			case valid.Load():
				return nil
			case n%2 == 0:
				return errDown // between refusals it is away
			}
			return errBad
		}}
		w := &Worker{}
		said := []bool{}
		m := &memory{}
		m.Put(row("1", "x", First, fire("a", 0)), row("2", "y", First, fire("b", 0)))
		*w = Worker{Name: "noc", Receiver: f, Outbox: m}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- w.Run(ctx) }()
		for range 2 {
			time.Sleep(30 * time.Minute)
			said = append(said, w.Stats().Failing)
			valid.Store(true)
			m.Put(row("3", "z", First, fire("c", 0)))
		}
		cancel()
		if err := <-done; err != nil || !slices.Equal(said, []bool{true, false}) {
			t.Errorf("failing: %v, want [true false]; %s; %v", said, m.States(), err)
		}
	})
}

// What was given up is not told as it was: the end of it waits behind it.
func TestFallback_GetsADeadLetterWithWhatCameSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noc, mail := &fake{answer: func(int, alert.Delivery) error { return errBad }}, &fake{}
		m := pairOf(t, 1*h, noc, mail, func(m *memory, _ func()) {
			m.Put(row("1", "x", First, fire("a", 0)))
			time.Sleep(2 * time.Minute)
			m.Put(row("2", "x", Resolved, end("a", 0)))
		})
		if diff := cmp.Diff([]string{"first -a"}, brief(mail.got())); diff != "" {
			t.Errorf("mail (-want +got):\n%s; %s", diff, m.States())
		}
		if at := mail.at[0]; at > 7*time.Minute {
			t.Errorf("told after %v", at)
		}
	})
}

// A state that cannot be written for a while loses nothing on its way to the
// fallback, and a copy that is there already is no second message.
func TestFallback_StoreFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noc, mail := &fake{answer: func(int, alert.Delivery) error { return errDown }}, &fake{}
		dice := rand.New(rand.NewPCG(1, 2))
		m := pairOf(t, 1*h, noc, mail, func(m *memory, _ func()) {
			m.Lock()
			defer m.Unlock()
			m.Fault = func(op string) error {
				if dice.IntN(3) == 0 {
					return errors.New("disk is full")
				}
				return nil
			}
			m.Rows = append(m.Rows, row("1", "x", First, fire("a", 0)))
		})
		if diff := cmp.Diff([]string{"first a"}, brief(mail.got())); diff != "" || len(m.Rows) != 2 {
			t.Errorf("%s; %s", diff, m.States())
		}
	})
}

func TestCatchUp_WhatCameAndWentIsOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, _ alert.Delivery) error {
			if n <= 6 {
				return errDown
			}
			return nil
		}}
		m, _ := bench(t, time.Hour, f, func(m *memory) {
			for i := range catchUpSingly + 1 {
				id := fmt.Sprint(i)
				m.Put(row(id+"f", "g"+id, First, fire("a"+id, 0)), row(id+"r", "g"+id, Resolved, end("a"+id, 0)))
			}
			m.Put(row("still", "s", First, fire("b", 0)))
		})
		got := f.got()[6:]
		want := []string{"still first b ref=", "5r first -a0,-a1,-a2,-a3,-a4,-a5 ref="}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after recovery (-want +got):\n%s", diff)
		}
		sent := 0
		for _, d := range m.Rows {
			if d.State == alert.DeliverySent {
				sent++
			} else if d.State != alert.DeliverySuperseded {
				t.Errorf("%s is %s", d.ID, d.State)
			}
		}
		if sent != 2 {
			t.Errorf("%d rows are sent: %s", sent, m.States())
		}
	})
}

func TestCatchUp_FewAndSpecialOnesLeaveAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pair := func(id string) []alert.Delivery {
			return []alert.Delivery{row(id+"f", "g"+id, First, fire("a"+id, 0)), row(id+"r", "g"+id, Resolved, end("a"+id, 0))}
		}
		var rows []alert.Delivery
		for i := range catchUpSingly {
			rows = append(rows, pair(fmt.Sprint(i))...)
		}
		if got := catchUp(batches(rows)); len(got) != catchUpSingly {
			t.Errorf("%d became %d messages", catchUpSingly, len(got))
		}
		refused := pair("refused")
		refused[0].Attempts = []alert.Attempt{{Permanent: true}}
		half := pair("half")
		half[0].Ref = "half of it is out"
		parts := pair("parts")
		parts[1].Attempts = []alert.Attempt{{Parts: map[string]string{"noc@example.com": alert.PartSent}}}
		known := append([]alert.Delivery{row("0", "gknown", Resolved, end("b", 0))}, pair("known")...)
		rows = slices.Concat(refused, half, parts, known, rows, pair("one more"))
		got := catchUp(batches(rows))
		if len(got) != 5 || len(got[4]) != 2*(catchUpSingly+1) {
			t.Fatalf("became %d messages", len(got))
		}
		if d := got[4].merged(); d.GroupKey != "noc/catch-up:{}" || d.Message.GroupKey != d.GroupKey || d.Message.Status != "resolved" {
			t.Errorf("merged: %+v", d)
		}
	})
}

// A receiver that hangs is found again as fast as one that refuses: probes are
// counted from their beginnings.
func TestWorker_ProbesAHangingReceiverEvery30s(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(int, alert.Delivery) error { return errHang }}
		bench(t, 10*time.Minute, f, func(m *memory) { m.Put(row("1", "x", First, fire("a", 0))) })
		for i := 6; i < len(f.at); i++ {
			if d := f.at[i] - f.at[i-1]; d != 30*s {
				t.Errorf("probe %d came after %v", i, d)
			}
		}
		if len(f.at) < 20 {
			t.Errorf("tries: %v", f.at)
		}
	})
}

func TestWorker_RetriedByHandIsAsNew(t *testing.T) {
	now := start
	d := alert.Delivery{Created: now.Add(-100 * h), Attempts: []alert.Attempt{{At: now, ByHand: true, Error: "answered 400"}}}
	most := func(most time.Duration) time.Duration { return most }
	for i := range refusals {
		d = failed(d, errBad, now.Add(time.Minute), most)
		if dead := d.State == alert.DeliveryDead; dead != (i == refusals-1) {
			t.Errorf("after %d refusals: %s", i+1, d.State)
		}
	}
}

func TestWorker_NewerNewsWaitForTheRetryOfTheOlder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, _ alert.Delivery) error {
			if n == 1 {
				return errBad
			}
			return nil
		}}
		bench(t, 5*time.Minute, f, func(m *memory) {
			m.Put(row("1", "x", First, fire("a", 0)))
			time.Sleep(10 * s)
			m.Put(row("2", "x", NewAlerts, fire("a", 0), fire("b", 0)))
		})
		if diff := cmp.Diff([]time.Duration{0, 60 * s}, f.at); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
	})
}
