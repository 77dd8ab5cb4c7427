package store

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/smarty-alert/smarty-alert/alert"
)

// model is the store as plain slices and maps, its answers worked out from
// scratch by the words of the documentation.
type model struct {
	cuts        []Cut
	snapshotSeq int64
	snapshot    []byte
	transitions []alert.Transition
	groups      map[string]alert.NotifyGroup
	deliveries  []alert.Delivery
	changed     map[string]time.Time // by delivery id
}

func (m *model) commit(c Cut, now time.Time) {
	m.cuts = append(m.cuts, Cut{Seq: int64(len(m.cuts) + 1), Second: c.Second, Positions: c.Positions})
	for _, t := range c.Transitions {
		if !slices.ContainsFunc(m.transitions, func(o alert.Transition) bool { return o.ID == t.ID }) {
			m.transitions = append(m.transitions, t)
		}
	}
	for _, key := range c.Gone {
		delete(m.groups, key)
	}
	for _, g := range c.Groups {
		m.groups[g.Key] = g
	}
	for _, d := range c.Deliveries {
		if m.find(d.ID) < 0 {
			m.deliveries = append(m.deliveries, d)
			m.changed[d.ID] = now
		}
	}
}

func (m *model) find(id string) int {
	return slices.IndexFunc(m.deliveries, func(d alert.Delivery) bool { return d.ID == id })
}

// newest is the last transition of each alert, in order of arrival.
func (m *model) newest() (ts []alert.Transition) {
	for i, t := range m.transitions {
		if !slices.ContainsFunc(m.transitions[i+1:], func(o alert.Transition) bool { return o.AlertID == t.AlertID }) {
			ts = append(ts, t)
		}
	}
	return ts
}

func (m *model) state() State {
	st := State{Snapshot: m.snapshot, SnapshotSeq: m.snapshotSeq}
	for _, t := range m.newest() {
		if t.Active() {
			st.Firing = append(st.Firing, t)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.groups)) {
		st.Groups = append(st.Groups, m.groups[key])
	}
	if len(m.cuts) > 0 {
		st.LastCut = m.cuts[len(m.cuts)-1]
		st.Cuts = append(st.Cuts, m.cuts[m.snapshotSeq:]...)
	}
	return st
}

func unsent(d alert.Delivery) bool {
	return d.State == alert.DeliveryPending || d.State == alert.DeliveryInflight || d.State == alert.DeliveryRetry
}

func (m *model) due(receiver string, now time.Time) (due []alert.Delivery, next time.Time) {
	ready := map[string]time.Time{} // by group: when all rows up to here may go
	for _, d := range m.deliveries {
		if d.Receiver != receiver || !unsent(d) {
			continue
		}
		if d.Next.After(ready[d.GroupKey]) {
			ready[d.GroupKey] = d.Next
		}
		at := ready[d.GroupKey]
		if !at.After(now) {
			due = append(due, d)
		} else if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return due, next
}

func (m *model) ref(receiver, group string) (ref, id string) {
	for _, d := range m.deliveries {
		if d.Receiver == receiver && d.GroupKey == group && d.Ref != "" {
			ref, id = d.Ref, d.ID
		}
	}
	return ref, id
}

func (m *model) prune(before time.Time) {
	over := map[string]bool{}
	for _, t := range m.newest() {
		over[t.AlertID] = t.At < before.Unix() && !t.Active()
	}
	m.transitions = slices.DeleteFunc(m.transitions, func(t alert.Transition) bool { return over[t.AlertID] })
	keep := map[string]bool{}
	for _, g := range m.groups {
		_, id := m.ref(g.Receiver, g.Key)
		keep[id] = true
	}
	m.deliveries = slices.DeleteFunc(m.deliveries, func(d alert.Delivery) bool {
		done := d.State == alert.DeliverySent || d.State == alert.DeliverySuperseded
		return done && m.changed[d.ID].Before(before) && !keep[d.ID]
	})
}

func (m *model) history(since int64, limit int) []alert.Transition {
	ts := slices.Clone(m.transitions)
	slices.Reverse(ts)
	slices.SortStableFunc(ts, func(a, b alert.Transition) int { return cmp.Compare(b.At, a.At) })
	ts = slices.DeleteFunc(ts, func(t alert.Transition) bool { return t.At < since })
	if len(ts) == 0 {
		return nil
	}
	return ts[:min(limit, len(ts))]
}

var (
	modelKeys      = rapid.SampledFrom([]string{"g", "h", "i"})
	modelReceivers = rapid.SampledFrom([]string{"noc", "mail"})
	modelStates    = rapid.SampledFrom([]alert.DeliveryState{alert.DeliveryPending, alert.DeliveryInflight, alert.DeliverySent,
		alert.DeliveryRetry, alert.DeliveryDead, alert.DeliverySuperseded})
	modelNext  = rapid.Custom(func(t *rapid.T) time.Time { return t0.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "next"))) })
	modelAlert = rapid.Custom(func(t *rapid.T) alert.Transition {
		return transition(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "alert"),
			alert.State(rapid.IntRange(int(alert.Pending), int(alert.Event)).Draw(t, "state")), t0.Unix()+rapid.Int64Range(0, 20).Draw(t, "at"))
	})
	modelDelivery = rapid.Custom(func(t *rapid.T) alert.Delivery {
		d := delivery(fmt.Sprint("d", rapid.IntRange(0, 30).Draw(t, "id")), modelReceivers.Draw(t, "receiver"), modelKeys.Draw(t, "group"), modelNext.Draw(t, "next"))
		d.State = modelStates.Draw(t, "state")
		d.Ref = rapid.SampledFrom([]string{"", "r1", "r2"}).Draw(t, "ref")
		return d
	})
	modelCut = rapid.Custom(func(t *rapid.T) Cut {
		c := Cut{Second: rapid.Int64().Draw(t, "second"), Positions: positions(rapid.IntRange(0, 9).Draw(t, "positions")),
			Transitions: rapid.SliceOfN(modelAlert, 0, 4).Draw(t, "transitions"),
			Gone:        rapid.SliceOfN(modelKeys, 0, 2).Draw(t, "gone"),
			Deliveries:  rapid.SliceOfN(modelDelivery, 0, 4).Draw(t, "deliveries")}
		for _, key := range rapid.SliceOfN(modelKeys, 0, 2).Draw(t, "groups") {
			c.Groups = append(c.Groups, alert.NotifyGroup{Key: key, Receiver: modelReceivers.Draw(t, "receiver"), Deliveries: rapid.Int64().Draw(t, "n")})
		}
		return c
	})
)

