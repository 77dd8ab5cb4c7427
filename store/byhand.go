package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/smarty-alert/smarty-alert/alert"
)

var (
	// ErrNotFound is returned for a delivery that is not in the outbox.
	ErrNotFound = errors.New("not in the outbox")
	// ErrOutdated is returned for a dead letter about something of which newer news
	// went out, or will: to send the old ones now would say what is not so.
	ErrOutdated = errors.New("newer news of its group went out, or waits to: drop it")
)

// Retry makes a dead letter, or a delivery that waits for its next try, due at
// once. A dead letter is then as good as new, and the newer dead ones of its group
// go with it. Of any other state it is an error.
func (s *Store) Retry(ctx context.Context, id string) error {
	err := s.writeOnDisk(ctx, func(tx *sql.Tx) error {
		dead, err := readDeliveries(ctx, tx, sqlDead, id)
		if err != nil {
			return err
		}
		if len(dead) > 0 {
			return s.revive(ctx, tx, id)
		}
		now := nanos(s.now())
		return changeOne(ctx, tx, id, sqlRetry, now, now, id)
	})
	return s.failed("retry delivery "+id, err)
}

// Drop takes a delivery that is not out yet from the outbox: it is marked
// superseded. One that is being sent at this moment may leave all the same.
func (s *Store) Drop(ctx context.Context, id string) error {
	err := s.writeOnDisk(ctx, func(tx *sql.Tx) error { return changeOne(ctx, tx, id, sqlDrop, nanos(s.now()), id) })
	return s.failed("drop delivery "+id, err)
}

// writeOnDisk is write for what must see, or change, more than is kept in memory.
func (s *Store) writeOnDisk(ctx context.Context, f func(*sql.Tx) error) error {
	if _, ok := s.InMemory(); ok {
		return ErrInMemory
	}
	return s.write(ctx, f)
}

// changeOne changes one row, or says why it cannot be.
func changeOne(ctx context.Context, tx *sql.Tx, id, query string, args ...any) error {
	res, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	var state string
	if err := tx.QueryRowContext(ctx, sqlState, id).Scan(&state); errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	} else if err != nil {
		return err
	}
	return fmt.Errorf("it is %s", state)
}

// revive makes a dead letter and the newer ones of its group wait again.
func (s *Store) revive(ctx context.Context, tx *sql.Tx, id string) error {
	var newer int
	if err := tx.QueryRowContext(ctx, sqlOutdated, id).Scan(&newer); err != nil {
		return err
	}
	if newer > 0 {
		return ErrOutdated
	}
	ds, err := readDeliveries(ctx, tx, sqlNewerDead, id)
	if err != nil {
		return err
	}
	for _, d := range ds {
		d = s.asNew(d)
		if err := s.saveDelivery(ctx, tx, &d); err != nil {
			return err
		}
	}
	return nil
}

// asNew is a dead letter that waits as a new one does. One attempt sums up those
// before; what parts of it were taken is kept, and whether it may be out.
func (s *Store) asNew(d alert.Delivery) alert.Delivery {
	by := alert.Attempt{At: s.now(), ByHand: true}
	for _, a := range d.Attempts {
		by.Unclear = by.Unclear || a.Unclear
		if a.Parts != nil {
			by.Parts = a.Parts
		}
		by.Error = a.Error
	}
	d.State, d.Next, d.Attempts = alert.DeliveryRetry, by.At, []alert.Attempt{by}
	return d
}
