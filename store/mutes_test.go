package store

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestCommit_MutesAreThereAfterARestart(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, dir)
	ms, err := alert.ParseMatchers(`rule=~"edge.*",params.abonement!="7"`)
	if err != nil {
		t.Fatal(err)
	}
	one := alert.Silence{ID: "s1", Matchers: ms, StartsAt: t0, EndsAt: t0.Add(time.Hour), CreatedBy: "анна", Comment: "works \"here\"", UpdatedAt: t0}
	two := one
	two.ID = "s2"
	ack := alert.Ack{AlertID: "a1", Severity: alert.Critical, By: "anna", At: t0}
	commit(t, s, Cut{Mutes: alert.MuteChanges{Mutes: alert.Mutes{Silences: []alert.Silence{one, two}, Acks: []alert.Ack{ack, {AlertID: "a2"}}}}})
	longer := one
	longer.EndsAt = t0.Add(2 * time.Hour)
	commit(t, s, Cut{Mutes: alert.MuteChanges{Mutes: alert.Mutes{Silences: []alert.Silence{longer}}, GoneSilences: []string{"s2"}, GoneAcks: []string{"a2", "nothing"}}})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	got := load(t, opened(t, dir)).Mutes
	if len(got.Silences) != 1 || !got.Silences[0].Matchers.Matches(alert.NewLabels(alert.Label{Name: "rule", Value: "edge_down"})) {
		t.Fatalf("silences: %+v", got.Silences)
	}
	got.Silences[0].Matchers, longer.Matchers = nil, nil // compiled expressions are compared above
	equal(t, "mutes", got, alert.Mutes{Silences: []alert.Silence{longer}, Acks: []alert.Ack{ack}})
}

func TestRetryAndDrop(t *testing.T) {
	s := opened(t, t.TempDir())
	states := map[string]alert.DeliveryState{"dead": alert.DeliveryDead, "sent": alert.DeliverySent, "late": alert.DeliveryRetry, "new": alert.DeliveryPending}
	var ds []alert.Delivery
	for id, state := range states {
		ds = append(ds, alert.Delivery{ID: id, Receiver: "noc", GroupKey: id, State: state, Next: t0.Add(100 * time.Hour)})
	}
	commit(t, s, Cut{Deliveries: ds})
	for id, want := range map[string]string{"dead": "", "late": "", "sent": "it is sent", "new": "it is pending", "none": "not in the outbox"} {
		if err := s.Retry(t.Context(), id); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("retry %s: %v, want %q", id, err, want)
		}
	}
	due, _, err := s.Due(t.Context(), "noc", t0.Add(time.Hour))
	if err != nil || len(due) != 2 {
		t.Errorf("due: %d, %v; want the two", len(due), err)
	}
	for id, want := range map[string]string{"dead": "", "new": "", "sent": "it is sent"} {
		if err := s.Drop(t.Context(), id); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("drop %s: %v, want %q", id, err, want)
		}
	}
	if err := s.Drop(t.Context(), "none"); !errors.Is(err, ErrNotFound) {
		t.Errorf("drop of nothing: %v", err)
	}
}
