package store

import (
	"context"
	"database/sql"
	"fmt"
)

// migrations bring an empty database to the present schema; the n-th (from 1)
// makes version n, kept in user_version. A released one is never edited: add
// another, and before it a whole state of the present version to
// cmd/smarty-alert/testdata/states (oldstate_test.go).
//
// Times are Unix nanoseconds, 0 for the zero time; seconds of event time are
// Unix seconds; n is the order of arrival. JSON holds what is only ever read
// whole, columns hold what is asked for.
var migrations = []string{`
CREATE TABLE cuts (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	second    INTEGER NOT NULL,
	positions TEXT NOT NULL,
	written   INTEGER NOT NULL
);
CREATE TABLE snapshot (
	id      INTEGER PRIMARY KEY CHECK (id = 1),
	seq     INTEGER NOT NULL,
	file    TEXT NOT NULL,
	written INTEGER NOT NULL
);
CREATE TABLE transitions (
	n        INTEGER PRIMARY KEY AUTOINCREMENT,
	id       TEXT NOT NULL UNIQUE CHECK (id <> ''),
	at       INTEGER NOT NULL,
	alert_id TEXT NOT NULL,
	state    TEXT NOT NULL,
	data     TEXT NOT NULL
);
CREATE INDEX transitions_at ON transitions (at, n);
CREATE INDEX transitions_alert ON transitions (alert_id, n, state, at);
CREATE TABLE notify_groups (
	key      TEXT PRIMARY KEY,
	receiver TEXT NOT NULL,
	data     TEXT NOT NULL
);
CREATE TABLE deliveries (
	n         INTEGER PRIMARY KEY AUTOINCREMENT,
	id        TEXT NOT NULL UNIQUE CHECK (id <> ''),
	receiver  TEXT NOT NULL,
	group_key TEXT NOT NULL,
	reason    TEXT NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('pending', 'inflight', 'sent', 'retry', 'dead', 'superseded')),
	created   INTEGER NOT NULL,
	next      INTEGER NOT NULL,
	changed   INTEGER NOT NULL,
	ref       TEXT NOT NULL,
	attempts  TEXT NOT NULL,
	message   TEXT NOT NULL
);
CREATE INDEX deliveries_unsent ON deliveries (receiver, group_key, n, next, state) WHERE state IN ('pending', 'inflight', 'retry');
CREATE INDEX deliveries_ref ON deliveries (receiver, group_key, n) WHERE ref <> '';
CREATE INDEX deliveries_state ON deliveries (state, changed);
CREATE INDEX deliveries_count ON deliveries (receiver, state);
`, `
CREATE TABLE silences (
	id   TEXT PRIMARY KEY CHECK (id <> ''),
	data TEXT NOT NULL
);
CREATE TABLE acks (
	alert_id TEXT PRIMARY KEY CHECK (alert_id <> ''),
	data     TEXT NOT NULL
);
`}

// migrate applies what the database lacks, each version in its own transaction.
func migrate(ctx context.Context, db *sql.DB, migrations []string) error {
	var version int
	if err := db.QueryRowContext(ctx, sqlVersion).Scan(&version); err != nil {
		return fmt.Errorf("read version: %w", err)
	}
	if version > len(migrations) {
		return fmt.Errorf("%w: its version is %d, this program knows versions up to %d (hint: start the newer program again)",
			ErrNewer, version, len(migrations))
	}
	for ; version < len(migrations); version++ {
		err := inTx(ctx, db, nil, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, migrations[version]); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("%s = %d", sqlVersion, version+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("to version %d: %w", version+1, err)
		}
	}
	return nil
}
