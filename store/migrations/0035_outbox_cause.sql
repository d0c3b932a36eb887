-- +goose Up
-- Who caused a message, for a fair turn: a person, or the account of nobody;
-- empty: the clock did.
ALTER TABLE outbox ADD COLUMN cause TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE outbox DROP COLUMN cause;
