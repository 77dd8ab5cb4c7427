package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/smarty-alert/smarty-alert/alert"
)

func ids(ds []alert.Delivery) string {
	var all []string
	for _, d := range ds {
		all = append(all, d.ID)
	}
	return strings.Join(all, " ")
}

func TestDue(t *testing.T) {
	const (
		pending, inflight, sent = alert.DeliveryPending, alert.DeliveryInflight, alert.DeliverySent
		retry, dead, superseded = alert.DeliveryRetry, alert.DeliveryDead, alert.DeliverySuperseded
	)
	type row struct {
		id, group string
		state     alert.DeliveryState
		next      time.Duration // after now
	}
	for name, tc := range map[string]struct {
		rows []row
		due  string
		next time.Duration // 0: zero time
	}{
		"empty":                              {nil, "", 0},
		"oldest first, over all groups":      {[]row{{"1", "g", pending, -1}, {"2", "h", pending, -5}, {"3", "g", pending, -9}}, "1 2 3", 0},
		"exactly now is due":                 {[]row{{"1", "g", pending, 0}}, "1", 0},
		"done rows are neither due nor next": {[]row{{"1", "g", sent, -1}, {"2", "g", dead, -1}, {"3", "g", superseded, 5}, {"4", "g", pending, -1}}, "4", 0},
		"inflight left by a crash":           {[]row{{"1", "g", inflight, -1}, {"2", "g", pending, -1}}, "1 2", 0},
		"newer waits for the older's retry":  {[]row{{"1", "g", retry, 10}, {"2", "g", pending, -1}}, "", 10},
		"older before the newer's time":      {[]row{{"1", "g", retry, -1}, {"2", "g", pending, 10}, {"3", "g", pending, -1}}, "1", 10},
		"another group does not wait":        {[]row{{"1", "g", retry, 10}, {"2", "h", pending, -1}, {"3", "g", pending, -1}}, "2", 10},
		"next is when a row can really go":   {[]row{{"1", "g", retry, 10}, {"2", "g", pending, 3}}, "", 10},
		"next is the earliest of the groups": {[]row{{"1", "g", retry, 10}, {"2", "h", pending, 3}, {"3", "i", pending, -1}}, "3", 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := opened(t, t.TempDir())
			c := Cut{Deliveries: []alert.Delivery{delivery("foreign", "other", "g", t0.Add(-time.Hour))}}
			for _, r := range tc.rows {
				d := delivery(r.id, "noc", r.group, t0.Add(r.next*time.Second))
				d.State = r.state
				c.Deliveries = append(c.Deliveries, d)
			}
			commit(t, s, c)
			due, next, err := s.Due(t.Context(), "noc", t0)
			if err != nil {
				t.Fatal(err)
			}
			var want time.Time
			if tc.next > 0 {
				want = t0.Add(tc.next * time.Second)
			}
			if ids(due) != tc.due || !next.Equal(want) {
				t.Errorf("due %q, next %v, want %q, %v", ids(due), next, tc.due, want)
			}
		})
	}
}

