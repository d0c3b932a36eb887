-- +goose Up
-- What the settings were at each start at which one had changed (附-4). A credential is
-- never there: only that it is filled in, and a digest that tells when it was changed.
CREATE TABLE setting (
    id    TEXT PRIMARY KEY,
    name  TEXT NOT NULL,   -- contracts.archive_days
    at    BIGINT NOT NULL, -- since when
    value BYTEA NOT NULL
);

-- +goose Down
DROP TABLE setting;
