package notifiers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is the outbox of these tests.
type memory = fakes.Outbox

// fake answers each try by a function and writes down what it got.
type fake struct {
	mu     sync.Mutex
	answer func(n int, d alert.Delivery) error
	tries  []string
	at     []time.Duration
	began  time.Time
}

func (f *fake) Send(ctx context.Context, d alert.Delivery, ref string) (Receipt, error) {
	f.mu.Lock()
	f.tries = append(f.tries, fmt.Sprintf("%s %s %s ref=%s", d.ID, d.Reason, names(d.Message), ref))
	f.at = append(f.at, time.Since(f.began).Round(time.Second))
	n := len(f.tries)
	f.mu.Unlock()
	if f.answer == nil {
		return Receipt{Ref: "ref-" + d.ID}, nil
	}
	if err := f.answer(n, d); err != nil {
		if errors.Is(err, errHang) {
			<-ctx.Done()
			err = ctx.Err()
		}
		return Receipt{}, err
	}
	return Receipt{Ref: "ref-" + d.ID}, nil
}

func (f *fake) got() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.tries)
}

var (
	errHang = errors.New("hang")
	errDown = &SendError{Err: errors.New("down"), Class: "network"}
	errBad  = Rejected(errors.New("bad message"))
)

func row(id, group string, reason Reason, ts ...alert.Transition) alert.Delivery {
	now := time.Now()
	return alert.Delivery{ID: id, Receiver: "noc", GroupKey: group, Reason: string(reason), State: alert.DeliveryPending,
		Created: now, Next: now, Message: alert.Message{Receiver: "noc", GroupKey: group, Status: status(ts), Alerts: ts}}
}

// bench runs a worker for d in virtual time.
func bench(t *testing.T, d time.Duration, f *fake, rows func(m *memory)) (*memory, *Worker) {
	t.Helper()
	m := &memory{}
	f.began = time.Now()
	w := &Worker{Name: "noc", Receiver: f, Outbox: m, Jitter: func(most time.Duration) time.Duration { return most }}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	done := make(chan struct{})
	go func() { rows(m); close(done) }()
	synctest.Wait() // the first rows are there
	if err := w.Run(ctx); err != nil {
		t.Error(err)
	}
	<-done
	return m, w
}

func TestWorker_SendsInOrderAndKnowsTheRef(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{}
		m, w := bench(t, time.Minute, f, func(m *memory) {
			m.Put(row("1", "x", First, fire("a", 0)), row("2", "y", First, fire("b", 0)))
			time.Sleep(10 * s)
			m.Put(row("3", "x", Resolved, end("a", 0)))
		})
		want := []string{"1 first a ref=", "2 first b ref=", "3 resolved -a ref=ref-1"}
		if diff := cmp.Diff(want, f.got()); diff != "" {
			t.Error(diff)
		}
		if got := m.States(); got != "1 sent, 2 sent, 3 sent" {
			t.Error(got)
		}
		if s := w.Stats(); s.Sent != 3 || s.Failed != 0 || s.LastSent.IsZero() {
			t.Errorf("%+v", s)
		}
	})
}

func TestWorker_MergesWhatIsUnsentOfAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, _ alert.Delivery) error {
			if n <= 2 {
				return errDown
			}
			return nil
		}}
		m, w := bench(t, time.Minute, f, func(m *memory) {
			m.Put(row("1", "x", First, fire("a", 0), fire("b", 0)))
			time.Sleep(500 * time.Millisecond)
			m.Put(row("2", "x", Resolved, fire("b", 0), end("a", 0)), row("3", "x", NewAlerts, fire("b", 0), fire("c", 0)))
		})
		want := []string{"1 first a,b ref=", "3 first b,c,-a ref=", "3 first b,c,-a ref="}
		if diff := cmp.Diff(want, f.got()); diff != "" {
			t.Error(diff)
		}
		if got := m.States(); got != "1 superseded, 2 superseded, 3 sent" {
			t.Error(got)
		}
		if s := w.Stats(); s.Sent != 1 || s.Superseded != 2 || s.Failed != 2 || s.Retried != 2 || s.Errors["network"] != 2 {
			t.Errorf("%+v", s)
		}
	})
}

func TestWorker_BacksOffThenProbesThenRecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var up atomic.Bool
		f := &fake{}
		f.answer = func(int, alert.Delivery) error {
			if !up.Load() {
				return errDown
			}
			return nil
		}
		m, w := bench(t, 10*time.Minute, f, func(m *memory) {
			m.Put(row("1", "x", First, fire("a", 0)))
			time.Sleep(200 * s)
			m.Put(row("2", "y", First, fire("b", 0)), row("3", "z", First, fire("c", 0)))
			time.Sleep(50 * s)
			up.Store(true)
		})
		// waits of at most 1, 2, 4, 8 s, then a probe every 30 s, then all at once
		want := []time.Duration{0, 1 * s, 3 * s, 7 * s, 15 * s, 45 * s, 75 * s, 105 * s, 135 * s, 165 * s, 195 * s, 225 * s, 255 * s, 255 * s, 255 * s}
		if diff := cmp.Diff(want, f.at); diff != "" {
			t.Errorf("tries at (-want +got):\n%s\n%s", diff, strings.Join(f.got(), "\n"))
		}
		if got := m.States(); got != "1 sent, 2 sent, 3 sent" || w.Stats().Failing {
			t.Error(got)
		}
	})
}

func TestWorker_OneBadMessageDoesNotKeepOthersBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(_ int, d alert.Delivery) error {
			if d.ID == "poison" {
				return errDown
			}
			return nil
		}}
		bench(t, 1*h, f, func(m *memory) {
			m.Put(row("poison", "x", First, fire("a", 0)))
			time.Sleep(10 * time.Minute)
			m.Put(row("good", "y", First, fire("b", 0)))
			time.Sleep(35 * s)
			if got := m.States(); got != "poison retry, good sent" {
				t.Error(got)
			}
		})
	})
}

func TestWorker_GivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(int, alert.Delivery) error { return errDown }}
		m, w := bench(t, 73*h, f, func(m *memory) { m.Put(row("1", "x", First, fire("a", 0))) })
		last := f.at[len(f.at)-1]
		if m.States() != "1 dead" || last < 72*h || last > 72*h+30*s || len(m.Rows[0].Attempts) != maxAttempts {
			t.Errorf("%s, last try at %v, %d attempts kept", m.States(), last, len(m.Rows[0].Attempts))
		}
		if w.Stats().Dead != 1 {
			t.Errorf("%+v", w.Stats())
		}
	})
}

func TestWorker_RefusedThreeTimesWithinAQuarterOfAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(_ int, d alert.Delivery) error {
			if d.GroupKey == "x" {
				return errBad
			}
			return nil
		}}
		m, _ := bench(t, 1*h, f, func(m *memory) {
			m.Put(row("1", "x", First, fire("a", 0)))
			time.Sleep(1500 * time.Millisecond)
			m.Put(row("2", "y", First, fire("b", 0)))
		})
		if got := m.States(); got != "1 dead, 2 sent" {
			t.Error(got)
		}
		if diff := cmp.Diff([]time.Duration{0, 2 * s, 60 * s, 360 * s}, f.at); diff != "" {
			t.Errorf("tries (-want +got):\n%s", diff)
		}
	})
}

func TestWorker_RetryAfterWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, _ alert.Delivery) error {
			if n == 1 {
				return &SendError{Err: errors.New("slow down"), Class: "rate_limited", RetryAfter: 90 * s}
			}
			return nil
		}}
		m, _ := bench(t, 5*time.Minute, f, func(m *memory) {
			m.Put(row("1", "x", First, fire("a", 0)), row("2", "y", First, fire("b", 0)))
		})
		if diff := cmp.Diff([]time.Duration{0, 90 * s, 90 * s}, f.at); diff != "" || m.States() != "1 sent, 2 sent" {
			t.Error(diff, m.States())
		}
	})
}

func TestWorker_HangPanicAndStoreFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(n int, _ alert.Delivery) error {
			switch n {
			case 1:
				return errHang
			case 2:
				panic("template")
			}
			return nil
		}}
		ops := map[string]int{}
		m, w := bench(t, 10*time.Minute, f, func(m *memory) {
			m.Lock()
			m.Fault = func(op string) error {
				if ops[op]++; ops[op]%2 == 1 {
					return errors.New("database is locked")
				}
				return nil
			}
			m.Unlock()
			m.Put(row("1", "x", First, fire("a", 0)))
		})
		if s := w.Stats(); m.States() != "1 sent" || len(f.at) != 3 || s.Errors["timeout"] != 1 || s.Errors["panic"] != 1 {
			t.Errorf("%s after %v: %+v", m.States(), f.at, s)
		}
	})
}

