package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Waiting is what a receiver has in the outbox.
type Waiting struct {
	Unsent int
	Oldest time.Time // of the unsent; zero if there are none
	Dead   int
}

// Waiting returns it for each receiver that has any, by name.
func (s *Store) Waiting(ctx context.Context) (map[string]Waiting, error) {
	out := map[string]Waiting{}
	err := s.read(ctx, func(tx *sql.Tx) error {
		err := scan(ctx, tx, func(rows *sql.Rows) error {
			var receiver string
			var n int
			var oldest int64
			err := rows.Scan(&receiver, &n, &oldest)
			out[receiver] = Waiting{Unsent: n, Oldest: fromNanos(oldest)}
			return err
		}, sqlBacklog)
		if err != nil {
			return err
		}
		return scan(ctx, tx, func(rows *sql.Rows) error {
			var receiver string
			var n int
			err := rows.Scan(&receiver, &n)
			w := out[receiver]
			w.Dead = n
			out[receiver] = w
			return err
		}, sqlLost)
	})
	if err != nil {
		return nil, s.failed("look into the outbox", err)
	}
	return out, nil
}

// Add puts new rows into the outbox, all or none; ids already known are ignored.
func (s *Store) Add(ctx context.Context, ds ...alert.Delivery) error {
	if len(ds) == 0 {
		return nil
	}
	err := s.write(ctx, func(tx *sql.Tx) error { return insertDeliveries(ctx, tx, ds, nanos(s.now())) })
	return s.failed("add deliveries", err)
}

// Newest returns the newest row of the group for the receiver; ok is false if
// there is none.
func (s *Store) Newest(ctx context.Context, receiver, groupKey string) (d alert.Delivery, ok bool, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		ds, err := readDeliveries(ctx, tx, s.both(sqlNewestOfGroup), receiver, groupKey)
		if len(ds) > 0 {
			d, ok = ds[0], true
		}
		return err
	})
	if err != nil {
		return alert.Delivery{}, false, s.failed("read the newest delivery of "+groupKey, err)
	}
	return d, ok, nil
}
