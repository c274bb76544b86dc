-- +goose Up
-- Times are text of the form 2006-01-02T15:04:05.000000Z: UTC, microseconds, in the order of time when sorted.
-- key_id names the key that sealed the column "body" or "parked" of the row; '' means it is not sealed.

-- System files. The newest version counts; older ones are kept for the record.
CREATE TABLE systems (
	name       TEXT NOT NULL,
	version    INTEGER NOT NULL,          -- 1, 2, …
	source     BLOB NOT NULL,             -- the file as the admin wrote it; secrets are references
	file_name  TEXT NOT NULL,
	applied_at TEXT NOT NULL,
	PRIMARY KEY (name, version)
);

-- Connection files. Exactly one version of each is active.
CREATE TABLE connections (
	name       TEXT NOT NULL,
	version    INTEGER NOT NULL,          -- 1, 2, …
	source     BLOB NOT NULL,             -- the file as the admin wrote it
	file_name  TEXT NOT NULL,
	files      TEXT NOT NULL,             -- JSON of the tables it names, by name
	active     BOOLEAN NOT NULL,
	applied_at TEXT NOT NULL,
	applied_by TEXT NOT NULL,
	PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX connections_active ON connections (name) WHERE active;

-- Two items kept in step. The row is the truth of the merge base.
CREATE TABLE pairs (
	id         TEXT PRIMARY KEY,          -- the workflow's id
	connection TEXT NOT NULL,
	version    INTEGER NOT NULL,          -- connection version of the last sync
	status     TEXT NOT NULL,
	origin     INTEGER NOT NULL,          -- position of the side whose item came first
	parked     BLOB,                      -- JSON of what waits for a person; holds values, so it is content
	key_id     TEXT NOT NULL,
	problems   TEXT NOT NULL,             -- classes of what is parked, as ",conflict,invalid,", for searching
	created_at TEXT NOT NULL,
	synced_at  TEXT
);
CREATE INDEX pairs_by_connection ON pairs (connection, status);

-- The two sides of a pair, at positions 0 and 1. An item is in at most one linked pair of a connection and side:
-- that is what keeps two callers from making two twins of one item.
CREATE TABLE pair_sides (
	pair       TEXT NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
	position   INTEGER NOT NULL,
	connection TEXT NOT NULL,
	side       TEXT NOT NULL,             -- name of the side in its connection
	system     TEXT NOT NULL,
	type       TEXT NOT NULL,
	item       TEXT NOT NULL,             -- the system's immutable id; '' while the item does not exist
	item_key   TEXT NOT NULL,             -- what people call it
	url        TEXT NOT NULL,
	base       TEXT NOT NULL,             -- hash of the observation last agreed on; '' before the first sync
	seen       TEXT NOT NULL,             -- hash of the newest observation
	gone       BOOLEAN NOT NULL,
	own        TEXT NOT NULL,             -- JSON list of the revisions after the sync's own newest writes
	linked     BOOLEAN NOT NULL,          -- false once the pair is unlinked: the item is free
	PRIMARY KEY (pair, position)
);
CREATE UNIQUE INDEX pair_sides_item ON pair_sides (connection, side, item) WHERE linked AND item <> '';
CREATE INDEX pair_sides_by_item ON pair_sides (system, item);

-- What a fetch saw of an item, once per content hash.
CREATE TABLE observations (
	hash      TEXT PRIMARY KEY,
	pair      TEXT NOT NULL,              -- the pair it was first stored for
	system    TEXT NOT NULL,
	item      TEXT NOT NULL,
	body      BLOB NOT NULL,              -- JSON; content
	key_id    TEXT NOT NULL,
	stored_at TEXT NOT NULL
);
CREATE INDEX observations_by_item ON observations (system, item);
CREATE INDEX observations_by_pair ON observations (pair);

-- What one sync decided.
CREATE TABLE plans (
	seq        INTEGER PRIMARY KEY AUTOINCREMENT,
	id         TEXT NOT NULL UNIQUE,
	pair       TEXT NOT NULL,
	connection TEXT NOT NULL,
	version    INTEGER NOT NULL,
	at         TEXT NOT NULL,
	body       BLOB NOT NULL,             -- JSON; content
	key_id     TEXT NOT NULL
);
CREATE INDEX plans_by_pair ON plans (pair, seq);

-- What came of every remote operation and sync step. Plain words and names, no content.
CREATE TABLE outcomes (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	pair     TEXT NOT NULL,
	plan     TEXT NOT NULL,
	side     TEXT NOT NULL,
	act      TEXT NOT NULL,
	target   TEXT NOT NULL,               -- id of the remote object
	fields   TEXT NOT NULL,               -- JSON array of field names
	result   TEXT NOT NULL,
	detail   TEXT NOT NULL,
	started  TEXT,
	ended    TEXT,
	delivery TEXT NOT NULL
);
CREATE INDEX outcomes_by_pair ON outcomes (pair, id);

-- A comment or attachment and its copy on the other side.
CREATE TABLE links (
	seq       INTEGER PRIMARY KEY AUTOINCREMENT,
	pair      TEXT NOT NULL,
	kind      TEXT NOT NULL,              -- comment | attachment
	origin    INTEGER NOT NULL,           -- position of the side where a person wrote it
	origin_id TEXT NOT NULL,              -- its id there
	copy_id   TEXT NOT NULL,              -- id of the copy on the other side
	print     TEXT NOT NULL,              -- fingerprint of the origin when the copy was last written
	dropped   BOOLEAN NOT NULL,
	UNIQUE (pair, kind, origin, origin_id)
);

-- Remote acts that cannot be undone, written before they are tried.
CREATE TABLE intents (
	mark       TEXT PRIMARY KEY,
	pair       TEXT NOT NULL,
	side       INTEGER NOT NULL,          -- position of the side written to
	kind       TEXT NOT NULL,             -- item | comment | attachment
	source     TEXT NOT NULL,
	started_at TEXT NOT NULL,             -- of the first attempt
	settled_at TEXT,                      -- NULL while the outcome is not known
	result_id  TEXT NOT NULL,
	result_key TEXT NOT NULL,
	result_url TEXT NOT NULL,
	attempts   INTEGER NOT NULL
);
CREATE INDEX intents_open ON intents (pair) WHERE settled_at IS NULL;

-- Webhook calls as received; also the queue while the workflow engine cannot be reached.
CREATE TABLE deliveries (
	seq         INTEGER PRIMARY KEY AUTOINCREMENT,
	system      TEXT NOT NULL,
	id          TEXT NOT NULL,            -- the vendor's delivery id
	received_at TEXT NOT NULL,
	hints       TEXT NOT NULL,            -- JSON: which items may have changed; no content
	state       TEXT NOT NULL,            -- waiting | handed-over | ignored
	reason      TEXT NOT NULL,
	attempts    INTEGER NOT NULL,
	UNIQUE (system, id)
);
CREATE INDEX deliveries_by_state ON deliveries (state, seq);

-- The items a delivery hints at, to find deliveries by item.
CREATE TABLE delivery_items (
	delivery INTEGER NOT NULL REFERENCES deliveries (seq) ON DELETE CASCADE,
	item     TEXT NOT NULL,
	PRIMARY KEY (item, delivery)
);

-- Positions in feeds of changes.
CREATE TABLE cursors (
	name     TEXT PRIMARY KEY,
	cursor   TEXT NOT NULL,               -- opaque
	saved_at TEXT NOT NULL
);

-- Secrets duplex was handed at run time, such as refreshed tokens. Always sealed.
CREATE TABLE credentials (
	system   TEXT NOT NULL,
	name     TEXT NOT NULL,
	body     BLOB NOT NULL,
	key_id   TEXT NOT NULL,
	saved_at TEXT NOT NULL,
	PRIMARY KEY (system, name)
);
