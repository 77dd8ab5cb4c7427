package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// ErrNotFound is returned for a delivery that is not in the outbox.
var ErrNotFound = errors.New("not in the outbox")

// Retry makes a dead letter, or a delivery that waits for its next try, due at
// once. Of any other state it is an error.
func (s *Store) Retry(ctx context.Context, id string) error {
	now := nanos(s.now())
	return s.byHand(ctx, "retry", id, sqlRetry, now, now, id)
}

// Drop takes a delivery that is not out yet from the outbox: it is marked
// superseded. One that is being sent at this moment may leave all the same.
func (s *Store) Drop(ctx context.Context, id string) error {
	return s.byHand(ctx, "drop", id, sqlDrop, nanos(s.now()), id)
}

func (s *Store) byHand(ctx context.Context, doing, id, query string, args ...any) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
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
	})
	return s.failed(doing+" delivery "+id, err)
}
