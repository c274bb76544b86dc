-- +goose Up
-- Whether a system may be called now. A system without a row is open.
CREATE TABLE gates (
	system   TEXT PRIMARY KEY,
	state    TEXT NOT NULL,          -- open | throttled | maintenance | denied | down
	since    TEXT NOT NULL,
	until    TEXT,                   -- NULL while nobody knows
	reason   TEXT NOT NULL,
	by_whom  TEXT NOT NULL,          -- who closed or opened it by hand; 'window'; '' for the system's answers
	failures INTEGER NOT NULL,
	probe_at TEXT,
	lease    TEXT,                   -- until when the holder may try a closed gate
	holder   TEXT NOT NULL
);

-- Every change of a gate, newest last, for people. Only the newest of each system are kept.
CREATE TABLE gate_log (
	seq    INTEGER PRIMARY KEY AUTOINCREMENT,
	system TEXT NOT NULL,
	at     TEXT NOT NULL,
	state  TEXT NOT NULL,
	until  TEXT,
	reason TEXT NOT NULL,
	by_whom TEXT NOT NULL
);
CREATE INDEX gate_log_by_system ON gate_log (system, seq);

-- Until when a system's budget of calls is taken, by the store's clock in microseconds since 1970.
CREATE TABLE rates (
	system TEXT PRIMARY KEY,
	next   INTEGER NOT NULL
);
