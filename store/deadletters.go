package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

var (
	// ErrNotDead is returned for a delivery that is not a dead letter.
	ErrNotDead = errors.New("not a dead letter")
	// ErrOutdated is returned for a dead letter about something of which newer news
	// went out, or will: to send the old ones now would say what is not so.
	ErrOutdated = errors.New("newer news of its group went out, or waits to")
)

// Retry has dead letters tried again, with the newer ones of the same groups, as
// if they were new. All or none; the ids that wait now are returned. They are sent
// once the receivers' workers are woken.
func (s *Store) Retry(ctx context.Context, now time.Time, ids ...string) (revived []string, err error) {
	err = s.write(ctx, func(tx *sql.Tx) error {
		revived = nil
		for _, id := range ids {
			if slices.Contains(revived, id) {
				continue // with an older one of its group
			}
			more, err := s.revive(ctx, tx, now, id)
			if err != nil {
				return fmt.Errorf("%s: %w", id, err)
			}
			revived = append(revived, more...)
		}
		return nil
	})
	if err != nil {
		return nil, s.failed("retry dead letters", err)
	}
	return revived, nil
}

// revive makes a dead letter and the newer ones of its group wait again.
func (s *Store) revive(ctx context.Context, tx *sql.Tx, now time.Time, id string) ([]string, error) {
	if ds, err := readDeliveries(ctx, tx, sqlDead, id); err != nil {
		return nil, err
	} else if len(ds) == 0 {
		return nil, ErrNotDead
	}
	var newer int
	if err := tx.QueryRowContext(ctx, sqlOutdated, id).Scan(&newer); err != nil {
		return nil, err
	}
	if newer > 0 {
		return nil, ErrOutdated
	}
	var all []string
	err := scan(ctx, tx, func(rows *sql.Rows) error {
		var one string
		err := rows.Scan(&one)
		all = append(all, one)
		return err
	}, sqlNewerDead, id)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		ds, err := readDeliveries(ctx, tx, sqlDead, one)
		if err != nil {
			return nil, err
		}
		d := again(ds[0], now)
		if err := s.saveDelivery(ctx, tx, &d); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// again is a dead letter that waits as a new one does. One attempt sums up those
// before; what parts of it were taken is kept, and whether it may be out.
func again(d alert.Delivery, now time.Time) alert.Delivery {
	by := alert.Attempt{At: now, ByHand: true}
	for _, a := range d.Attempts {
		by.Unclear = by.Unclear || a.Unclear
		if a.Parts != nil {
			by.Parts = a.Parts
		}
		by.Error = a.Error
	}
	d.State, d.Next, d.Attempts = alert.DeliveryRetry, now, []alert.Attempt{by}
	return d
}

// Drop forgets dead letters, all or none.
func (s *Store) Drop(ctx context.Context, ids ...string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		for _, id := range ids {
			res, err := tx.ExecContext(ctx, sqlDropDead, id)
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil {
				return err
			} else if n == 0 {
				return fmt.Errorf("%s: %w", id, ErrNotDead)
			}
		}
		return nil
	})
	return s.failed("drop dead letters", err)
}

// Abandon makes dead letters of what waits for a receiver that nobody serves any
// more.
func (s *Store) Abandon(ctx context.Context, receiver, why string, now time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		ds, err := readDeliveries(ctx, tx, sqlWaiting, receiver)
		if err != nil {
			return err
		}
		for _, d := range ds {
			unclear := d.State == alert.DeliveryInflight
			d.State, d.Next = alert.DeliveryDead, now
			d.Attempts = append(d.Attempts, alert.Attempt{At: now, Error: why, Unclear: unclear})
			if err := s.saveDelivery(ctx, tx, &d); err != nil {
				return err
			}
		}
		return nil
	})
	return s.failed("give up what waits for "+receiver, err)
}
