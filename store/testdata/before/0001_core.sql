-- +goose Up
-- Times are milliseconds since 1970 in UTC, days 2026-11-27, weeks 2026-W48.
-- What people wrote rests sealed (see seal.go), so it is BYTEA, never TEXT.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE inbox (
    platform TEXT NOT NULL,
    id       TEXT NOT NULL,
    at       BIGINT NOT NULL,
    body     BYTEA,
    PRIMARY KEY (platform, id)
);
CREATE INDEX inbox_at ON inbox (at);

-- When a button or form was last pressed by somebody: a double click is one act.
CREATE TABLE act (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX act_at ON act (at);

CREATE TABLE outbox (
    id        TEXT PRIMARY KEY, -- in the order they were written
    key       TEXT NOT NULL UNIQUE,
    platform  TEXT NOT NULL,
    grp       SMALLINT NOT NULL,
    address   TEXT NOT NULL,
    person    TEXT NOT NULL,
    class     SMALLINT NOT NULL, -- 0 answer, 1 alarm, 2 due, 3 reminder
    secret    SMALLINT NOT NULL, -- confidential: never sent again when uncertain
    state     TEXT NOT NULL,     -- waiting, sent, dead
    due       BIGINT NOT NULL,   -- not before
    created   BIGINT NOT NULL,
    tries     SMALLINT NOT NULL,
    first_try BIGINT NOT NULL,
    content   BYTEA,             -- the portable message, sealed; wiped when sent
    payload   BYTEA,             -- the platform's bytes, frozen at the first try, sealed; wiped when sent
    error     TEXT NOT NULL,
    done      BIGINT NOT NULL
);
CREATE INDEX outbox_waiting ON outbox (due, id) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (done) WHERE state = 'dead';

CREATE TABLE firing (
    job   TEXT NOT NULL,
    due   BIGINT NOT NULL,
    state TEXT NOT NULL, -- done, missed
    at    BIGINT NOT NULL,
    PRIMARY KEY (job, due)
);

CREATE TABLE audit (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    person  TEXT NOT NULL,
    act     TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL, -- done, denied, refused, failed, unknown
    clause  TEXT NOT NULL,
    ref     TEXT NOT NULL, -- reference number of a fault, platform message id
    mac     BYTEA NOT NULL
);
CREATE INDEX audit_person ON audit (person, id);

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
    id      TEXT PRIMARY KEY,
    person  TEXT NOT NULL,
    command TEXT NOT NULL,
    ref     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    undone  BIGINT NOT NULL
);
CREATE INDEX undo_person ON undo (person, at);

-- +goose Down
DROP TABLE undo;
DROP TABLE confirmation;
DROP TABLE dialog;
DROP TABLE audit;
DROP TABLE firing;
DROP TABLE outbox;
DROP TABLE act;
DROP TABLE inbox;
DROP TABLE counter;
DROP TABLE meta;
