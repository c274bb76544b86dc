-- +goose Up
-- What a sweep has to know of a side: the revision last acted on, since when the item is gone, and whether it was out
-- of the connection's scope when it was last looked at.
ALTER TABLE pair_sides ADD COLUMN revision TEXT NOT NULL DEFAULT '';
ALTER TABLE pair_sides ADD COLUMN gone_at TEXT;
ALTER TABLE pair_sides ADD COLUMN outside BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX pair_sides_gone ON pair_sides (connection, side, gone_at) WHERE gone_at IS NOT NULL;

-- Connections that were stopped because too much happened at once. At most one brake of a connection is on.
CREATE TABLE brakes (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	connection  TEXT NOT NULL,
	side        TEXT NOT NULL,            -- name of the side on which it was seen
	kind        TEXT NOT NULL,            -- changed | deleted | empty | scope
	saw         TEXT NOT NULL,            -- plain words with counts
	at          TEXT NOT NULL,
	released_at TEXT,                       -- NULL while it is on
	released_by TEXT NOT NULL
);
CREATE UNIQUE INDEX brakes_on ON brakes (connection) WHERE released_at IS NULL;
CREATE INDEX brakes_by_connection ON brakes (connection, id);

-- The last sweep over each side of a connection.
CREATE TABLE sweeps (
	connection  TEXT NOT NULL,
	side        TEXT NOT NULL,
	started     TEXT NOT NULL,
	ended       TEXT NOT NULL,
	result      TEXT NOT NULL,            -- done | braked | failed
	text        TEXT NOT NULL,
	listed      INTEGER NOT NULL,
	handed_over INTEGER NOT NULL,
	known       INTEGER NOT NULL,
	looked      INTEGER NOT NULL,
	missing     INTEGER NOT NULL,
	succeeded   TEXT,                       -- end of the last one that was done
	PRIMARY KEY (connection, side)
);
