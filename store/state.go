package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/smarty-alert/smarty-alert/alert"
)

// State is everything a restart begins from.
type State struct {
	Snapshot    []byte // as given to SaveSnapshot; nil if there was none
	SnapshotSeq int64  // the cut it was taken at
	Cuts        []Cut  // after the snapshot, in order; Seq, Second and Positions only
	// LastCut is the newest cut, also when the snapshot covers it; its Seq is 0
	// if there never was one. Seq, Second and Positions only.
	LastCut Cut
	Groups  []alert.NotifyGroup // by key
	Mutes   alert.Mutes         // by id
	// Firing has the newest transition of each alert that is on (firing or
	// update), in the order in which they came.
	Firing []alert.Transition
}

// Load reads the state. An unreadable snapshot is ErrDamaged, one of a later
// version ErrNewer: without it neither the cuts nor the alerts can be trusted.
func (s *Store) Load(ctx context.Context) (State, error) {
	// A snapshot being saved meanwhile would remove the file we are to read.
	s.mu.Lock()
	defer s.mu.Unlock()
	var st State
	var file string
	err := s.read(ctx, func(tx *sql.Tx) (err error) {
		if st.SnapshotSeq, file, err = snapshotRow(ctx, tx); err != nil {
			return err
		}
		if err := st.readCuts(ctx, tx); err != nil {
			return err
		}
		if st.Groups, err = readGroups(ctx, tx); err != nil {
			return err
		}
		if st.Mutes, err = readMutes(ctx, tx); err != nil {
			return err
		}
		st.Firing, err = readTransitions(ctx, tx, sqlFiring)
		return err
	})
	if err != nil {
		return State{}, s.failed("load state", err)
	}
	if file == "" {
		return st, nil
	}
	if st.Snapshot, err = readSnapshot(s.path(file), st.SnapshotSeq); err != nil {
		return State{}, s.snapshotFailed("load "+s.path(file), err)
	}
	return st, nil
}

func (st *State) readCuts(ctx context.Context, tx *sql.Tx) error {
	return scan(ctx, tx, func(rows *sql.Rows) error {
		var c Cut
		var positions string
		if err := rows.Scan(&c.Seq, &c.Second, &positions); err != nil {
			return fmt.Errorf("read cut: %w", err)
		}
		c.Positions = json.RawMessage(positions)
		st.LastCut = c
		if c.Seq > st.SnapshotSeq {
			st.Cuts = append(st.Cuts, c)
		}
		return nil
	}, sqlCuts)
}

func readGroups(ctx context.Context, tx *sql.Tx) ([]alert.NotifyGroup, error) {
	var groups []alert.NotifyGroup
	err := scan(ctx, tx, func(rows *sql.Rows) error {
		var data string
		var g alert.NotifyGroup
		if err := rows.Scan(&data); err != nil {
			return err
		}
		if err := decode(data, &g); err != nil {
			return fmt.Errorf("decode notification group: %w", err)
		}
		plain(g.Alerts)
		groups = append(groups, g)
		return nil
	}, sqlGroups)
	return groups, err
}

func readTransitions(ctx context.Context, tx *sql.Tx, query string, args ...any) ([]alert.Transition, error) {
	var ts []alert.Transition
	err := scan(ctx, tx, func(rows *sql.Rows) error {
		var data string
		var t alert.Transition
		if err := rows.Scan(&data); err != nil {
			return err
		}
		if err := decode(data, &t); err != nil {
			return fmt.Errorf("decode transition: %w", err)
		}
		ts = append(ts, t)
		return nil
	}, query, args...)
	plain(ts)
	return ts, err
}

// scan calls f for every row of the query.
func scan(ctx context.Context, tx *sql.Tx, f func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
