-- +goose Up
-- A customer. Everything but these plain words rests sealed under the data key,
-- which rests sealed under secret_key; only that wrap changes with secret_key.
CREATE TABLE customer (
    id         TEXT PRIMARY KEY, -- K12
    name       TEXT NOT NULL,
    owner      TEXT NOT NULL,    -- empty: nobody's
    stage      TEXT NOT NULL,
    created    BIGINT NOT NULL,
    author     TEXT NOT NULL,
    checked    BIGINT NOT NULL,
    progressed BIGINT NOT NULL,
    data_key   BYTEA NOT NULL,   -- sealed under secret_key
    mac        BYTEA NOT NULL,   -- under the data key: of id, name, owner, stage, created, author
    card       BYTEA NOT NULL    -- under the data key: what counts now about the company
);
CREATE INDEX customer_of ON customer (owner, id);
CREATE INDEX customer_checked ON customer (checked, id);
CREATE INDEX customer_progressed ON customer (progressed, id);

-- Whose a customer was, and when.
CREATE TABLE customer_owner (
    id        TEXT PRIMARY KEY,
    customer  TEXT NOT NULL,
    person    TEXT NOT NULL,
    since     BIGINT NOT NULL,
    until     BIGINT NOT NULL, -- 0 while it lasts
    by_person TEXT NOT NULL,
    mac       BYTEA NOT NULL   -- under the data key
);
CREATE INDEX customer_owner_of ON customer_owner (customer, id);

-- People at a customer's. Without their key nothing about them can be read.
CREATE TABLE customer_person (
    id        TEXT PRIMARY KEY,
    customer  TEXT NOT NULL,
    data_key  BYTEA,           -- sealed under the customer's; NULL once erased
    card      BYTEA,           -- under it: what counts now about the person
    created   BIGINT NOT NULL,
    author    TEXT NOT NULL,
    erased    BIGINT NOT NULL, -- 0 while kept
    erased_by TEXT NOT NULL
);
CREATE INDEX customer_person_of ON customer_person (customer, created, id);

-- Every value that a field ever had. The sealed columns are bound to the row's
-- id, customer, person, field, author and time.
CREATE TABLE fact (
    id         TEXT PRIMARY KEY,
    customer   TEXT NOT NULL,
    person     TEXT NOT NULL,  -- customer_person; empty: about the company
    field      TEXT NOT NULL,
    value      BYTEA,          -- NULL once its person is erased
    source     BYTEA,
    why        BYTEA,
    author     TEXT NOT NULL,
    at         BIGINT NOT NULL,
    checked    BIGINT NOT NULL, -- 0: nobody has looked yet
    checked_by TEXT NOT NULL,
    until      BIGINT NOT NULL, -- 0 while it counts
    until_by   TEXT NOT NULL
);
CREATE UNIQUE INDEX fact_current ON fact (customer, person, field) WHERE until = 0;
CREATE INDEX fact_of ON fact (customer, at, id);
CREATE INDEX fact_unchecked ON fact (customer) WHERE until = 0 AND checked = 0;

-- Stage and amount rest in plain, bound to the sealed words.
CREATE TABLE progress (
    id       TEXT PRIMARY KEY,
    customer TEXT NOT NULL,
    author   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    words    BYTEA NOT NULL,
    stage    TEXT NOT NULL,   -- empty: not told
    amount   BIGINT NOT NULL, -- 分; 0: not told
    undone   BIGINT NOT NULL  -- 0 while it counts
);
CREATE INDEX progress_of ON progress (customer, at, id);
CREATE INDEX progress_author ON progress (author, at);

-- +goose Down
DROP TABLE progress;
DROP TABLE fact;
DROP TABLE customer_person;
DROP TABLE customer_owner;
DROP TABLE customer;