func TestWorker_ShutdownLeavesTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(int, alert.Delivery) error { return errHang }}
		began := time.Now()
		m, _ := bench(t, 2*s, f, func(m *memory) { m.Put(row("1", "x", First, fire("a", 0))) })
		if took := time.Since(began); took != 7*s || m.States() != "1 inflight" || len(m.Rows[0].Attempts) != 0 {
			t.Errorf("after %v: %s", took, m.States())
		}
	})
}

func TestWorker_WakeAndSlowNeighbour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wake := make(chan struct{}, 1)
		box := &memory{}
		slow := &fake{began: time.Now(), answer: func(int, alert.Delivery) error { return errHang }}
		quick := &fake{began: time.Now()}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		for _, w := range []*Worker{{Name: "slow", Receiver: slow, Outbox: box}, {Name: "noc", Receiver: quick, Outbox: box, Wake: wake}} {
			go func() { done <- w.Run(ctx) }()
		}
		lame := row("0", "x", First, fire("a", 0))
		lame.Receiver = "slow"
		box.Put(lame)
		time.Sleep(6 * s)
		box.Put(row("1", "x", First, fire("a", 0)))
		wake <- struct{}{}
		synctest.Wait()
		if got := box.States(); got != "0 inflight, 1 sent" {
			t.Error(got)
		}
		cancel()
		<-done
		<-done
	})
}

// What a try achieved before it failed is kept, and the next one knows of it, also
// after a crash. Newer news waits meanwhile: what may be out already is not told under
// a second id.
func TestWorker_KeepsWhatAFailedTryAchieved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &partial{}
		m := &memory{}
		m.Put(row("1", "x", First, fire("a", 0)))
		m.Rows[0].State = alert.DeliveryInflight // left by a crash
		w := &Worker{Name: "noc", Receiver: r, Outbox: m, Jitter: func(most time.Duration) time.Duration { return most }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() {
			time.Sleep(500 * time.Millisecond)
			m.Put(row("2", "x", NewAlerts, fire("a", 0), fire("b", 0)))
		}()
		if err := w.Run(ctx); err != nil {
			t.Error(err)
		}
		want := []string{"1 ref= again=1 parts=", "1 ref=half-1 again=1 parts=", "1 ref=half-1 again=1 parts=noc", "2 ref= again= parts="}
		if diff := cmp.Diff(want, r.got); diff != "" || m.States() != "1 sent, 2 sent" {
			t.Error(diff, m.States())
		}
	})
}

// partial gets half of the way at its first two tries.
type partial struct{ got []string }

func (p *partial) Send(_ context.Context, d alert.Delivery, _ string) (Receipt, error) {
	parts := ""
	if n := len(d.Attempts); n > 0 {
		for who := range d.Attempts[n-1].Parts {
			parts += who
		}
	}
	p.got = append(p.got, fmt.Sprintf("%s ref=%s again=%s parts=%s", d.ID, d.Ref, strings.Join(d.Again, ","), parts))
	switch len(p.got) {
	case 1:
		return Receipt{Ref: "half-1"}, &SendError{Err: errors.New("no answer"), Class: "timeout", Unclear: true}
	case 2:
		return Receipt{Parts: map[string]string{"noc": alert.PartSent}}, &SendError{Err: errors.New("no answer"), Class: "timeout", Unclear: true}
	}
	return Receipt{Ref: "whole"}, nil
}

// A receiver that answers, but wants one message later, is not one that fails.
func TestWorker_OneMessageThatHasToWaitIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fake{answer: func(_ int, d alert.Delivery) error {
			if d.ID == "later" {
				return &SendError{Err: errors.New("mailbox full"), Class: "server", Answered: true}
			}
			return nil
		}}
		m, w := bench(t, 30*time.Minute, f, func(m *memory) {
			m.Put(row("later", "x", First, fire("a", 0)))
			time.Sleep(20 * time.Minute)
			m.Put(row("good", "y", First, fire("b", 0)))
			time.Sleep(6 * s)
			if got := m.States(); got != "later retry, good sent" {
				t.Error(got)
			}
		})
		if w.Stats().Failing || m.States() != "later retry, good sent" {
			t.Errorf("%s, %+v", m.States(), w.Stats())
		}
	})
}
