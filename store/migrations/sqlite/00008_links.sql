-- +goose Up

-- What a link knows besides: further copies, who could read original and copy, a file's SHA-256. JSON, '' for nothing.
ALTER TABLE links ADD COLUMN more TEXT NOT NULL DEFAULT '';

-- +goose Down

ALTER TABLE links DROP COLUMN more;
