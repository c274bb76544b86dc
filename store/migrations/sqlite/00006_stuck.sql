-- +goose Up
-- When the newest hint came that no finished sync has answered yet; NULL when none waits. By the gateway's clock.
ALTER TABLE pairs ADD COLUMN hinted_at TEXT;
CREATE INDEX pairs_hinted ON pairs (hinted_at) WHERE hinted_at IS NOT NULL;

-- What operators asked of a pair, until it is carried out. The workflow holds it too; this copy outlives the engine.
CREATE TABLE asked (
	pair     TEXT NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
	name     TEXT NOT NULL,               -- of the workflow's update
	rule     TEXT NOT NULL,               -- '' when it is about the whole pair
	arg      TEXT NOT NULL,               -- the update's argument as JSON; no content
	asked_at TEXT NOT NULL,
	PRIMARY KEY (pair, name, rule)
);

-- Pairs whose work had stopped, and what was done about it. A row goes some time after the pair works again.
CREATE TABLE stuck_pairs (
	pair     TEXT PRIMARY KEY REFERENCES pairs (id) ON DELETE CASCADE,
	reason   TEXT NOT NULL,
	found_at TEXT NOT NULL,        -- when it was found first
	acts     INTEGER NOT NULL,            -- how often something was done
	acted_at TEXT
);

-- The last pass of the stuck-work sweeper: one row.
CREATE TABLE stuck_pass (
	id     INTEGER PRIMARY KEY CHECK (id = 1),
	report TEXT NOT NULL                  -- JSON
);

-- What was written to an item about problems of its pair, so that it is written once and cleared when they are solved.
CREATE TABLE told (
	pair  TEXT NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
	side  INTEGER NOT NULL,
	about TEXT NOT NULL,                  -- JSON list of what it names; [] when nothing is told now
	note  TEXT NOT NULL,                  -- id of the note, '' for a field
	notes INTEGER NOT NULL,               -- notes begun so far
	PRIMARY KEY (pair, side)
);
