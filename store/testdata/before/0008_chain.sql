-- +goose Up
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

