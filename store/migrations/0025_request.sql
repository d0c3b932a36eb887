-- +goose Up
-- Requests that somebody in a named post answers with yes or no (档-6).
CREATE TABLE request (
    code      TEXT PRIMARY KEY,
    kind      TEXT NOT NULL, -- look
    asker     TEXT NOT NULL,
    customer  TEXT NOT NULL, -- empty while it is not clear who is meant
    words     BYTEA NOT NULL, -- for whom, as typed
    why       BYTEA NOT NULL,
    at        BIGINT NOT NULL,
    lapses    BIGINT NOT NULL,
    state     TEXT NOT NULL, -- open, approved, rejected, lapsed, withdrawn
    by_person TEXT NOT NULL,
    decided   BIGINT NOT NULL, -- 0 while open
    reason    BYTEA,
    length    BIGINT NOT NULL -- of what was approved, in milliseconds
);
CREATE INDEX request_open ON request (lapses, code) WHERE state = 'open';
CREATE INDEX request_asker ON request (asker, at);

-- Leave to read one customer's file, for one person and a time. proof is the
-- row sealed, so that one that was made or changed by hand opens nothing.
CREATE TABLE access_grant (
    id         TEXT PRIMARY KEY, -- the code of its request
    person     TEXT NOT NULL,
    customer   TEXT NOT NULL,
    by_person  TEXT NOT NULL,
    from_time  BIGINT NOT NULL,
    until_time BIGINT NOT NULL, -- exclusive; moves forward when it is ended early
    closed     BIGINT NOT NULL, -- when its end was told; 0: not yet
    proof      BYTEA NOT NULL
);
CREATE INDEX access_grant_person ON access_grant (person, until_time);
CREATE INDEX access_grant_open ON access_grant (until_time) WHERE closed = 0;

-- Who decides beside the general manager, and on which days (C5).
CREATE TABLE delegation (
    id        TEXT PRIMARY KEY,
    person    TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day  TEXT NOT NULL,
    by_person TEXT NOT NULL,
    at        BIGINT NOT NULL,
    ended     BIGINT NOT NULL, -- 0: ends by itself
    proof     BYTEA NOT NULL
);
CREATE INDEX delegation_days ON delegation (last_day);

-- +goose Down
DROP TABLE delegation;
DROP TABLE access_grant;
DROP TABLE request;
