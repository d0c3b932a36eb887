-- +goose Up
-- What every message writes has no index but those that every message reads, and
-- lies at the ends of them: that makes few pages to write.

CREATE TABLE inbox (
    platform TEXT NOT NULL,
    id       TEXT NOT NULL,
    at       BIGINT NOT NULL,
    body     BYTEA,
    PRIMARY KEY (platform, id)
);

-- When a button or form was last pressed by somebody: a double click is one act.
CREATE TABLE act (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX act_at ON act (at);

CREATE TABLE dialog (
    person   TEXT PRIMARY KEY,
    line     BYTEA NOT NULL,
    prefix   TEXT NOT NULL,
    expires  BIGINT NOT NULL
);

CREATE TABLE confirmation (
    code    TEXT PRIMARY KEY,
    person  TEXT NOT NULL,
    line    BYTEA NOT NULL,
    version TEXT NOT NULL,
    expires BIGINT NOT NULL,
    used    BIGINT NOT NULL
);

CREATE TABLE undo (
    id      TEXT PRIMARY KEY, -- in the order they were made
    person  TEXT NOT NULL,
    command TEXT NOT NULL,
    ref     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    undone  BIGINT NOT NULL,
    told    TEXT NOT NULL DEFAULT '' -- people, with commas between
);

-- +goose Down
DROP TABLE undo;
DROP TABLE confirmation;
DROP TABLE dialog;
DROP TABLE act;
DROP TABLE inbox;
