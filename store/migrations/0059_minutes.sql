-- +goose Up
-- What a meeting came to, once for each time that it was closed: written and never
-- changed.
CREATE TABLE minutes (
    id      TEXT PRIMARY KEY, -- M3/1: the meeting and its version
    at      BIGINT NOT NULL,
    content BYTEA NOT NULL
);

-- +goose Down
DROP TABLE minutes;
