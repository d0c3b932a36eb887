-- +goose Up
-- Several processes may serve a shared database. Each that delivers has a row
-- here as long as it lives; what it claimed of the outbox is free when the row
-- is gone. Alone on its own file a process has none and claims nothing.
CREATE TABLE replica (
    id    TEXT PRIMARY KEY,
    until BIGINT NOT NULL -- by the database's clock; then others may end it
);

ALTER TABLE outbox ADD COLUMN claimed_by TEXT NOT NULL DEFAULT ''; -- a replica; empty: nobody
CREATE INDEX outbox_chat ON outbox (address, platform) WHERE state = 'waiting';

-- +goose Down
DROP INDEX outbox_chat;
ALTER TABLE outbox DROP COLUMN claimed_by;
DROP TABLE replica;
