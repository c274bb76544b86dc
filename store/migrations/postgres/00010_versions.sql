-- +goose Up
-- A version is a draft until it is first in force. based_on is the version that was in force when it was stored, before_it the
-- one it took the place of when it was put in force last; 0 where there was none.
ALTER TABLE connections ADD COLUMN draft BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE connections ADD COLUMN based_on INTEGER NOT NULL DEFAULT 0;
ALTER TABLE connections ADD COLUMN before_it INTEGER NOT NULL DEFAULT 0;
UPDATE connections SET based_on = version - 1, before_it = version - 1;
