package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Filter chooses deliveries. Empty fields choose all.
type Filter struct {
	ID       string
	Receiver string
	GroupKey string
	States   []alert.DeliveryState
	Limit    int // at most so many; 0: no limit
}

// Due returns what receiver may send now, oldest first, and when to ask again
// (the zero time: only after a Commit or Save). A row counts as unsent in the
// states pending, retry and inflight. A group's messages go out in the order in
// which they came: a row is due when its own Next and those of all unsent rows
// before it in its group are not after now. So a newer row waits for an older
// one's retry, and whoever gets it has the older ones in hand and can mark them
// superseded. The second time is the earliest at which a further row is due.
//
// Rows left inflight by a crash are due at once, which is why only the one
// owner of the receiver may call Due.
func (s *Store) Due(ctx context.Context, receiver string, now time.Time) (due []alert.Delivery, next time.Time, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		if due, err = readDeliveries(ctx, tx, sqlDue, receiver, nanos(now)); err != nil {
			return err
		}
		var n int64
		err := tx.QueryRowContext(ctx, sqlNextReady, receiver, nanos(now)).Scan(&n)
		next = fromNanos(n)
		return err
	})
	if err != nil {
		return nil, time.Time{}, s.failed("read what is due for "+receiver, err)
	}
	return due, next, nil
}

// Save writes back state, attempts, next and reference of rows of the outbox,
// all or none. The rest of a delivery never changes. A row that is not there is
// an error.
func (s *Store) Save(ctx context.Context, ds ...alert.Delivery) error {
	if len(ds) == 0 {
		return nil
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		for i := range ds {
			if err := s.saveDelivery(ctx, tx, &ds[i]); err != nil {
				return fmt.Errorf("%s: %w", ds[i].ID, err)
			}
		}
		return nil
	})
	return s.failed("save delivery", err)
}

func (s *Store) saveDelivery(ctx context.Context, tx *sql.Tx, d *alert.Delivery) error {
	attempts, err := encode(d.Attempts)
	if err != nil {
		return err
	}
	res, err := tx.ExecContext(ctx, sqlSaveDelivery, string(d.State), nanos(d.Next), d.Ref, attempts, nanos(s.now()), d.ID)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return errors.New("not in the outbox")
}

// Ref returns the newest reference that receiver's provider gave for a message
// of the group, or "".
func (s *Store) Ref(ctx context.Context, receiver, groupKey string) (string, error) {
	var ref string
	err := s.read(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, s.both(sqlRef), receiver, groupKey).Scan(&ref)
	})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", s.failed("read the reference of "+groupKey, err)
	}
	return ref, nil
}

// Deliveries lists rows of the outbox, newest first.
func (s *Store) Deliveries(ctx context.Context, f Filter) (ds []alert.Delivery, err error) {
	where, args := f.where()
	err = s.read(ctx, func(tx *sql.Tx) error {
		ds, err = readDeliveries(ctx, tx, s.both(sqlList)+where, args...)
		return err
	})
	if err != nil {
		return nil, s.failed("list deliveries", err)
	}
	return ds, nil
}

func (f Filter) where() (where string, args []any) {
	var terms []string
	for _, c := range []struct{ column, value string }{{"id", f.ID}, {"receiver", f.Receiver}, {"group_key", f.GroupKey}} {
		if c.value != "" {
			terms = append(terms, c.column+" = ?")
			args = append(args, c.value)
		}
	}
	if len(f.States) > 0 {
		terms = append(terms, "state IN (?"+strings.Repeat(", ?", len(f.States)-1)+")")
		for _, state := range f.States {
			args = append(args, string(state))
		}
	}
	if len(terms) > 0 {
		where = " WHERE " + strings.Join(terms, " AND ")
	}
	limit := -1
	if f.Limit > 0 {
		limit = f.Limit
	}
	return where + " ORDER BY n DESC LIMIT ?", append(args, limit)
}

// Counts returns how many deliveries each receiver has in each state.
func (s *Store) Counts(ctx context.Context) (map[string]map[alert.DeliveryState]int, error) {
	counts := map[string]map[alert.DeliveryState]int{}
	err := s.read(ctx, func(tx *sql.Tx) error {
		return scan(ctx, tx, func(rows *sql.Rows) error {
			var receiver, state string
			var n int
			if err := rows.Scan(&receiver, &state, &n); err != nil {
				return err
			}
			if counts[receiver] == nil {
				counts[receiver] = map[alert.DeliveryState]int{}
			}
			counts[receiver][alert.DeliveryState(state)] = n
			return nil
		}, sqlCounts)
	})
	if err != nil {
		return nil, s.failed("count deliveries", err)
	}
	return counts, nil
}

func insertDeliveries(ctx context.Context, tx *sql.Tx, ds []alert.Delivery, now int64) error {
	if len(ds) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, sqlInsertDelivery)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range ds {
		d := &ds[i]
		attempts, err := encode(d.Attempts)
		if err != nil {
			return fmt.Errorf("encode the attempts of delivery %s: %w", d.ID, err)
		}
		m := d.Message
		m.Alerts = finiteAll(m.Alerts)
		message, err := encode(m)
		if err != nil {
			return fmt.Errorf("encode the message of delivery %s: %w", d.ID, err)
		}
		if _, err := insert.ExecContext(ctx, d.ID, d.Receiver, d.GroupKey, d.Reason, string(d.State),
			nanos(d.Created), nanos(d.Next), d.Ref, attempts, message, now); err != nil {
			return fmt.Errorf("insert delivery %s: %w", d.ID, err)
		}
	}
	return nil
}

// readDeliveries runs a query for deliveryColumns.
func readDeliveries(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]alert.Delivery, error) {
	var ds []alert.Delivery
	err := scan(ctx, tx, func(rows *sql.Rows) error {
		d, err := scanDelivery(rows)
		ds = append(ds, d)
		return err
	}, query, args...)
	return ds, err
}

func scanDelivery(rows *sql.Rows) (d alert.Delivery, err error) {
	var created, next int64
	var attempts, message string
	if err := rows.Scan(&d.ID, &d.Receiver, &d.GroupKey, &d.Reason, &d.State, &created, &next, &d.Ref, &attempts, &message); err != nil {
		return d, err
	}
	d.Created, d.Next = fromNanos(created), fromNanos(next)
	if err := decode(attempts, &d.Attempts); err != nil {
		return d, fmt.Errorf("decode the attempts of delivery %s: %w", d.ID, err)
	}
	if err := decode(message, &d.Message); err != nil {
		return d, fmt.Errorf("decode the message of delivery %s: %w", d.ID, err)
	}
	plain(d.Message.Alerts)
	return d, nil
}
