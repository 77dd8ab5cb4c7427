package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/smarty-alert/smarty-alert/alert"
)

func saveMutes(ctx context.Context, tx *sql.Tx, c alert.MuteChanges) error {
	for _, s := range c.Silences {
		if err := saveJSON(ctx, tx, sqlSaveSilence, s.ID, s); err != nil {
			return fmt.Errorf("save silence %s: %w", s.ID, err)
		}
	}
	for _, a := range c.Acks {
		if err := saveJSON(ctx, tx, sqlSaveAck, a.AlertID, a); err != nil {
			return fmt.Errorf("save acknowledgement of %s: %w", a.AlertID, err)
		}
	}
	for _, gone := range []struct {
		query string
		ids   []string
	}{{sqlDropSilence, c.GoneSilences}, {sqlDropAck, c.GoneAcks}} {
		for _, id := range gone.ids {
			if _, err := tx.ExecContext(ctx, gone.query, id); err != nil {
				return fmt.Errorf("forget %s: %w", id, err)
			}
		}
	}
	return nil
}

func saveJSON(ctx context.Context, tx *sql.Tx, query, id string, v any) error {
	data, err := encode(v)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, query, id, data)
	return err
}

func readMutes(ctx context.Context, tx *sql.Tx) (m alert.Mutes, err error) {
	if m.Silences, err = readJSON[alert.Silence](ctx, tx, sqlSilences); err != nil {
		return m, fmt.Errorf("read silences: %w", err)
	}
	if m.Acks, err = readJSON[alert.Ack](ctx, tx, sqlAcks); err != nil {
		return m, fmt.Errorf("read acknowledgements: %w", err)
	}
	return m, nil
}

// readJSON reads rows of one column each.
func readJSON[T any](ctx context.Context, tx *sql.Tx, query string) (all []T, err error) {
	err = scan(ctx, tx, func(rows *sql.Rows) error {
		var data string
		var v T
		if err := rows.Scan(&data); err != nil {
			return err
		}
		if err := decode(data, &v); err != nil {
			return err
		}
		all = append(all, v)
		return nil
	}, query)
	return all, err
}