func TestDue_ReadsTheIndexOfUnsentRows(t *testing.T) {
	s := opened(t, t.TempDir())
	err := s.read(t.Context(), func(tx *sql.Tx) error {
		var plan []string
		err := scan(t.Context(), tx, func(rows *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := rows.Scan(&id, &parent, &unused, &detail)
			plan = append(plan, detail)
			return err
		}, "EXPLAIN QUERY PLAN "+sqlUnsent, "noc")
		if text := strings.Join(plan, "; "); !strings.Contains(text, "COVERING INDEX deliveries_unsent (receiver=?)") || strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("plan: %s", text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSave(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	d := delivery("d", "noc", "g", t0)
	commit(t, s, Cut{Deliveries: []alert.Delivery{d, delivery("e", "noc", "h", t0)}})
	d.State, d.Next, d.Ref = alert.DeliveryRetry, t0.Add(time.Nanosecond), "C1:17"
	d.Attempts = []alert.Attempt{{At: t0, Error: "503"}, {At: t0.Add(time.Second)}}
	changed := d
	changed.Message.Status, changed.Reason = "resolved", "repeat" // not Save's business
	if err := s.Save(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	unknown := delivery("nobody", "noc", "g", t0)
	other := delivery("e", "noc", "h", t0)
	other.State = alert.DeliverySent
	if err := s.Save(t.Context(), other, unknown); err == nil || !strings.Contains(err.Error(), "nobody: not in the outbox") {
		t.Errorf("unknown row: err = %v", err)
	}
	if err := s.Save(t.Context()); err != nil {
		t.Errorf("nothing to save: %v", err)
	}
	crash(t, s)

	s = opened(t, dir)
	got, err := s.Deliveries(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "deliveries", got, []alert.Delivery{delivery("e", "noc", "h", t0), d})
}

func TestRef_NewestOfTheGroup(t *testing.T) {
	s := opened(t, t.TempDir())
	var ds []alert.Delivery
	for _, r := range []struct{ id, receiver, group, ref string }{
		{"1", "noc", "g", "old"}, {"2", "noc", "g", "new"}, {"3", "noc", "g", ""}, {"4", "noc", "h", "of h"}, {"5", "mail", "g", "of mail"},
	} {
		d := delivery(r.id, r.receiver, r.group, t0)
		d.Ref = r.ref
		ds = append(ds, d)
	}
	commit(t, s, Cut{Deliveries: ds})
	for key, want := range map[[2]string]string{{"noc", "g"}: "new", {"noc", "h"}: "of h", {"mail", "g"}: "of mail", {"noc", "x"}: "", {"x", "g"}: ""} {
		if got, err := s.Ref(t.Context(), key[0], key[1]); err != nil || got != want {
			t.Errorf("Ref(%q) = %q, %v, want %q", key, got, err, want)
		}
	}
}

func TestDeliveries_Filter(t *testing.T) {
	s := opened(t, t.TempDir())
	ds := []alert.Delivery{delivery("1", "noc", "g", t0), delivery("2", "noc", "h", t0), delivery("3", "mail", "g", t0), delivery("4", "noc", "g", t0)}
	ds[0].State, ds[1].State = alert.DeliveryDead, alert.DeliverySent
	commit(t, s, Cut{Deliveries: ds})
	for want, f := range map[string]Filter{
		"4 3 2 1": {},
		"4 3":     {Limit: 2},
		"4 2 1":   {Receiver: "noc"},
		"4 1":     {Receiver: "noc", GroupKey: "g"},
		"2 1":     {States: []alert.DeliveryState{alert.DeliveryDead, alert.DeliverySent}},
		"3":       {ID: "3"},
		"":        {ID: "3", Receiver: "noc"},
	} {
		got, err := s.Deliveries(t.Context(), f)
		if err != nil || ids(got) != want {
			t.Errorf("Deliveries(%+v) = %q, %v, want %q", f, ids(got), err, want)
		}
	}
}

func TestStore_ConcurrentUse(t *testing.T) {
	const rounds = 30
	s := opened(t, t.TempDir())
	ctx := t.Context()
	work := map[string]func(n int64) error{
		"commit": func(n int64) error { _, err := s.Commit(ctx, childCut(n)); return err },
		"send": func(int64) error {
			due, _, err := s.Due(ctx, "noc", t0)
			for i := range due {
				due[i].State = alert.DeliverySent
			}
			return errors.Join(err, s.Save(ctx, due...))
		},
		"snapshot": func(int64) error {
			st, err := s.Load(ctx)
			return errors.Join(err, s.SaveSnapshot(ctx, st.LastCut.Seq, []byte("x")))
		},
		"prune": func(n int64) error { return s.Prune(ctx, time.Unix(n, 0)) },
		"page": func(int64) error {
			_, err := s.History(ctx, time.Time{}, 10)
			_, err2 := s.Counts(ctx)
			return errors.Join(err, err2)
		},
	}
	var g errgroup.Group
	for name, step := range work {
		g.Go(func() error {
			for n := range int64(rounds) {
				if err := step(n + 1); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if st := load(t, s); st.LastCut.Seq != rounds {
		t.Errorf("last cut is %d, want %d", st.LastCut.Seq, rounds)
	}
	if err := work["send"](0); err != nil {
		t.Fatal(err)
	}
	if ds, err := s.Deliveries(ctx, Filter{States: []alert.DeliveryState{alert.DeliverySent}}); err != nil || len(ds) != rounds*perCut {
		t.Errorf("%d sent, %v, want %d", len(ds), err, rounds*perCut)
	}
}

func TestClosed_AllAnswerWithAnError(t *testing.T) {
	s := opened(t, t.TempDir())
	commit(t, s, Cut{Positions: positions(1)})
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for name, call := range map[string]func() error{
		"commit":     func() error { _, err := s.Commit(ctx, Cut{}); return err },
		"load":       func() error { _, err := s.Load(ctx); return err },
		"snapshot":   func() error { return s.SaveSnapshot(ctx, 1, nil) },
		"due":        func() error { _, _, err := s.Due(ctx, "noc", t0); return err },
		"save":       func() error { return s.Save(ctx, delivery("d", "noc", "g", t0)) },
		"ref":        func() error { _, err := s.Ref(ctx, "noc", "g"); return err },
		"deliveries": func() error { _, err := s.Deliveries(ctx, Filter{}); return err },
		"counts":     func() error { _, err := s.Counts(ctx); return err },
		"history":    func() error { _, err := s.History(ctx, t0, 1); return err },
		"prune":      func() error { return s.Prune(ctx, t0) },
	} {
		if call() == nil {
			t.Errorf("%s after Close: no error", name)
		}
	}
}
