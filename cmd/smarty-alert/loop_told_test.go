package main

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/smarty-alert/smarty-alert/store"
)

// cutKeeper keeps the places of the cuts that go through it.
type cutKeeper struct {
	journal
	places []place
}

func (k *cutKeeper) Commit(ctx context.Context, c store.Cut) (int64, error) {
	var p place
	if len(c.Positions) > 0 && json.Unmarshal(c.Positions, &p) == nil {
		k.places = append(k.places, p)
	}
	return k.journal.Commit(ctx, c)
}

// What was read is summed up by source, but not where the order of sources, or which
// record was from the future, decides what a restart makes of it.
func TestLoop_TellsTheOrderOfSourcesWhereItMatters(t *testing.T) {
	b := newLab(t, t.TempDir())
	defer b.close()
	b.up()
	b.settle()
	kept := &cutKeeper{journal: &b.fault}
	b.loop.store = kept
	read := func(age int) (free bool, stretches int) {
		kept.places = nil
		for i := range 4 {
			b.record(i%2, i, age, false, false)
		}
		b.pass(2 * time.Second)
		b.turn()
		free = true
		for _, p := range kept.places {
			for _, phase := range p.Told {
				free = free && (phase.Free || len(phase.Read) == 0)
				stretches += len(phase.Read)
			}
		}
		return free, stretches
	}
	if free, n := read(0); !free || n == 0 {
		t.Errorf("records in time: summed up %t, %d stretches", free, n)
	}
	if free, n := read(-600); free || n == 0 {
		t.Errorf("records from the future: summed up %t, %d stretches", free, n)
	}
}
