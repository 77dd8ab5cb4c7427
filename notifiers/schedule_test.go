package notifiers_test

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net"
	"net/http"
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

func (t *tally) add(o tally) {
	t.rows += o.rows
	t.taken += o.taken
	t.duplicates += o.duplicates
	t.superseded += o.superseded
	t.dead += o.dead
}

// TestSchedules_VirtualTime tells SMARTY_ALERT_SCHEDULES (200) random stories of
// faults and alerts over pipes in memory: nothing is lost, each group's messages
// come in their order, what comes twice has the same id and was hidden by a reset,
// and the receiver beside the one that fails notices nothing.
func TestSchedules_VirtualTime(t *testing.T) {
	n, seed := setting(t, "SCHEDULES", 200), uint64(setting(t, "SEED", int(rand.Uint32())))
	var sum tally
	faults := map[fakes.Fault]int{}
	for i := range n {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(seed + uint64(i))
			box := &fakes.Outbox{}
			w.now, w.sleep, w.timeout, w.outbox = time.Now, time.Sleep, 10*time.Second, box
			w.rows = func() []alert.Delivery {
				box.Lock()
				defer box.Unlock()
				return slices.Clone(box.Rows)
			}
			net := fakes.NewPipes()
			got := tell(t, w, net, net.Dial, "192.0.2.1:80", 15*time.Minute, time.Second, seed+uint64(i))
			sum.add(got)
			for f, n := range w.faults {
				faults[f] += n
			}
		})
		if t.Failed() {
			break
		}
	}
	t.Logf("%d schedules: %+v, faults %v", n, sum, faults)
	for _, f := range fakes.All() {
		if faults[f] == 0 {
			t.Errorf("no try met %s", f)
		}
	}
	if sum.duplicates == 0 || sum.superseded == 0 || sum.dead == 0 {
		t.Errorf("the stories show too little: %+v", sum)
	}
}

// TestSchedules_Sockets tells SMARTY_ALERT_SOCKETS (5) of them with the store and
// on real sockets, by a clock that runs sixty times faster.
func TestSchedules_Sockets(t *testing.T) {
	const speed = 60
	n, seed := setting(t, "SOCKETS", 5), uint64(setting(t, "SEED", int(rand.Uint32())))
	sums := make([]tally, n)
	var all errgroup.Group
	all.SetLimit(10) // they mostly wait
	for i := range n {
		all.Go(func() (err error) {
			sums[i], err = tellOnSockets(t, seed+uint64(i), speed)
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	var sum tally
	for _, got := range sums {
		sum.add(got)
	}
	t.Logf("%d schedules on sockets: %+v", n, sum)
}

func tellOnSockets(t *testing.T, seed uint64, speed time.Duration) (tally, error) {
	w := newWorld(seed)
	began := time.Now()
	w.now = func() time.Time { return began.Add(time.Since(began) * speed) }
	w.sleep, w.timeout = func(d time.Duration) { time.Sleep(d / speed) }, 2*time.Second
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
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return tally{}, err
	}
	// On a busy machine no delay means anything.
	return tell(t, w, l, nil, l.Addr().String(), 5*time.Minute, time.Hour, seed), nil
}

// tell lives through one story and judges it.
func tell(t *testing.T, w *world, l net.Listener, dial func(context.Context, string, string) (net.Conn, error), address string,
	long, delay time.Duration, seed uint64,
) tally {
	t.Helper()
	if err := w.open(); err != nil {
		t.Error(err)
		return tally{}
	}
	srv := w.serve(l)
	stop := w.start(dial, address)
	err := w.live(long, func() error {
		if err := stop(); err != nil {
			return err
		}
		stop = w.start(dial, address)
		return nil
	})
	if err := joined(err, stop()); err != nil {
		t.Errorf("seed %d: %v", seed, err)
	}
	if err := srv.Close(); err != nil && err != http.ErrServerClosed {
		t.Error(err)
	}
	got, wrong := w.judge(delay)
	for _, what := range wrong {
		t.Errorf("seed %d: %s", seed, what)
	}
	return got
}
