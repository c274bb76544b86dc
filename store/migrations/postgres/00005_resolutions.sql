-- +goose Up
-- Whether the row is a merge base, which nobody has seen in this form, and not what a fetch saw.
ALTER TABLE observations ADD COLUMN base BOOLEAN NOT NULL DEFAULT FALSE;

-- What operators decided about things that are parked. The workflow is told the pair only; the decision is read from here.
CREATE TABLE resolutions (
	id       TEXT COLLATE "C" PRIMARY KEY,
	pair     TEXT NOT NULL,
	rule     TEXT NOT NULL,               -- rule id, or "comment:<id>", "attachment:<id>"
	side     INTEGER NOT NULL,            -- position of the side whose value wins, or in whose words the value is
	kind     TEXT NOT NULL,               -- winner | value | skip
	body     BYTEA NOT NULL,              -- JSON of the value and of what both sides showed; content
	key_id   TEXT NOT NULL,
	by_whom  TEXT NOT NULL,
	given_at TIMESTAMPTZ NOT NULL,
	state    TEXT NOT NULL,               -- open | done | replaced | lapsed | refused
	reason   TEXT NOT NULL,               -- plain words
	plan     TEXT NOT NULL,               -- that carried it out
	ended_at TIMESTAMPTZ
);
CREATE INDEX resolutions_by_pair ON resolutions (pair, given_at);
CREATE UNIQUE INDEX resolutions_open ON resolutions (pair, rule) WHERE state = 'open';
