package notifiers_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/notifiers/fakes"
	"github.com/smarty-alert/smarty-alert/store"
)

// setting is a number from the environment.
func setting(t *testing.T, name string, usual int) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("SMARTY_ALERT_"+name), strconv.Itoa(usual)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestSchedules_VirtualTime tells SMARTY_ALERT_SCHEDULES (200) random stories of
// faults and alerts over pipes in memory, with receivers of all kinds and their
// fallbacks: nothing is lost, each group's messages come in their order, what comes
// twice has the same id and was hidden by a reset, what stands in a chat is true in
// the end, and the receiver beside those that fail notices nothing.
//
// SMARTY_ALERT_SEED tells a story again, SMARTY_ALERT_STORY all of it for one receiver.
func TestSchedules_VirtualTime(t *testing.T) {
	n, seed := setting(t, "SCHEDULES", 200), uint64(setting(t, "SEED", int(rand.Uint32())))
	sum, faults := newTally(), map[string]int{}
	for i := range n {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(seed + uint64(i))
			w.inVirtualTime()
			sum.add(tell(t, w, 10*time.Minute, time.Second, seed+uint64(i)))
			for f, n := range w.faults {
				faults[f] += n
			}
		})
		if t.Failed() {
			break
		}
	}
	t.Logf("%d schedules from seed %d: %+v, faults %v", n, seed, sum, faults)
	if t.Failed() || n < 100 {
		return
	}
	for _, kind := range kinds {
		s := side{kind: kind}
		for _, f := range s.moods() {
			if f != byDice && faults[kind+": "+string(f)] == 0 {
				t.Errorf("no try met %s: %s", kind, f)
			}
		}
		if kind != slackBot && sum.duplicates[kind] == 0 {
			t.Errorf("%s never met a duplicate", kind)
		}
	}
	if sum.superseded == 0 || sum.dead == 0 || sum.handed == 0 || sum.orphans[duty] == 0 {
		t.Errorf("the stories show too little: %+v", sum)
	}
}

// TestSchedules_Sockets tells SMARTY_ALERT_SOCKETS (5) of them with the store and
// on real sockets, mail with STARTTLS, by a clock that runs sixty times faster.
func TestSchedules_Sockets(t *testing.T) {
	n, seed := setting(t, "SOCKETS", 5), uint64(setting(t, "SEED", int(rand.Uint32())))
	cert, ca, err := fakes.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	sums := make([]tally, n)
	var all errgroup.Group
	all.SetLimit(10) // they mostly wait
	for i := range n {
		all.Go(func() (err error) {
			w := newWorld(seed + uint64(i))
			w.tls, w.ca = &tls.Config{Certificates: []tls.Certificate{cert}}, ca
			sums[i], err = tellOnSockets(t, w, seed+uint64(i))
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	sum := newTally()
	for _, got := range sums {
		sum.add(got)
	}
	t.Logf("%d schedules on sockets from seed %d: %+v", n, seed, sum)
}

func tellOnSockets(t *testing.T, w *world, seed uint64) (tally, error) {
	const speed = 60
	began := time.Now()
	w.now = func() time.Time { return began.Add(time.Since(began) * speed) }
	w.sleep, w.timeout, w.network = func(d time.Duration) { time.Sleep(d / speed) }, 2*time.Second, onSockets
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{Now: w.now})
	if err != nil {
		return tally{}, err
	}
	defer st.Close()
	w.outbox = st
	w.rows = func() []alert.Delivery {
		ds, err := st.Deliveries(context.Background(), store.Filter{})
		if err != nil {
			t.Error(err)
		}
		slices.Reverse(ds)
		return ds
	}
	// On a busy machine no delay means anything.
	return tell(t, w, 5*time.Minute, time.Hour, seed), nil
}

// tell lives through one story and judges it.
func tell(t *testing.T, w *world, long, delay time.Duration, seed uint64) tally {
	t.Helper()
	w.cast()
	if err := w.open(); err != nil {
		t.Error(err)
		return tally{}
	}
	stop := w.start()
	err := w.live(long, func() error {
		if err := stop(); err != nil {
			return err
		}
		stop = w.start()
		return nil
	})
	if err := errors.Join(err, stop()); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	w.close()
	got, wrong := w.judge(delay)
	if receiver := os.Getenv("SMARTY_ALERT_STORY"); receiver != "" && len(wrong) > 0 {
		t.Log("\n" + w.story(receiver))
	}
	for _, what := range wrong {
		t.Errorf("seed %d: %s", seed, what)
	}
	return got
}
