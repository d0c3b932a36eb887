-- +goose Up
-- A contract form and what became of it (2-3, 2-5). The plain columns are what it
-- is found by; card is all of it, sealed and bound to them, so that it does not
-- open once one of them was changed by hand.
CREATE TABLE contract (
    number   TEXT PRIMARY KEY,     -- as it stands on the form
    folded   TEXT NOT NULL UNIQUE, -- its letters and digits, by which it is found
    series   TEXT NOT NULL,        -- within one every seq is given once
    seq      BIGINT NOT NULL,
    customer TEXT NOT NULL,
    holder   TEXT NOT NULL,
    state    TEXT NOT NULL,
    claimed  TEXT NOT NULL,        -- days
    signed   TEXT NOT NULL,        -- empty until then, likewise the others
    due      TEXT NOT NULL,        -- of the original
    ended    TEXT NOT NULL,
    version  BIGINT NOT NULL,
    waits    SMALLINT NOT NULL,    -- somebody has still to do something
    card     BYTEA NOT NULL
);
CREATE UNIQUE INDEX contract_series ON contract (series, seq);
CREATE INDEX contract_customer ON contract (customer, number);
CREATE INDEX contract_holder ON contract (holder, number);
CREATE INDEX contract_state ON contract (state, number);
CREATE INDEX contract_claimed ON contract (claimed, number);
CREATE INDEX contract_signed ON contract (signed) WHERE signed <> '';
CREATE INDEX contract_ended ON contract (ended) WHERE ended <> '';
CREATE INDEX contract_waits ON contract (number) WHERE waits = 1;

-- What was done to a contract, each with what it was before: both sealed, and
-- bound to the rest of the row.
CREATE TABLE contract_act (
    id        TEXT PRIMARY KEY, -- in the order they were done
    contract  TEXT NOT NULL,
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,
    act       TEXT NOT NULL,
    version   BIGINT NOT NULL,  -- that it made
    was       BYTEA,            -- the card before; NULL of the first
    words     BYTEA
);
CREATE INDEX contract_act_of ON contract_act (contract, id);

-- +goose Down
DROP TABLE contract_act;
DROP TABLE contract;
