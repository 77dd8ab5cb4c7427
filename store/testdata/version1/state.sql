-- A database of version 1 with the rows of a short incident. Never edited.
PRAGMA journal_mode = wal;
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

INSERT INTO cuts VALUES (3, 1769940011, '{"mw1/smarty_epg":800}', 1769947200000000000), (4, 1769940012, '{"mw1/smarty_epg":900}', 1769947201000000000);
INSERT INTO snapshot VALUES (1, 3, 'snapshot-3', 1769947200000000000);
INSERT INTO transitions VALUES
	(1, 't1', 1769940010, 'a1', 'firing', '{"id":"t1","at":1769940010,"rule":"epg-errors","state":"firing","severity":"warning","fingerprint":"","alert_id":"a1","values":[{"name":"count","v":12}]}'),
	(2, 't2', 1769940011, 'a1', 'update', '{"id":"t2","at":1769940011,"rule":"epg-errors","state":"update","severity":"critical","fingerprint":"","alert_id":"a1","values":[{"name":"count","v":20}]}');
INSERT INTO notify_groups VALUES ('g1', 'noc', '{"key":"g1","receiver":"noc","group_labels":{"rule":"epg-errors"},"told":[{"alert_id":"a1","firing":true,"severity":"warning"}],"next_flush":"2026-02-01T12:00:30Z","last_notified":"0001-01-01T00:00:00Z","deliveries":2}');
INSERT INTO deliveries VALUES
	(1, 'd1', 'noc', 'g1', 'first', 'sent', 1769947210000000000, 1769947210000000000, 1769947211000000000, 'C1:17', '[{"at":"2026-02-01T12:00:11Z"}]',
	 '{"receiver":"noc","status":"firing","group_key":"g1","alerts":[{"id":"t1","at":1769940010,"rule":"epg-errors","state":"firing","severity":"warning","fingerprint":"","alert_id":"a1","values":[{"name":"count","v":12}]}]}'),
	(2, 'd2', 'noc', 'g1', 'update', 'retry', 1769947212000000000, 1769947220000000000, 1769947213000000000, '', '[{"at":"2026-02-01T12:00:13Z","error":"503"}]',
	 '{"receiver":"noc","status":"firing","group_key":"g1","alerts":[{"id":"t2","at":1769940011,"rule":"epg-errors","state":"update","severity":"critical","fingerprint":"","alert_id":"a1","values":[{"name":"count","v":20}]}]}');
PRAGMA user_version = 1;
