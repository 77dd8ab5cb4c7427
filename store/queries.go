package store

// Every statement that is not part of the schema.
const (
	sqlJournalMode    = `PRAGMA journal_mode`
	sqlMoveLog        = `PRAGMA wal_checkpoint(PASSIVE)`
	sqlIntegrityCheck = `PRAGMA integrity_check(10)`
	sqlVersion        = `PRAGMA user_version`
)

// Cuts and snapshots.
const (
	sqlInsertCut = `INSERT INTO cuts (second, positions, written) VALUES (?, ?, ?) RETURNING seq`
	sqlLastSeq   = `SELECT coalesce(max(seq), 0) FROM cuts`
	sqlCuts      = `SELECT seq, second, positions FROM cuts ORDER BY seq`

	sqlSnapshot     = `SELECT seq, file FROM snapshot`
	sqlSaveSnapshot = `INSERT INTO snapshot (id, seq, file, written) VALUES (1, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, file = excluded.file, written = excluded.written`
	// The cut of the snapshot itself stays, so that the last one is always known.
	sqlDropCuts = `DELETE FROM cuts WHERE seq < ?`
)

// Transitions.
const (
	sqlInsertTransition = `INSERT INTO transitions (id, at, alert_id, state, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
	// Beside max(n), SQLite takes the bare columns from the row with the maximum.
	sqlNewest     = `SELECT alert_id, max(n) AS n, state, at FROM transitions GROUP BY alert_id`
	sqlFiring     = `SELECT data FROM transitions WHERE n IN (SELECT n FROM (` + sqlNewest + `) WHERE state IN ('firing', 'update')) ORDER BY n`
	sqlLastNumber = `SELECT coalesce(max(n), 0) FROM transitions`
	sqlHistory    = `SELECT data FROM transitions WHERE at >= ? ORDER BY at DESC, n DESC LIMIT ?`
	sqlAfter      = `SELECT n, data FROM transitions WHERE n > ? ORDER BY n LIMIT ?`
	sqlPrune      = `DELETE FROM transitions WHERE alert_id IN (
		SELECT alert_id FROM (` + sqlNewest + `) WHERE at < ? AND state NOT IN ('firing', 'update') LIMIT ?)`
)

// Notification groups.
const (
	sqlSaveGroup = `INSERT INTO notify_groups (key, receiver, data) VALUES (?, ?, ?)
		ON CONFLICT (key) DO UPDATE SET receiver = excluded.receiver, data = excluded.data`
	sqlDropGroup = `DELETE FROM notify_groups WHERE key = ?`
	sqlGroups    = `SELECT data FROM notify_groups ORDER BY key`
)

// Silences and acknowledgements.
const (
	sqlSaveSilence = `INSERT INTO silences (id, data) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data`
	sqlDropSilence = `DELETE FROM silences WHERE id = ?`
	sqlSilences    = `SELECT data FROM silences ORDER BY id`
	sqlSaveAck     = `INSERT INTO acks (alert_id, data) VALUES (?, ?) ON CONFLICT (alert_id) DO UPDATE SET data = excluded.data`
	sqlDropAck     = `DELETE FROM acks WHERE alert_id = ?`
	sqlAcks        = `SELECT data FROM acks ORDER BY alert_id`
)

// The outbox.
const (
	deliveryColumns   = `id, receiver, group_key, reason, state, created, next, ref, attempts, message`
	sqlInsertDelivery = `INSERT INTO deliveries (` + deliveryColumns + `, changed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`
	sqlSaveDelivery = `UPDATE deliveries SET state = ?, next = ?, ref = ?, attempts = ?, changed = ? WHERE id = ?`

	// ready is when a row and all unsent ones before it in its group may go.
	// The list of states is the one of the index deliveries_unsent.
	sqlUnsent = `SELECT n, max(next) OVER (PARTITION BY group_key ORDER BY n) AS ready FROM deliveries
		WHERE receiver = ? AND state IN ('pending', 'inflight', 'retry')`
	sqlDue = `SELECT ` + deliveryColumns + ` FROM deliveries
		WHERE n IN (SELECT n FROM (` + sqlUnsent + `) WHERE ready <= ?) ORDER BY n`
	sqlNextReady = `SELECT coalesce(min(ready), 0) FROM (` + sqlUnsent + `) WHERE ready > ?`

	// By hand, and only what no worker has in hand or what a worker's own mark may
	// still overtake.
	sqlRetry = `UPDATE deliveries SET state = 'pending', next = ?, changed = ? WHERE id = ? AND state = 'retry'`
	sqlDrop  = `UPDATE deliveries SET state = 'superseded', changed = ? WHERE id = ? AND state IN ('dead', 'retry', 'pending')`
	sqlState = `SELECT state FROM deliveries WHERE id = ?`

	sqlRef    = `SELECT ref FROM deliveries WHERE receiver = ? AND group_key = ? AND ref <> '' ORDER BY n DESC LIMIT 1`
	sqlCounts = `SELECT receiver, state, count(*) FROM deliveries GROUP BY receiver, state`
	sqlList   = `SELECT ` + deliveryColumns + ` FROM deliveries`

	sqlNewestOfGroup = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE receiver = ? AND group_key = ? ORDER BY n DESC LIMIT 1`

	// What was given up may be tried again while nothing newer of its group was
	// told or will be: that says how things are.
	sqlDead     = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE id = ? AND state = 'dead'`
	sqlOutdated = `SELECT count(*) FROM deliveries d, deliveries e WHERE d.id = ? AND e.receiver = d.receiver AND e.group_key = d.group_key
		AND e.n > d.n AND e.state NOT IN ('dead', 'superseded')`
	sqlNewerDead = sqlList + ` WHERE n IN (SELECT e.n FROM deliveries d, deliveries e WHERE d.id = ?
		AND e.receiver = d.receiver AND e.group_key = d.group_key AND e.n >= d.n AND e.state = 'dead') ORDER BY n`

	sqlBacklog = `SELECT receiver, count(*), min(created) FROM deliveries WHERE state IN ('pending', 'inflight', 'retry') GROUP BY receiver`
	sqlLost    = `SELECT receiver, count(*) FROM deliveries WHERE state = 'dead' GROUP BY receiver`
	sqlWaiting = `SELECT ` + deliveryColumns + ` FROM deliveries WHERE receiver = ? AND state IN ('pending', 'inflight', 'retry') ORDER BY n`

	// The newest reference of a live group stays: its message is still edited.
	sqlPruneDeliveries = `DELETE FROM deliveries WHERE n IN (
		SELECT n FROM deliveries d WHERE state IN ('sent', 'superseded') AND changed < ?
		AND NOT (ref <> ''
			AND EXISTS (SELECT 1 FROM notify_groups g WHERE g.key = d.group_key AND g.receiver = d.receiver)
			AND n = (SELECT max(n) FROM deliveries e WHERE e.receiver = d.receiver AND e.group_key = d.group_key AND e.ref <> ''))
		LIMIT ?)`
)
