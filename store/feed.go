package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/smarty-alert/smarty-alert/alert"
)

// Numbered is a transition with its number: they count in the order of arrival, some
// may be missing, and none is given twice.
type Numbered struct {
	Number int64
	alert.Transition
}

// After returns the oldest transitions that came after that number, at most limit.
func (s *Store) After(ctx context.Context, number int64, limit int) (ts []Numbered, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error {
		return scan(ctx, tx, func(rows *sql.Rows) error {
			var t Numbered
			var data string
			if err := rows.Scan(&t.Number, &data); err != nil {
				return err
			}
			if err := decode(data, &t.Transition); err != nil {
				return fmt.Errorf("decode transition: %w", err)
			}
			plain([]alert.Transition{t.Transition})
			ts = append(ts, t)
			return nil
		}, s.both(sqlAfter), number, limit)
	})
	if err != nil {
		return nil, s.failed("read what came after", err)
	}
	return ts, nil
}

// LastNumber is the greatest number of a transition; 0: there is none.
func (s *Store) LastNumber(ctx context.Context) (n int64, err error) {
	err = s.read(ctx, func(tx *sql.Tx) error { return tx.QueryRowContext(ctx, s.both(sqlLastNumber)).Scan(&n) })
	if err != nil {
		return 0, s.failed("read the last number", err)
	}
	return n, nil
}

// Arrival is closed when the next transitions are committed. Take it before looking
// for those that are there.
func (s *Store) Arrival() <-chan struct{} { return s.arrivals.next() }

// arrivals tells all who wait that something came.
type arrivals struct {
	mu sync.Mutex
	ch chan struct{} // nil: nobody waits
}

func (a *arrivals) next() <-chan struct{} {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ch == nil {
		a.ch = make(chan struct{})
	}
	return a.ch
}

func (a *arrivals) came() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ch != nil {
		close(a.ch)
		a.ch = nil
	}
}
