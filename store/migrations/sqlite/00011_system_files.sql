-- +goose Up
-- JSON of the files that a system's file names, by name.
ALTER TABLE systems ADD COLUMN files TEXT NOT NULL DEFAULT '{}';
