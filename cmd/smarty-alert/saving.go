package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/smarty-alert/smarty-alert/engine"
	"github.com/smarty-alert/smarty-alert/ingest"
	"github.com/smarty-alert/smarty-alert/store"
	"github.com/smarty-alert/smarty-alert/windowing"
)

// snapshot is the engine's state at one cut, with the place in the logs that
// belongs to it. It is stored as one line of JSON and, behind it, the state.
type snapshot struct {
	Positions map[string][]ingest.Position `json:"positions"`
	Quiet     *quietStart                  `json:"quiet,omitempty"` // while a first start reads history
	Rules     map[string]string            `json:"rules"`           // state hash by id
	Engine    []byte                       `json:"-"`
}

func decodeSnapshot(data []byte) (sn snapshot, err error) {
	head, state, ok := bytes.Cut(data, []byte("\n"))
	if !ok {
		return sn, errors.New("decode snapshot: it was not written by this version of the program")
	}
	if err := json.Unmarshal(head, &sn); err != nil {
		return sn, fmt.Errorf("decode snapshot: %w", err)
	}
	sn.Engine = state
	return sn, nil
}

// making is the memory for the copy of a snapshot, which is got beside the loop.
type making struct {
	room *windowing.Room
	over func(wait bool) bool
	took time.Duration // that the loop stood for it
}

// saving is a snapshot that is being encoded and written beside the loop.
type saving struct {
	over              func(wait bool) bool // says whether it is, having waited for it or not
	encoding, writing error                // what went wrong, once it is over
}

// beside runs work in another goroutine. What it returns tells whether the work is
// done, having waited for it if asked to.
func beside(work func()) (over func(wait bool) bool) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	return func(wait bool) bool {
		if wait {
			<-done
			return true
		}
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
}

// keepSnapshot has a snapshot made now and then, without waiting for it.
func (l *loop) keepSnapshot(ctx context.Context) error {
	if err := l.endSaving(false); err != nil {
		return err
	}
	if _, full := l.store.InMemory(); full {
		return nil // the engine is ahead of the last cut
	}
	if l.saving != nil || l.torn || !l.unsaved || l.now().Sub(l.snapshot) < snapshotEvery {
		return nil
	}
	if l.making == nil {
		l.makeRoom()
	}
	if !l.making.over(false) {
		return nil
	}
	return l.startSaving(ctx)
}

// saveSnapshot makes one of the last cut, unless there is one, and waits for it.
func (l *loop) saveSnapshot(ctx context.Context) error {
	if err := l.endSaving(true); err != nil || l.torn || !l.unsaved {
		return err
	}
	if _, full := l.store.InMemory(); full {
		return nil
	}
	if err := l.startSaving(ctx); err != nil {
		return err
	}
	return l.endSaving(true)
}

// makeRoom has the memory for a copy of the engine got beside the loop: to get it
// takes many times as long as the copying.
func (l *loop) makeRoom() {
	began := l.now()
	m := &making{room: l.eng.Room()}
	m.took = l.now().Sub(began)
	l.making, m.over = m, l.beside(m.room.Make)
}

// startSaving copies what the engine remembers, as it is at the last cut. All else
// that a snapshot of a million groups takes is done beside the loop, which reads
// and commits meanwhile: the snapshot is of an earlier cut then, and the cuts after
// it stay.
func (l *loop) startSaving(ctx context.Context) error {
	sn := snapshot{Positions: l.live.Positions(), Quiet: l.quiet, Rules: map[string]string{}}
	for _, r := range l.set.Rules {
		sn.Rules[r.ID] = r.StateHash()
	}
	head, err := json.Marshal(sn)
	if err != nil {
		return fmt.Errorf("encode snapshot: %w", err)
	}
	if l.making == nil {
		l.makeRoom()
	}
	m := l.making
	m.over(true)
	l.making = nil
	began := l.now()
	frozen, seq, s := l.eng.Freeze(m.room), l.lastSeq, &saving{}
	l.paused = max(m.took, l.now().Sub(began))
	ctx = context.WithoutCancel(ctx)
	l.saving, l.snapshot, l.unsaved = s, l.now(), false
	s.over = l.beside(func() {
		var data []byte
		if data, s.encoding = encodeSnapshot(head, frozen); s.encoding == nil {
			s.writing = l.store.SaveSnapshot(ctx, seq, data)
		}
	})
	return nil
}

func encodeSnapshot(head []byte, frozen *engine.Frozen) ([]byte, error) {
	state, err := frozen.Encode()
	if err != nil {
		return nil, err
	}
	return append(append(head, '\n'), state...), nil
}

// endSaving takes note of how a snapshot went, having waited for it or not. One
// that could not be written is tried again in a minute; until then the cuts stand
// for it.
func (l *loop) endSaving(wait bool) error {
	s := l.saving
	if s == nil || !s.over(wait) {
		return nil
	}
	l.saving = nil
	if s.encoding != nil {
		return s.encoding
	}
	if errors.Is(s.writing, store.ErrDisk) {
		return s.writing
	}
	if l.noSnap = s.writing; s.writing != nil {
		l.log.Error("save snapshot", slog.Any("error", s.writing))
		l.unsaved = true
	}
	return nil
}
