-- +goose Up
-- What was asked of a person's post, duties or account, where that needs
-- somebody's word. proof is the row sealed, so that one that was made or changed
-- by hand gives nothing.
CREATE TABLE person_change (
    code      TEXT PRIMARY KEY,
    person    TEXT NOT NULL,
    kind      TEXT NOT NULL, -- hold, stop, account, code
    was       TEXT NOT NULL, -- the post before; empty: none
    post      TEXT NOT NULL, -- empty: stays
    duties    TEXT NOT NULL, -- that are added, with commas between
    platform  TEXT NOT NULL,
    account   TEXT NOT NULL,
    asks      TEXT NOT NULL, -- whose word it needs: manager, line, self
    by_person TEXT NOT NULL, -- empty: the settings
    at        BIGINT NOT NULL,
    acts      BIGINT NOT NULL, -- 0: never by itself
    state     TEXT NOT NULL, -- waiting, acting, confirmed, refused, withdrawn
    decider   TEXT NOT NULL,
    decided   BIGINT NOT NULL, -- 0 while open
    proof     BYTEA NOT NULL
);
CREATE INDEX person_change_open ON person_change (at, code) WHERE decided = 0;
CREATE INDEX person_change_person ON person_change (person, at);

-- The post that waits for the general manager's word: it gives nothing but to
-- check in.
ALTER TABLE person ADD COLUMN awaits TEXT NOT NULL DEFAULT '';

-- A look keeps what it was allowed by.
ALTER TABLE audit ADD COLUMN post TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN basis TEXT NOT NULL DEFAULT '';

-- Who an entry of the settings is, whatever they are called there.
ALTER TABLE seed ADD COLUMN person TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE seed DROP COLUMN person;
ALTER TABLE audit DROP COLUMN basis;
ALTER TABLE audit DROP COLUMN post;
ALTER TABLE person DROP COLUMN awaits;
DROP TABLE person_change;
