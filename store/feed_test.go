package store

import (
	"errors"
	"slices"
	"testing"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Whoever takes the arrival, then what is there, and waits, gets every transition once
// and in its order, also those that come while the disk is full.
func TestFeed_EveryTransitionOnce(t *testing.T) {
	full := false
	s := sometimesFull(t, &full)
	var want, got []string
	last := int64(0)
	if n, err := s.LastNumber(t.Context()); n != 0 || err != nil {
		t.Fatal(n, err)
	}
	for i := range int64(30) {
		full = i%10 >= 5
		arrival := s.Arrival()
		tr := transition("a", alert.Firing, i)
		cut := Cut{Second: i, Positions: []byte("{}"), Transitions: []alert.Transition{tr}}
		if i%3 == 0 { // what is stored already comes again after a restart
			cut.Transitions = append(cut.Transitions, transition("a", alert.Firing, max(0, i-1)))
		}
		if _, err := s.Commit(t.Context(), cut); err != nil && !errors.Is(err, ErrInMemory) {
			t.Fatal(err)
		}
		select {
		case <-arrival:
		default:
			t.Fatalf("%d: nobody was told", i)
		}
		want = append(want, tr.ID)
		if i%4 != 3 {
			continue
		}
		for {
			ts, err := s.After(t.Context(), last, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range ts {
				if n.Number <= last {
					t.Fatalf("%d after %d", n.Number, last)
				}
				got, last = append(got, n.ID), n.Number
			}
			if len(ts) < 2 {
				break
			}
		}
		if n, err := s.LastNumber(t.Context()); n != last || err != nil {
			t.Errorf("the last number is %d, %v, that of the last one %d", n, err, last)
		}
	}
	if !slices.Equal(got, want[:len(got)]) || len(got) < 28 {
		t.Errorf("got %v\nwant %v", got, want)
	}
	arrival := s.Arrival()
	if _, err := s.Commit(t.Context(), Cut{Second: 31, Positions: []byte("{}")}); err != nil && !errors.Is(err, ErrInMemory) {
		t.Fatal(err)
	}
	select {
	case <-arrival:
		t.Error("a cut without transitions was told")
	default:
	}
}
