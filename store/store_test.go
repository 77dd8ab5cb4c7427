package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/smarty-alert/smarty-alert/alert"
)

var t0 = time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC)

// opened is a store on dir, closed at the end of the test.
func opened(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), dir, Options{Now: func() time.Time { return t0 }})
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

// crash drops the store as a kill would: the lock keeps its mark.
func crash(t testing.TB, s *Store) {
	t.Helper()
	if err := errors.Join(s.closeDatabase(), s.lock.release(false)); err != nil {
		t.Fatal(err)
	}
	s.lock = nil
}

func transition(alertID string, state alert.State, at int64) alert.Transition {
	return alert.Transition{
		ID: alert.TransitionID(alertID, state, at), At: at, Rule: "epg-errors", State: state, Severity: alert.Warning,
		Group: alert.NewLabels(alert.Label{Name: "instance", Value: "mw1"}), AlertID: alertID, StartsAt: at,
		Values:  []alert.Value{{Name: "count", V: int64(12)}, {Name: "avg", V: 0.5}},
		Samples: []alert.Sample{{At: at, Source: "mw1/smarty_epg", File: "smarty_epg.log", Pos: 4096, Text: "импорт <br>"}},
	}
}

func delivery(id, receiver, group string, next time.Time) alert.Delivery {
	return alert.Delivery{
		ID: id, Receiver: receiver, GroupKey: group, Reason: "first", State: alert.DeliveryPending,
		Created: t0, Next: next,
		Message: alert.Message{Receiver: receiver, Status: "firing", GroupKey: group, Alerts: []alert.Transition{transition("a", alert.Firing, 100)}},
	}
}

func commit(t testing.TB, s *Store, c Cut) int64 {
	t.Helper()
	seq, err := s.Commit(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func load(t testing.TB, s *Store) State {
	t.Helper()
	st, err := s.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func positions(n int) json.RawMessage { return fmt.Appendf(nil, `{"mw1/smarty_epg":%d}`, n) }

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestCommit_LoadGivesItBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state dir?#%41")
	s := opened(t, dir)
	firing, over := transition("a", alert.Firing, 100), transition("b", alert.Firing, 100)
	group := alert.NotifyGroup{
		Key: "noc{rule=\"x\"}", Receiver: "noc", Alerts: []alert.Transition{firing}, Deliveries: 1,
		Told: []alert.Told{{AlertID: "a", Firing: true, Severity: alert.Warning}}, NextFlush: t0.Add(10 * time.Second),
	}
	gone := alert.NotifyGroup{Key: "gone", Receiver: "noc"}
	first := Cut{Second: 100, Positions: positions(1), Transitions: []alert.Transition{firing, over}, Groups: []alert.NotifyGroup{gone, group}}
	d := delivery("d1", "noc", group.Key, t0)
	second := Cut{Second: 101, Positions: positions(2), Gone: []string{"gone"}, Deliveries: []alert.Delivery{d},
		Transitions: []alert.Transition{transition("b", alert.Resolved, 101), transition("e", alert.Event, 101), transition("a", alert.Update, 101)}}
	equal(t, "numbers", []int64{commit(t, s, first), commit(t, s, second)}, []int64{1, 2})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = opened(t, dir)
	cuts := []Cut{{Seq: 1, Second: 100, Positions: positions(1)}, {Seq: 2, Second: 101, Positions: positions(2)}}
	equal(t, "state", load(t, s), State{
		Cuts: cuts, LastCut: cuts[1], Groups: []alert.NotifyGroup{group},
		Firing: []alert.Transition{transition("a", alert.Update, 101)},
	})
	ds, err := s.Deliveries(t.Context(), Filter{})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "deliveries", ds, []alert.Delivery{d})
}

func TestCommit_AgainChangesNothing(t *testing.T) {
	s := opened(t, t.TempDir())
	d := delivery("d1", "noc", "g", t0)
	c := Cut{Second: 100, Positions: positions(1), Transitions: []alert.Transition{transition("a", alert.Firing, 100)}, Deliveries: []alert.Delivery{d}}
	commit(t, s, c)
	d.State = alert.DeliverySent
	if err := s.Save(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	commit(t, s, Cut{Second: 101, Positions: positions(2), Transitions: []alert.Transition{transition("a", alert.Resolved, 101)}})
	commit(t, s, c)

	equal(t, "firing", load(t, s).Firing, []alert.Transition(nil))
	history, err := s.History(t.Context(), time.Unix(0, 0), 0)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "history", history, []alert.Transition{transition("a", alert.Resolved, 101), transition("a", alert.Firing, 100)})
	counts, err := s.Counts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "counts", counts, map[string]map[alert.DeliveryState]int{"noc": {alert.DeliverySent: 1}})
}

func TestCommit_WithoutPositionsIsNoCut(t *testing.T) {
	s := opened(t, t.TempDir())
	group := alert.NotifyGroup{Key: "g", Receiver: "noc"}
	if seq := commit(t, s, Cut{Groups: []alert.NotifyGroup{group}}); seq != 0 {
		t.Errorf("before the first cut: seq = %d, want 0", seq)
	}
	commit(t, s, Cut{Second: 7, Positions: positions(1)})
	if seq := commit(t, s, Cut{Deliveries: []alert.Delivery{delivery("d", "noc", "g", t0)}}); seq != 1 {
		t.Errorf("after the first cut: seq = %d, want 1", seq)
	}
	st := load(t, s)
	if len(st.Cuts) != 1 || len(st.Groups) != 1 {
		t.Errorf("state = %+v, want one cut, one group", st)
	}
}

