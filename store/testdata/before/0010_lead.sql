-- +goose Up
-- What people brought in about customers (档-2, 档-7): a draft until it is
-- judged. What the giver wrote rests sealed.
CREATE TABLE lead (
    code     TEXT PRIMARY KEY, -- L3
    customer TEXT NOT NULL,    -- empty while it is not known whom was meant
    giver    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    state    TEXT NOT NULL,    -- open, accepted, rejected, withdrawn
    by_person TEXT NOT NULL,   -- who judged it
    decided  BIGINT NOT NULL,  -- 0 while open
    words    BYTEA,            -- the customer, as the giver called it
    body     BYTEA,
    source   BYTEA,
    reason   BYTEA
);
CREATE INDEX lead_open ON lead (at, code) WHERE state = 'open';
CREATE INDEX lead_giver ON lead (giver, at);

-- Files that are new and still lack facts are looked for by when they began.
CREATE INDEX customer_created ON customer (created, id);

-- +goose Down
DROP INDEX customer_created;
DROP TABLE lead;
