-- +goose Up
-- Times are milliseconds since 1970 in UTC, days 2026-11-27, weeks 2026-W48.
-- What people wrote rests sealed (see internal/seal), so it is BYTEA, never TEXT.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- +goose Down
DROP TABLE counter;
DROP TABLE meta;
