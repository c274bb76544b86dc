-- +goose Up
-- Items whose twins pairs wait for: a rule of the pair carries references, and names that item.
CREATE TABLE awaited (
	pair   TEXT NOT NULL REFERENCES pairs (id) ON DELETE CASCADE,
	side   INTEGER NOT NULL, -- of the pair, whose item names the awaited one
	system TEXT NOT NULL,
	item   TEXT NOT NULL,
	other  TEXT NOT NULL, -- the system in which it is to have a twin
	PRIMARY KEY (system, item, other, pair, side)
);
CREATE INDEX awaited_by_pair ON awaited (pair);
