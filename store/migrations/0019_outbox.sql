-- +goose Up
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
    done      BIGINT NOT NULL,
    claimed_by TEXT NOT NULL DEFAULT '', -- a replica; empty: nobody
    print     BYTEA              -- of an answer, frozen as it is owed: a keyed hash of its bytes, which are made again if needed
);
CREATE INDEX outbox_waiting ON outbox (due, id) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (done) WHERE state = 'dead';
CREATE INDEX outbox_chat ON outbox (address, platform) WHERE state = 'waiting';

-- Several processes may serve a shared database. Each that delivers has a row
-- here as long as it lives; what it claimed of the outbox is free when the row
-- is gone. Alone on its own file a process has none and claims nothing.
CREATE TABLE replica (
    id    TEXT PRIMARY KEY,
    until BIGINT NOT NULL -- by the database's clock; then others may end it
);

CREATE TABLE firing (
    job   TEXT NOT NULL,
    due   BIGINT NOT NULL,
    state TEXT NOT NULL, -- done, missed
    at    BIGINT NOT NULL,
    PRIMARY KEY (job, due)
);

-- What a platform's adapter learnt about a chat, in words of its own: whether
-- the bot may write there, by which way. Never what was said.
CREATE TABLE chat_note (
    platform TEXT NOT NULL,
    grp      SMALLINT NOT NULL,
    address  TEXT NOT NULL,
    note     TEXT NOT NULL,
    PRIMARY KEY (platform, grp, address)
);

-- +goose Down
DROP TABLE chat_note;
DROP TABLE firing;
DROP TABLE replica;
DROP TABLE outbox;