// machine drives a store and the model with the same steps.
type machine struct {
	t   testing.TB
	dir string
	now time.Time
	s   *Store
	m   model
}

func (h *machine) open(t *rapid.T) {
	var err error
	if h.s, err = Open(h.t.Context(), h.dir, Options{Now: func() time.Time { return h.now }}); err != nil {
		t.Fatal(err)
	}
	// Power cuts are not among the steps, and waiting for the disk is slow.
	_, err = h.s.w.ExecContext(h.t.Context(), "PRAGMA synchronous = OFF")
	h.must(t, err)
}

func (h *machine) must(t *rapid.T, err error) {
	if err != nil {
		t.Fatal(err)
	}
}

func (h *machine) Commit(t *rapid.T) {
	c := modelCut.Draw(t, "cut")
	seq, err := h.s.Commit(h.t.Context(), c)
	h.must(t, err)
	h.m.commit(c, h.now)
	if want := int64(len(h.m.cuts)); seq != want {
		t.Fatalf("seq = %d, want %d", seq, want)
	}
}

func (h *machine) Save(t *rapid.T) {
	if len(h.m.deliveries) == 0 {
		return
	}
	d := rapid.SampledFrom(h.m.deliveries).Draw(t, "old")
	change := modelDelivery.Draw(t, "change")
	d.State, d.Next, d.Ref = change.State, change.Next, change.Ref
	d.Attempts = append(slices.Clone(d.Attempts), alert.Attempt{At: h.now})
	h.must(t, h.s.Save(h.t.Context(), d))
	h.m.deliveries[h.m.find(d.ID)] = d
	h.m.changed[d.ID] = h.now
}

func (h *machine) SaveSnapshot(t *rapid.T) {
	seq := rapid.Int64Range(h.m.snapshotSeq, int64(len(h.m.cuts))).Draw(t, "seq")
	data := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(t, "data")
	h.must(t, h.s.SaveSnapshot(h.t.Context(), seq, data))
	h.m.snapshotSeq, h.m.snapshot = seq, data
}

func (h *machine) Prune(t *rapid.T) {
	// Rows change in steps of a nanosecond, incidents last seconds.
	unit := rapid.SampledFrom([]time.Duration{time.Nanosecond, time.Second}).Draw(t, "unit")
	before := t0.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "before")) * unit)
	h.must(t, h.s.Prune(h.t.Context(), before))
	h.m.prune(before)
}

func (h *machine) Wait(*rapid.T) { h.now = h.now.Add(1) }

func (h *machine) Reopen(t *rapid.T) {
	if rapid.Bool().Draw(t, "crash") {
		h.must(t, errors.Join(h.s.closeDatabase(), h.s.lock.release(false)))
	} else {
		h.must(t, h.s.Close())
	}
	h.open(t)
}

func (h *machine) Check(t *rapid.T) {
	ctx := h.t.Context()
	check := func(what string, got, want any, err error) {
		h.must(t, err)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", what, diff)
		}
	}
	st, err := h.s.Load(ctx)
	check("state", st, h.m.state(), err)
	at, since, limit := modelNext.Draw(t, "now"), t0.Unix()+rapid.Int64Range(0, 20).Draw(t, "since"), rapid.IntRange(1, 5).Draw(t, "limit")
	receiver, key := modelReceivers.Draw(t, "receiver"), modelKeys.Draw(t, "key")
	due, next, err := h.s.Due(ctx, receiver, at)
	wantDue, wantNext := h.m.due(receiver, at)
	check("due", due, wantDue, err)
	check("next", next, wantNext, nil)
	ref, err := h.s.Ref(ctx, receiver, key)
	wantRef, _ := h.m.ref(receiver, key)
	check("ref", ref, wantRef, err)
	history, err := h.s.History(ctx, time.Unix(since, 0), limit)
	check("history", history, h.m.history(since, limit), err)
	counts, err := h.s.Counts(ctx)
	wantCounts := map[string]map[alert.DeliveryState]int{}
	for _, d := range h.m.deliveries {
		if wantCounts[d.Receiver] == nil {
			wantCounts[d.Receiver] = map[alert.DeliveryState]int{}
		}
		wantCounts[d.Receiver][d.State]++
	}
	check("counts", counts, wantCounts, err)
}

func TestStore_IsTheModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		h := &machine{t: t, dir: dir, now: t0, m: model{groups: map[string]alert.NotifyGroup{}, changed: map[string]time.Time{}}}
		h.open(rt)
		defer func() {
			if err := h.s.Close(); err != nil {
				rt.Error(err)
			}
		}()
		rt.Repeat(rapid.StateMachineActions(h))
	})
}
