package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// sometimesFull is a store whose disk is full while *full is true.
func sometimesFull(t *testing.T, full *bool) *Store {
	t.Helper()
	s, err := Open(t.Context(), t.TempDir(), Options{Now: func() time.Time { return t0 }, Full: func() bool { return *full }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// all is everything that a store holds.
func all(t *testing.T, s *Store) (State, []alert.Delivery, []alert.Transition) {
	t.Helper()
	ds, err := s.Deliveries(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	ts, err := s.History(t.Context(), time.Time{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return load(t, s), ds, ts
}

// What is done while the disk is full is seen at once, goes with a kill, and is on
// the disk once there is room: as if the disk had never been full.
func TestMemory_LikeADiskWithRoom(t *testing.T) {
	for seed := range uint64(8) {
		full, never := false, false
		a, b := sometimesFull(t, &full), sometimesFull(t, &never)
		rnd := rand.New(rand.NewPCG(seed, 7))
		var ids []string
		for n := range int64(50) {
			if rnd.IntN(8) == 0 {
				full = !full
			}
			act := randomWrite(t, rnd, n, &ids)
			for _, s := range []*Store{a, b} {
				if err := act(s); err != nil && !errors.Is(err, ErrInMemory) {
					t.Fatalf("seed %d, step %d: %v", seed, n, err)
				}
			}
			if n%4 == 3 {
				same(t, a, b)
			}
		}
		full = false
		for _, s := range []*Store{a, b} {
			commit(t, s, Cut{Second: 100, Positions: []byte(`{"last":1}`)})
			crash(t, s)
		}
		a, b = opened(t, a.dir), opened(t, b.dir)
		same(t, a, b)
		if got := load(t, a).LastCut.Second; got != 100 {
			t.Errorf("seed %d: last cut is of second %d", seed, got)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// same compares all but the cuts: those of a full disk are put together.
func same(t *testing.T, a, b *Store) {
	t.Helper()
	st, ds, ts := all(t, a)
	stB, dsB, tsB := all(t, b)
	equal(t, "groups", st.Groups, stB.Groups)
	equal(t, "mutes", st.Mutes, stB.Mutes)
	equal(t, "deliveries", ds, dsB)
	equal(t, "history", ts, tsB)
	for _, group := range []string{"g0", "g1", "g2"} {
		ref, err := a.Ref(t.Context(), "noc", group)
		refB, errB := b.Ref(t.Context(), "noc", group)
		if ref != refB || err != nil || errB != nil {
			t.Errorf("ref of %s = %q, %v, want %q, %v", group, ref, err, refB, errB)
		}
		d, ok, err := a.Newest(t.Context(), "noc", group)
		dB, okB, errB := b.Newest(t.Context(), "noc", group)
		if d.ID != dB.ID || ok != okB || err != nil || errB != nil {
			t.Errorf("newest of %s = %q, %v, %v, want %q, %v, %v", group, d.ID, ok, err, dB.ID, okB, errB)
		}
	}
	due, _, err := a.Due(t.Context(), "noc", t0.Add(time.Hour))
	dueB, _, errB := b.Due(t.Context(), "noc", t0.Add(time.Hour))
	if err != nil || errB != nil {
		t.Fatal(err, errB)
	}
	equal(t, "due", due, dueB)
	w, err := a.Waiting(t.Context())
	wB, errB := b.Waiting(t.Context())
	if err != nil || errB != nil {
		t.Fatal(err, errB)
	}
	for name := range wB {
		if w[name].Unsent != wB[name].Unsent || w[name].Dead != wB[name].Dead {
			t.Errorf("%s: waiting %v, want %v", name, w[name], wB[name])
		}
	}
}

// randomWrite is one of the things that the loop and the senders do.
func randomWrite(t *testing.T, rnd *rand.Rand, n int64, ids *[]string) func(*Store) error {
	group := fmt.Sprint("g", rnd.IntN(3))
	id := fmt.Sprint("d", rnd.IntN(40)) // some are known already
	if rnd.IntN(2) == 0 && len(*ids) > 0 {
		id := (*ids)[rnd.IntN(len(*ids))]
		state := []alert.DeliveryState{alert.DeliverySent, alert.DeliveryRetry, alert.DeliveryDead, alert.DeliverySuperseded}[rnd.IntN(4)]
		return func(s *Store) error {
			ds, err := s.Deliveries(t.Context(), Filter{ID: id})
			if err != nil || len(ds) != 1 {
				return errors.Join(err, fmt.Errorf("%d deliveries %s", len(ds), id))
			}
			if s := ds[0].State; s == alert.DeliverySent || s == alert.DeliverySuperseded {
				return nil // nobody touches it again
			}
			ds[0].State, ds[0].Ref = state, "ref-"+id
			ds[0].Attempts = append(ds[0].Attempts, alert.Attempt{At: t0})
			return s.Save(t.Context(), ds...)
		}
	}
	if !slices.Contains(*ids, id) {
		*ids = append(*ids, id)
	}
	d := delivery(id, "noc", group, t0)
	c := Cut{Second: n, Transitions: []alert.Transition{transition(fmt.Sprint("a", rnd.IntN(20)), alert.Firing, n/4)},
		Deliveries: []alert.Delivery{d}, Groups: []alert.NotifyGroup{{Key: group, Deliveries: n}}}
	switch rnd.IntN(5) {
	case 0:
		return func(s *Store) error { return s.Add(t.Context(), d) }
	case 1:
		c.Gone = []string{fmt.Sprint("g", rnd.IntN(3))}
	case 2:
		c.Mutes = alert.MuteChanges{Mutes: alert.Mutes{Silences: []alert.Silence{{ID: group}}}, GoneAcks: []string{group}}
	case 3:
		c.Mutes = alert.MuteChanges{Mutes: alert.Mutes{Acks: []alert.Ack{{AlertID: group, Severity: alert.Warning}}}, GoneSilences: []string{group}}
	}
	if rnd.IntN(3) > 0 {
		c.Positions = fmt.Append(nil, n)
	}
	return func(s *Store) error {
		_, err := s.Commit(t.Context(), c)
		return err
	}
}

// A kill while the disk is full leaves what was written before.
func TestMemory_GoesWithAKill(t *testing.T) {
	full := false
	s := sometimesFull(t, &full)
	commit(t, s, childCut(1))
	full = true
	if _, err := s.Commit(t.Context(), childCut(2)); !errors.Is(err, ErrInMemory) {
		t.Fatalf("err = %v, want ErrInMemory", err)
	}
	if err := s.Retry(t.Context(), "1-0"); !errors.Is(err, ErrInMemory) {
		t.Errorf("retry by hand: err = %v, want ErrInMemory", err)
	}
	if since, ok := s.InMemory(); !ok || !since.Equal(t0) {
		t.Errorf("in memory since %v, %v", since, ok)
	}
	crash(t, s)
	s = opened(t, s.dir)
	checkWhole(t, s, load(t, s))
	if got := load(t, s).LastCut.Second; got != 1 {
		t.Errorf("last cut is of second %d, want 1", got)
	}
}

// Nothing is kept beyond a bound; the senders still mark what they send.
func TestMemory_Bounded(t *testing.T) {
	full := true
	s := sometimesFull(t, &full)
	c := Cut{Second: 1, Positions: []byte("1")}
	for i := range 16 {
		tr := transition(fmt.Sprint("a", i), alert.Firing, 1)
		tr.Summary = strings.Repeat("x", 1<<20)
		c.Transitions = append(c.Transitions, tr)
	}
	var err error
	for n := range 10 {
		for i := range c.Transitions {
			c.Transitions[i].ID = fmt.Sprint(n, "-", i)
		}
		if _, err = s.Commit(t.Context(), c); !errors.Is(err, ErrInMemory) {
			break
		}
	}
	if err == nil || errors.Is(err, ErrInMemory) || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("err = %v, want a refusal", err)
	}
	held, err := s.held(t.Context())
	if err != nil || held > mostHeld+32<<20 {
		t.Errorf("%d MiB are held, %v", held>>20, err)
	}
	if err := s.Add(t.Context(), delivery("d", "noc", "g", t0)); err != nil {
		t.Errorf("a sender's row: %v", err)
	}
}

// A reader's cancelled request must not cost what is kept.
func TestMemory_SurvivesCancelledRequests(t *testing.T) {
	full := true
	s := sometimesFull(t, &full)
	if _, err := s.Commit(t.Context(), childCut(1)); !errors.Is(err, ErrInMemory) {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _ = s.Deliveries(ctx, Filter{})
	_ = s.Save(ctx, delivery("1-0", "noc", "g", t0))
	if _, ds, ts := all(t, s); len(ds) != perCut || len(ts) != perCut {
		t.Errorf("%d deliveries and %d transitions, want %d", len(ds), len(ts), perCut)
	}
}

// Every table is either kept in memory while the disk is full or known to be on
// the disk only, so that a new one is not forgotten.
func TestMemory_KnowsAllTables(t *testing.T) {
	s := opened(t, t.TempDir())
	known := []string{"cuts", "snapshot", "sqlite_sequence"}
	for _, sh := range shadows {
		known = append(known, sh.table)
	}
	err := s.read(t.Context(), func(tx *sql.Tx) error {
		return scan(t.Context(), tx, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			if !slices.Contains(known, name) {
				t.Errorf("table %s: what becomes of it while the disk is full? (see shadows)", name)
			}
			return err
		}, `SELECT name FROM sqlite_master WHERE type = 'table'`)
	})
	if err != nil {
		t.Fatal(err)
	}
}
