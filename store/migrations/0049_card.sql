-- +goose Up
-- What a card's buttons decide, and what its platform calls it: so it can be
-- changed once that is decided.
ALTER TABLE outbox ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN card TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_about ON outbox (about) WHERE about <> '';

-- +goose Down
DROP INDEX outbox_about;
ALTER TABLE outbox DROP COLUMN card;
ALTER TABLE outbox DROP COLUMN about;
