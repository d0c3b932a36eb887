-- +goose Up
ALTER TABLE undo ADD COLUMN told TEXT NOT NULL DEFAULT ''; -- people, with commas between

-- +goose Down
ALTER TABLE undo DROP COLUMN told;