func TestCommit_ErrorLeavesNothing(t *testing.T) {
	s := opened(t, t.TempDir())
	bad := delivery("", "noc", "g", t0)
	_, err := s.Commit(t.Context(), Cut{Second: 5, Positions: positions(1), Transitions: []alert.Transition{transition("a", alert.Firing, 5)},
		Groups: []alert.NotifyGroup{{Key: "g"}}, Deliveries: []alert.Delivery{delivery("d", "noc", "g", t0), bad}})
	if err == nil || !strings.Contains(err.Error(), "commit the cut of second 5") {
		t.Errorf("err = %v, want one about the cut of second 5", err)
	}
	equal(t, "state", load(t, s), State{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Commit(ctx, Cut{Second: 5, Positions: positions(1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: err = %v", err)
	}
	if seq := commit(t, s, Cut{Second: 5, Positions: positions(1)}); seq != 1 {
		t.Errorf("seq = %d, want 1", seq)
	}
}

func TestCommit_NumbersSurvive(t *testing.T) {
	s := opened(t, t.TempDir())
	in := transition("a", alert.Firing, 1)
	in.Values = []alert.Value{{Name: "account", V: int64(9007199254740993)}, {Name: "nan", V: math.NaN()}, {Name: "inf", V: math.Inf(1)},
		{Name: "f", V: 0.25}, {Name: "whole", V: 3.0}, {Name: "list", V: []any{int64(1), "x", nil}}, {Name: "none"}, {Name: "yes", V: true, Approx: true}}
	want := in
	want.Values = []alert.Value{{Name: "account", V: int64(9007199254740993)}, {Name: "nan", V: "NaN"}, {Name: "inf", V: "+Inf"},
		{Name: "f", V: 0.25}, {Name: "whole", V: int64(3)}, {Name: "list", V: []any{int64(1), "x", nil}}, {Name: "none"}, {Name: "yes", V: true, Approx: true}}
	d := delivery("d", "noc", "g", t0)
	d.Message.Alerts = []alert.Transition{in}
	commit(t, s, Cut{Positions: positions(1), Transitions: []alert.Transition{in}, Groups: []alert.NotifyGroup{{Key: "g", Alerts: []alert.Transition{in}}}, Deliveries: []alert.Delivery{d}})

	st := load(t, s)
	due, _, err := s.Due(t.Context(), "noc", t0)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]alert.Transition{"firing": st.Firing, "group": st.Groups[0].Alerts, "delivery": due[0].Message.Alerts} {
		equal(t, name, got, []alert.Transition{want})
	}
	if f, ok := in.Values[1].V.(float64); !ok || !math.IsNaN(f) {
		t.Errorf("the caller's value became %v", in.Values[1].V)
	}
}

func TestPrune(t *testing.T) {
	now := t0
	s, err := Open(t.Context(), t.TempDir(), Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := func(d time.Duration) int64 { return t0.Add(d).Unix() }
	var incidents []alert.Transition
	for i := range 2*pruneBatch + 1 {
		incidents = append(incidents, transition(fmt.Sprint("old", i), alert.Firing, at(-2*time.Hour)), transition(fmt.Sprint("old", i), alert.Resolved, at(-time.Hour)))
	}
	kept := []alert.Transition{ // newest first, as History gives them
		transition("late", alert.Resolved, at(time.Minute)), transition("late", alert.Firing, at(-time.Hour)),
		transition("on", alert.Update, at(-2*time.Hour)), transition("on", alert.Firing, at(-3*time.Hour)),
	}
	incidents = append(incidents, kept[3], kept[2], kept[1], kept[0], transition("e", alert.Event, at(-time.Hour)))
	ds := []alert.Delivery{delivery("live-old", "noc", "live", t0), delivery("live-ref", "noc", "live", t0), delivery("ended", "noc", "ended", t0),
		delivery("dead", "noc", "x", t0), delivery("superseded", "noc", "x", t0), delivery("unsent", "noc", "x", t0), delivery("late", "noc", "ended", t0)}
	commit(t, s, Cut{Positions: positions(1), Transitions: incidents, Deliveries: ds, Groups: []alert.NotifyGroup{{Key: "live", Receiver: "noc"}}})
	for i, state := range []alert.DeliveryState{"sent", "sent", "sent", "dead", "superseded", "retry", "sent"} {
		ds[i].State = state
		ds[i].Ref = map[alert.DeliveryState]string{"sent": "ts" + ds[i].ID}[state]
		if ds[i].ID == "late" {
			now = t0.Add(time.Minute)
		}
		if err := s.Save(t.Context(), ds[i]); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := s.Prune(t.Context(), t0.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		history, err := s.History(t.Context(), time.Time{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "history", history, kept)
		left, err := s.Deliveries(t.Context(), Filter{})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "deliveries", left, []alert.Delivery{ds[6], ds[5], ds[3], ds[1]})
	}
}

func TestHistory_Limit(t *testing.T) {
	s := opened(t, t.TempDir())
	c := Cut{Positions: positions(1)}
	for i := range int64(5) {
		c.Transitions = append(c.Transitions, transition("a", alert.Update, 100+i))
	}
	commit(t, s, c)
	got, err := s.History(t.Context(), time.Unix(102, 0), 2)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "history", got, []alert.Transition{c.Transitions[4], c.Transitions[3]})
}

func BenchmarkCommit(b *testing.B) {
	s := opened(b, b.TempDir())
	n := 0
	for b.Loop() {
		n++
		id := fmt.Sprint(n)
		commit(b, s, Cut{Second: int64(n), Positions: positions(n),
			Transitions: []alert.Transition{transition(id, alert.Firing, int64(n))},
			Deliveries:  []alert.Delivery{delivery(id, "noc", id, t0)}})
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "commits/s")
}

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		os.Exit(child(dir))
	}
	os.Exit(m.Run())
}
