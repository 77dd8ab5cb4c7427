package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// slowJournal takes its time over snapshots.
type slowJournal struct {
	journal
	begun, release chan struct{}
	err            error
}

func (s *slowJournal) SaveSnapshot(ctx context.Context, seq int64, data []byte) error {
	s.begun <- struct{}{}
	<-s.release
	if s.err != nil {
		return s.err
	}
	return s.journal.SaveSnapshot(ctx, seq, data)
}

// While a snapshot is written the loop reads, decides and commits; a restart goes on
// from the snapshot and the cuts after it.
func TestLoop_GoesOnWhileASnapshotIsWritten(t *testing.T) {
	for name, tc := range map[string]struct {
		err    error
		killed bool // before the end of the writing is noticed
	}{
		"written":             {},
		"written, and a kill": {killed: true},
		"not written":         {err: errors.New("disk full")},
	} {
		t.Run(name, func(t *testing.T) {
			b := newLab(t, t.TempDir())
			defer b.close()
			b.up()
			slow := &slowJournal{journal: &b.fault, begun: make(chan struct{}), release: make(chan struct{}), err: tc.err}
			b.loop.store, b.loop.beside = slow, beside
			b.settle()
			b.pass(2 * snapshotEvery)
			b.record(2, 0, 0, false, false)
			b.pass(2 * time.Second)
			b.turn()
			b.loop.making.over(true)
			b.turn()
			<-slow.begun
			before := b.loop.lastSeq
			for i := range 3 {
				b.record(2, i+1, 0, false, false)
				b.pass(20 * time.Second)
				b.turn()
			}
			b.pass(2 * snapshotEvery)
			b.turn() // begins no second one
			if b.loop.lastSeq < before+3 || b.loop.saving == nil || !b.loop.unsaved {
				t.Fatalf("last cut %d, %d when the snapshot was begun; under way: %t", b.loop.lastSeq, before, b.loop.saving != nil)
			}
			slow.release <- struct{}{}
			b.loop.saving.over(true)
			b.loop.store, b.loop.beside = &b.fault, b.beside
			if tc.killed {
				b.kill()
			} else {
				b.stop()
			}
			b.settle()
			if n := len(b.history()); n != 4 {
				t.Errorf("%d transitions, want 4", n)
			}
		})
	}
}

func TestDecodeSnapshot_RefusesOthers(t *testing.T) {
	for text, want := range map[string]string{
		"": "not written by this version", `{"positions":{},"rules":{},"engine":"c3RhdGU="}`: "not written by this version", "no JSON\nstate": "decode snapshot: invalid",
	} {
		if _, err := decodeSnapshot([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error = %v, want %q", text, err, want)
		}
	}
}

// A program that dies within a minute each time saves what it read again: the next
// restart does not need ever older files, which rotation takes away meanwhile.
func TestLoop_DiesAgainAndAgain(t *testing.T) {
	b := newLab(t, t.TempDir())
	defer b.close()
	f := b.file(labEvents[0].log)
	for range 5 {
		b.record(0, 0, 0, false, false)
	}
	for range 30 {
		for range 5 { // the snapshot is begun in the first, and written in one of the others
			b.record(0, 0, 0, false, false)
			b.pass(time.Second)
			b.turn()
		}
		b.kill()
		b.up()
		b.turn()
		b.rotate(labEvents[0].log)
		if f.gens > 2 {
			b.check(os.Remove(fmt.Sprintf("%s.%d", f.path, f.gens)))
			f.gens--
		}
	}
	var fired int
	for _, tr := range b.history() {
		if tr.Reason == "state_lost" {
			t.Errorf("state was lost: %s", brief(tr))
		}
		if tr.Rule == "burst" {
			fired++
		}
	}
	if fired != 1 {
		t.Errorf("%d transitions of an alert that goes on, want 1", fired)
	}
}
