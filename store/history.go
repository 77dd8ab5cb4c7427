package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// pruneBatch is how many incidents or deliveries one transaction of Prune
// removes, so that a commit of the engine never waits long for it.
const pruneBatch = 500

// History returns the transitions at or after since (event time, whole
// seconds), newest first, at most limit of them (0: all).
func (s *Store) History(ctx context.Context, since time.Time, limit int) (ts []alert.Transition, err error) {
	if limit <= 0 {
		limit = -1
	}
	err = s.read(ctx, func(tx *sql.Tx) error {
		ts, err = readTransitions(ctx, tx, s.both(sqlHistory), since.Unix(), limit)
		return err
	})
	if err != nil {
		return nil, s.failed("read history", err)
	}
	return ts, nil
}

// Prune forgets incidents whose newest transition lies before the given time
// and is neither firing nor update (an incident stays or goes whole), and
// deliveries that were sent or superseded before it. Dead letters stay, and so
// does the row with the newest reference of a group that is still known, since
// the message it points at is still being edited.
//
// Callers keep days: rows younger than the snapshot may be derived again.
func (s *Store) Prune(ctx context.Context, before time.Time) error {
	if err := s.deleteAll(ctx, sqlPrune, before.Unix()); err != nil {
		return s.failed("prune transitions", err)
	}
	return s.failed("prune deliveries", s.deleteAll(ctx, sqlPruneDeliveries, nanos(before)))
}

func (s *Store) deleteAll(ctx context.Context, query string, before int64) error {
	for {
		n, err := s.deleteSome(ctx, query, before)
		if err != nil || n == 0 {
			return err
		}
	}
}

func (s *Store) deleteSome(ctx context.Context, query string, before int64) (n int64, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.trusted(); err != nil || s.memory.Load() != nil {
		return 0, err // a full disk takes no deletions
	}
	res, err := s.w.ExecContext(ctx, query, before, pruneBatch)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
