package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

func TestSize_GrowsAndShrinksWithWhatIsKept(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	empty, err := s.Size(ctx)
	if err != nil || empty <= 0 {
		t.Fatalf("Size = %d, %v", empty, err)
	}
	var ts []alert.Transition
	for i := range 3000 {
		id := fmt.Sprintf("%016x", i)
		ts = append(ts, alert.Transition{ID: id, AlertID: id, Fingerprint: id, Rule: "r", At: 1000, StartsAt: 1000, EndsAt: 1000,
			State: alert.Resolved, Severity: alert.Warning, Summary: "a text of some length, so that there is something to measure"})
	}
	if _, err := s.Commit(ctx, Cut{Transitions: ts}); err != nil {
		t.Fatal(err)
	}
	full, err := s.Size(ctx)
	if err != nil || full < empty+100_000 {
		t.Errorf("Size = %d after %d transitions, %d before; %v", full, len(ts), empty, err)
	}
	if err := s.Prune(ctx, time.Unix(5000, 0)); err != nil {
		t.Fatal(err)
	}
	if pruned, err := s.Size(ctx); err != nil || pruned > full/2 {
		t.Errorf("Size = %d after pruning all of %d; %v", pruned, full, err)
	}
}
