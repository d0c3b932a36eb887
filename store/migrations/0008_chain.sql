-- +goose Up
-- Looks into files of one person, and of everybody, by time.
CREATE INDEX audit_look_person ON audit (person, at) WHERE customer <> '';
CREATE INDEX audit_look_at ON audit (at) WHERE customer <> '';

-- The chain over the audit's entries: numbered when they are linked, which is
-- soon after they commit, and in that order, without gaps. See chain.go.
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
DROP INDEX audit_look_at;
DROP INDEX audit_look_person;
