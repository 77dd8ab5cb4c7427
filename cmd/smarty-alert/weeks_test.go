package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/store"
)

// TestPrune_BoundedOverWeeks: weeks of alerts, messages, cuts and snapshots,
// pruned each hour as the service does, leave a state that has stopped growing, on
// the disk as well.
func TestPrune_BoundedOverWeeks(t *testing.T) {
	const weeks, retention = 3, 2 * 24 * time.Hour
	now := time.Unix(1_800_000_000, 0)
	dir := t.TempDir()
	st, err := store.Open(t.Context(), dir, store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s := &service{store: st, now: func() time.Time { return now }, log: slog.New(slog.DiscardHandler), retention: retention, maxSize: 1 << 30}
	weekly := make([]int64, 0, weeks)
	for hour := range weeks * 7 * 24 {
		now = now.Add(time.Hour)
		busyHour(t, st, hour, now)
		if err := s.prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		if hour%(7*24) == 7*24-1 {
			weekly = append(weekly, onDisk(t, dir))
		}
	}
	t.Logf("bytes on the disk after each week: %d", weekly)
	if first, last := weekly[0], weekly[weeks-1]; last > first+first/4 {
		t.Errorf("%d bytes after a week, %d after %d: it grows", first, last, weeks)
	}
	// Eight incidents of two transitions an hour, for two days and the hour of pruning.
	if left, err := st.History(t.Context(), time.Time{}, 0); err != nil || len(left) < 16*48 || len(left) > 16*50 {
		t.Errorf("%d transitions are left, %v, want those of two days", len(left), err)
	}
}

// busyHour is eight incidents, told and over, in four cuts and a snapshot.
func busyHour(t *testing.T, st *store.Store, hour int, now time.Time) {
	t.Helper()
	var last int64
	for cut := range 4 {
		c := store.Cut{Second: now.Unix(), Positions: json.RawMessage(`{"positions":{"smarty_accounts":[{"path":"` + strings.Repeat("x", 300) + `"}]}}`),
			Groups: []alert.NotifyGroup{{Key: fmt.Sprint("g", cut), Deliveries: int64(hour)}}}
		for i := range 2 {
			id := fmt.Sprintf("%d-%d-%d", hour, cut, i)
			for _, state := range []alert.State{alert.Firing, alert.Resolved} {
				c.Transitions = append(c.Transitions, alert.Transition{ID: id + state.String(), AlertID: id, Fingerprint: id, Rule: "r", At: now.Unix(), StartsAt: now.Unix(),
					State: state, Severity: alert.Warning, Summary: strings.Repeat("x", 200)})
			}
			c.Deliveries = append(c.Deliveries, alert.Delivery{ID: id, Receiver: "noc", GroupKey: fmt.Sprint("g", cut), Reason: "first", State: alert.DeliveryPending,
				Created: now, Next: now, Message: alert.Message{Receiver: "noc", Status: "firing", Alerts: c.Transitions[len(c.Transitions)-1:]}})
		}
		seq, err := st.Commit(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		last = seq
		for i := range c.Deliveries {
			c.Deliveries[i].State, c.Deliveries[i].Ref = alert.DeliverySent, "C1:"+c.Deliveries[i].ID
		}
		if err := st.Save(t.Context(), c.Deliveries...); err != nil {
			t.Fatal(err)
		}
	}
	if err := st.SaveSnapshot(t.Context(), last, make([]byte, 10_000)); err != nil {
		t.Fatal(err)
	}
}

func onDisk(t *testing.T, dir string) (n int64) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		n += info.Size()
	}
	return n
}
