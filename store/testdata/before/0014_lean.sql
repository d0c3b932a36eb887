-- +goose Up
-- What every message writes has no index but those that every message reads:
-- events are trimmed once a day, and a write is taken back by who made it.
DROP INDEX inbox_at;
DROP TABLE undo;
CREATE TABLE undo (
    person  TEXT NOT NULL,
    id      TEXT NOT NULL, -- in the order they were made
    command TEXT NOT NULL,
    ref     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    undone  BIGINT NOT NULL,
    PRIMARY KEY (person, id)
);

-- Of an answer, frozen as it is owed, a keyed hash of its bytes is kept: they
-- are made again should they be needed again.
ALTER TABLE outbox ADD COLUMN print BYTEA;

-- +goose Down
ALTER TABLE outbox DROP COLUMN print;
DROP TABLE undo;
CREATE TABLE undo (
    id      TEXT PRIMARY KEY,
    person  TEXT NOT NULL,
    command TEXT NOT NULL,
    ref     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    undone  BIGINT NOT NULL
);
CREATE INDEX undo_person ON undo (person, at);
CREATE INDEX inbox_at ON inbox (at);
