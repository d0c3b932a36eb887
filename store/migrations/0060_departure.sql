-- +goose Up
-- That somebody leaves the company or their post (2-7): notice given, withdrawn,
-- signed, over. The plain columns are what it is found by; card is all of it, sealed
-- and bound to them.
CREATE TABLE departure (
    id       TEXT PRIMARY KEY,
    person   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    state    TEXT NOT NULL,
    last_day TEXT NOT NULL,   -- of work; the day itself of who is stopped
    ends     BIGINT NOT NULL, -- the moment at which the post or the registration does
    version  BIGINT NOT NULL,
    card     BYTEA NOT NULL
);
CREATE INDEX departure_person ON departure (person, id);
CREATE INDEX departure_state ON departure (state, ends);

-- What was done to it, each with what it was before.
CREATE TABLE departure_act (
    id        TEXT PRIMARY KEY, -- in the order they were done
    departure TEXT NOT NULL,
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,    -- empty: the clock
    act       TEXT NOT NULL,
    version   BIGINT NOT NULL,  -- that it made
    was       BYTEA             -- the card before; NULL of the first
);
CREATE INDEX departure_act_of ON departure_act (departure, id);

-- What becomes of one thing that somebody leaves behind: what there is, the areas
-- know; a row is there only once it was offered to somebody.
CREATE TABLE handed (
    departure TEXT NOT NULL,
    kind      TEXT NOT NULL, -- 客户, 合同 …
    ref       TEXT NOT NULL, -- K12, ZYX-202611-001 …
    state     TEXT NOT NULL,
    taker     TEXT NOT NULL,
    by_person TEXT NOT NULL, -- who offered it
    at        BIGINT NOT NULL,
    words     BYTEA NOT NULL, -- what it is called, and why it was not taken over
    PRIMARY KEY (departure, kind, ref)
);
CREATE INDEX handed_taker ON handed (taker, state);

-- Whoever is in notice, and when that ends: 0 and empty for everybody else.
ALTER TABLE person ADD COLUMN notice TEXT NOT NULL DEFAULT '';
ALTER TABLE person ADD COLUMN notice_ends BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE person DROP COLUMN notice_ends;
ALTER TABLE person DROP COLUMN notice;
DROP TABLE handed;
DROP TABLE departure_act;
DROP TABLE departure;
