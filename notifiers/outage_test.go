package notifiers_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
)

const outageGroups = 60

// TestOutage_SixHours: a receiver that is away for six hours loses nothing, is told
// how things are within 35 s after it is back, each group once and what came and
// went in one message; the other receiver notices nothing.
func TestOutage_SixHours(t *testing.T) {
	calm := map[fakes.Fault]time.Duration{}
	for _, how := range []fakes.Fault{fakes.None, fakes.Reset, fakes.Hang, fakes.Broken, fakes.TooMany} {
		t.Run("by "+string(how), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { calm[how] = outage(t, how) })
		})
		if calm[how] != calm[fakes.None] {
			t.Errorf("%s: the other receiver's longest delay is %v, without an outage %v", how, calm[how], calm[fakes.None])
		}
	}
}

func outage(t *testing.T, how fakes.Fault) (delay time.Duration) {
	w := newWorld(6)
	w.inVirtualTime()
	w.add(calm, hooking)
	hook := w.add(hooking, hooking)
	if err := w.open(); err != nil {
		t.Fatal(err)
	}
	stop := w.start()
	firing := map[string]alert.Transition{}

	hook.setMood(fakes.None)
	w.pass(t, time.Hour, firing)
	hook.setMood(how)
	w.pass(t, 6*time.Hour, firing)
	hook.setMood(fakes.None)
	back, waiting := time.Now(), w.waiting()
	w.sleepFlushing(t, 40*time.Second)
	w.judgeRecovery(t, how, back, waiting)
	for g := range firing {
		w.end(firing, g)
	}
	if err := errors.Join(w.settle(), stop()); err != nil {
		t.Error(err)
	}
	w.close()
	_, wrong := w.judge(time.Second)
	for _, what := range wrong {
		t.Error(what)
	}
	for _, d := range w.rows() {
		if d.State == alert.DeliveryDead {
			t.Errorf("%s was given up", d.ID)
		}
		if d.Receiver == calm {
			delay = max(delay, w.delayOf(d))
		}
	}
	return delay
}

// pass lets an alert come or go every half a minute.
func (w *world) pass(t *testing.T, d time.Duration, firing map[string]alert.Transition) {
	t.Helper()
	for began := w.now(); w.now().Sub(began) < d; {
		w.change(firing, fmt.Sprintf("g%d/0", w.roll(outageGroups)))
		w.sleepFlushing(t, 30*time.Second)
	}
}

func (w *world) sleepFlushing(t *testing.T, d time.Duration) {
	t.Helper()
	for until := w.now().Add(d); w.now().Before(until); {
		if err := w.flush(); err != nil {
			t.Fatal(err)
		}
		w.sleep(time.Second)
	}
}

func (w *world) waiting() (n int) {
	for _, d := range w.rows() {
		if d.Receiver == hooking && unsent(d.State) {
			n++
		}
	}
	return n
}

// judgeRecovery looks at what the receiver got once it was back.
func (w *world) judgeRecovery(t *testing.T, how fakes.Fault, back time.Time, waiting int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var first, last time.Duration
	messages := 0
	for _, m := range w.taken {
		if m.receiver != hooking || m.at.Before(back) {
			continue
		}
		if messages++; messages == 1 {
			first = m.at.Sub(back)
		}
		last = m.at.Sub(back)
	}
	t.Logf("%d rows waited; %d messages after it, from %v to %v", waiting, messages, first, last)
	if how == fakes.None {
		return
	}
	if first > 35*time.Second {
		t.Errorf("the first message came %v after recovery", first)
	}
	if waiting < 200 || messages > outageGroups+1 || last > 40*time.Second {
		t.Errorf("%d rows became %d messages over %v", waiting, messages, last)
	}
}
