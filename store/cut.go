package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Cut is one advance of the engine: everything a restart needs, in one
// transaction.
type Cut struct {
	// Seq is the cut's number, from 1, ascending. Load sets it; Commit gives it.
	Seq    int64
	Second int64 // the final second that was evaluated, Unix
	// Positions is opaque JSON: the position per source after its last consumed
	// record. Without it the engine did not advance and no cut is written: that
	// is how a notification timer commits its groups and deliveries.
	Positions   json.RawMessage
	Transitions []alert.Transition  // ids already known are ignored
	Gone        []string            // keys of groups to forget, before Groups are written
	Groups      []alert.NotifyGroup // by key; the newest state wins
	Deliveries  []alert.Delivery    // new rows of the outbox; ids already known are ignored
	Mutes       alert.MuteChanges   // what people changed
}

// Commit writes a cut whole or, on an error other than ErrInMemory, not at all, and
// returns its number. A cut without positions returns the number of the last one
// (0: none). While the disk is full each cut is a try whether there is room again:
// if there is, all that was kept in memory is written with it.
func (s *Store) Commit(ctx context.Context, c Cut) (seq int64, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	err = s.commit(ctx, c, &seq)
	if len(c.Transitions) > 0 && (err == nil || errors.Is(err, ErrInMemory)) {
		s.arrivals.came()
	}
	if err != nil {
		return 0, s.failed(fmt.Sprintf("commit the cut of second %d", c.Second), err)
	}
	return seq, nil
}

func (s *Store) commit(ctx context.Context, c Cut, seq *int64) error {
	whole := func(tx *sql.Tx) (err error) {
		if *seq, err = s.insertCut(ctx, tx, c); err != nil {
			return err
		}
		return s.insertCaused(ctx, tx, c)
	}
	switch err := s.trusted(); {
	case err != nil:
		return err
	case s.memory.Load() == nil:
		if err := s.onDisk(ctx, whole); !s.full(err) {
			return err
		}
		if err := s.toMemory(ctx); err != nil {
			return err
		}
	case c.Positions != nil:
		if err := s.toDisk(ctx, whole); !s.full(err) {
			return err
		}
	}
	return s.keep(ctx, c)
}

// keep takes what a cut caused into memory.
func (s *Store) keep(ctx context.Context, c Cut) error {
	held, err := s.held(ctx)
	if err != nil {
		return err
	}
	if held > mostHeld {
		return fmt.Errorf("%w, and %d MiB are kept in memory already", errNoRoom, held>>20)
	}
	err = s.writeLocked(ctx, func(tx *sql.Tx) error { return s.insertCaused(ctx, tx, c) })
	if err == nil && c.Positions != nil {
		return ErrInMemory
	}
	return err
}

func (s *Store) insertCaused(ctx context.Context, tx *sql.Tx, c Cut) error {
	if err := insertTransitions(ctx, tx, c.Transitions); err != nil {
		return err
	}
	if err := saveGroups(ctx, tx, c.Gone, c.Groups); err != nil {
		return err
	}
	if err := saveMutes(ctx, tx, c.Mutes); err != nil {
		return err
	}
	return insertDeliveries(ctx, tx, c.Deliveries, nanos(s.now()))
}

func (s *Store) insertCut(ctx context.Context, tx *sql.Tx, c Cut) (seq int64, err error) {
	if c.Positions == nil {
		err = tx.QueryRowContext(ctx, sqlLastSeq).Scan(&seq)
		return seq, err
	}
	err = tx.QueryRowContext(ctx, sqlInsertCut, c.Second, string(c.Positions), nanos(s.now())).Scan(&seq)
	return seq, err
}

func insertTransitions(ctx context.Context, tx *sql.Tx, ts []alert.Transition) error {
	if len(ts) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, sqlInsertTransition)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range ts {
		t := &ts[i]
		data, err := encode(finite(*t))
		if err != nil {
			return fmt.Errorf("encode transition %s of rule %s: %w", t.ID, t.Rule, err)
		}
		if _, err := insert.ExecContext(ctx, t.ID, t.At, t.AlertID, t.State.String(), data); err != nil {
			return fmt.Errorf("insert transition %s: %w", t.ID, err)
		}
	}
	return nil
}

func saveGroups(ctx context.Context, tx *sql.Tx, gone []string, groups []alert.NotifyGroup) error {
	for _, key := range gone {
		if _, err := tx.ExecContext(ctx, sqlDropGroup, key); err != nil {
			return fmt.Errorf("forget notification group %s: %w", key, err)
		}
	}
	for _, g := range groups {
		g.Alerts = finiteAll(g.Alerts)
		data, err := encode(g)
		if err != nil {
			return fmt.Errorf("encode notification group %s: %w", g.Key, err)
		}
		if _, err := tx.ExecContext(ctx, sqlSaveGroup, g.Key, g.Receiver, data); err != nil {
			return fmt.Errorf("save notification group %s: %w", g.Key, err)
		}
	}
	return nil
}
