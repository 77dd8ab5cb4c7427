package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
	"github.com/smarty-alert/smarty-alert/config"
	"github.com/smarty-alert/smarty-alert/store"
)

// History goes when it is older than the retention, and earlier while the state
// is larger than it may be; what fires stays.
func TestPrune_ByAgeThenBySize(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	var ts []alert.Transition
	for day := range 40 { // the oldest first, a hundred a day
		for i := range 100 {
			at := now.AddDate(0, 0, day-40).Unix()
			id := fmt.Sprintf("%08d%08d", day, i)
			ts = append(ts, alert.Transition{ID: id, AlertID: id, Fingerprint: id, Rule: "r", At: at, StartsAt: at, EndsAt: at, State: alert.Resolved,
				Severity: alert.Info, Summary: strings.Repeat("x", 200)})
		}
	}
	old := now.AddDate(0, 0, -100).Unix()
	ts = append(ts, alert.Transition{ID: "fires", AlertID: "fires", Fingerprint: "fires", Rule: "r", At: old, StartsAt: old, State: alert.Firing, Severity: alert.Critical})
	if _, err := st.Commit(t.Context(), store.Cut{Transitions: ts}); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := &service{store: st, now: func() time.Time { return now }, log: slog.New(slog.NewTextHandler(&log, nil)), retention: 30 * 24 * time.Hour, maxSize: 1 << 30}
	for _, tc := range []struct {
		maxSize   int64
		most      int // transitions left
		complains bool
	}{{1 << 30, 3101, false}, {1, 201, true}} {
		s.maxSize = tc.maxSize
		if err := s.prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		left, err := st.History(t.Context(), time.Time{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) == 0 || len(left) > tc.most || left[len(left)-1].ID != "fires" {
			t.Errorf("max_size %d: %d transitions left, want at most %d with the firing one", tc.maxSize, len(left), tc.most)
		}
		if got := strings.Contains(log.String(), "max_size"); got != tc.complains {
			t.Errorf("max_size %d: the log says %q", tc.maxSize, log.String())
		}
	}
}

// A receiver whose configuration did not change keeps its worker over a reload,
// and with it its counters; one that changed gets another.
func TestWorkers_KeepWhatDidNotChange(t *testing.T) {
	hook := config.Receiver{Name: "hook", Webhook: &config.Webhook{URL: "https://example.com/a"}, Timeout: time.Second}
	mail := config.Receiver{Name: "mail", Email: &config.Email{To: []string{"a@example.com"}, From: "b@example.com", Smarthost: "192.0.2.1:25"}}
	ws := &workers{log: slog.New(slog.DiscardHandler), now: time.Now}
	before, err := ws.build(&config.Config{Timezone: time.UTC, Receivers: []config.Receiver{hook, mail}})
	if err != nil {
		t.Fatal(err)
	}
	ws.replace(before)
	moved := hook
	moved.Webhook = &config.Webhook{URL: "https://example.com/b"}
	after, err := ws.build(&config.Config{Timezone: time.UTC, Receivers: []config.Receiver{mail, moved}})
	if err != nil {
		t.Fatal(err)
	}
	if after[0] != before[1] {
		t.Error("the mail receiver did not change, and got another worker")
	}
	if after[1] == before[0] {
		t.Error("the hook's address changed, and its worker is the old one")
	}
}
