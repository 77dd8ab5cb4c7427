package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

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
