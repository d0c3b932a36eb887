-- +goose Up
CREATE TABLE audit (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    person  TEXT NOT NULL,
    act     TEXT NOT NULL,
    subject TEXT NOT NULL,
    outcome TEXT NOT NULL, -- done, denied, refused, failed, unknown
    clause  TEXT NOT NULL,
    ref     TEXT NOT NULL, -- reference number of a fault, platform message id
    mac     BYTEA NOT NULL,
    -- A look into a customer's file has these, too.
    customer TEXT NOT NULL DEFAULT '',
    trace    TEXT NOT NULL DEFAULT '', -- the short code that every answer carries
    grant_id TEXT NOT NULL DEFAULT '',
    why      BYTEA -- sealed
);
CREATE INDEX audit_person ON audit (person, id) WHERE customer <> '';
CREATE INDEX audit_customer ON audit (customer, id) WHERE customer <> '';
CREATE INDEX audit_grant ON audit (grant_id, id) WHERE grant_id <> '';
CREATE UNIQUE INDEX audit_trace ON audit (trace) WHERE trace <> '';

-- The chain over the audit's entries: numbered when they are linked, which is
-- soon after they commit, and in that order, without gaps. See package ledger.
CREATE TABLE chain (
    seq   BIGINT PRIMARY KEY,
    entry TEXT NOT NULL UNIQUE, -- id in audit
    sum   BYTEA NOT NULL        -- over the link before, the number and the entry
);

-- The chain's own key, and its head: the last link as it was laid. Both sealed.
CREATE TABLE chain_state (
    name  TEXT PRIMARY KEY, -- key, head
    value BYTEA NOT NULL
);

-- +goose Down
DROP TABLE chain_state;
DROP TABLE chain;
DROP TABLE audit;
