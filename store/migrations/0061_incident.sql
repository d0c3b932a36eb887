-- +goose Up
-- What somebody reported that must not happen (2-3, 档-5): a file that got out, a form
-- that is lost. Who reported it stands in the sealed card alone.
CREATE TABLE incident (
    code    TEXT PRIMARY KEY, -- S3
    state   TEXT NOT NULL,
    at      BIGINT NOT NULL,
    version BIGINT NOT NULL,
    card    BYTEA NOT NULL
);
CREATE INDEX incident_at ON incident (at, code);

-- +goose Down
DROP TABLE incident;
