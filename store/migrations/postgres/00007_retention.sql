-- +goose Up
-- What retention has removed, by table, so that people are told why something is not there.
CREATE TABLE retention (
	name    TEXT PRIMARY KEY,
	before  TIMESTAMPTZ NOT NULL, -- rows older than this were removed, but for those that were needed
	removed BIGINT NOT NULL, -- rows, over all runs
	ran_at  TIMESTAMPTZ -- end of the last run that came to the end of the table; NULL before the first
);

-- Old rows are found in the order of time.
-- An observation may be seen again, or have been a merge base for long: needed_at is the last time.
ALTER TABLE observations ADD COLUMN needed_at TIMESTAMPTZ;
UPDATE observations SET needed_at = stored_at;
CREATE INDEX observations_by_time ON observations (needed_at, hash);
CREATE INDEX plans_by_time ON plans (at, seq);
CREATE INDEX outcomes_by_time ON outcomes (ended, id);
CREATE INDEX deliveries_by_time ON deliveries (received_at, seq);
-- Removing a delivery removes its items.
CREATE INDEX delivery_items_by_delivery ON delivery_items (delivery);

-- When content was erased on request; NULL: never. The row stays under its hash or id.
ALTER TABLE observations ADD COLUMN erased_at TIMESTAMPTZ;
ALTER TABLE plans ADD COLUMN erased_at TIMESTAMPTZ;

-- What is parked is counted often.
CREATE INDEX pairs_by_problem ON pairs (connection, problems) WHERE problems <> '';
