-- +goose Up

-- Batch operations: what works through many items or pairs.
CREATE TABLE runs (
	id         TEXT COLLATE "C" PRIMARY KEY,
	kind       TEXT NOT NULL,             -- backfill | link | replay | preview | follow | …
	connection TEXT NOT NULL,
	params     TEXT NOT NULL,             -- JSON: what it was asked to do; no content
	state      TEXT NOT NULL,             -- running | paused | stopped | done | failed
	reason     TEXT NOT NULL,             -- plain words
	cursor     TEXT NOT NULL,             -- how far its items were listed; opaque
	listed     BOOLEAN NOT NULL,          -- all its items are known
	created_by TEXT NOT NULL,
	created_at TIMESTAMPTZ NOT NULL,
	started_at TIMESTAMPTZ,
	ended_at   TIMESTAMPTZ,
	rate_at    TIMESTAMPTZ,               -- the rate is measured from here
	rate_done  INTEGER NOT NULL           -- items that had an answer then
);
CREATE INDEX runs_by_time ON runs (created_at);
CREATE INDEX runs_by_state ON runs (state);

-- A plan that was only looked at, and is no part of what happened to its pair.
ALTER TABLE plans ADD COLUMN trial BOOLEAN NOT NULL DEFAULT FALSE;

-- The items or pairs a run works on, and what became of each.
CREATE TABLE run_items (
	run      TEXT COLLATE "C" NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
	n        BIGINT NOT NULL,            -- position in the run
	name     TEXT COLLATE "C" NOT NULL,               -- unique in the run
	system   TEXT NOT NULL,
	item     TEXT NOT NULL,
	other    TEXT NOT NULL,               -- the item of the other side, where the run links
	revision TEXT NOT NULL,
	pair     TEXT NOT NULL,
	state    TEXT NOT NULL,               -- waiting | handed-over | done | skipped | failed
	reason   TEXT NOT NULL,               -- plain words, no content
	plan     TEXT NOT NULL,
	at       TIMESTAMPTZ,
	PRIMARY KEY (run, n),
	UNIQUE (run, name)
);
CREATE INDEX run_items_by_state ON run_items (run, state, n);
CREATE INDEX run_items_by_item ON run_items (run, item);
CREATE INDEX run_items_by_pair ON run_items (run, pair);
