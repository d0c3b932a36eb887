-- +goose Up
-- The names by which a customer is found, plain. The index over their parts
-- and sounds is made anew by the program whenever it is missing or of another
-- making: one file of code per database, no migration.
CREATE TABLE customer_name (
    doc      INTEGER PRIMARY KEY, -- the index knows the name by this number
    id       TEXT NOT NULL UNIQUE,
    customer TEXT NOT NULL,
    name     TEXT NOT NULL,
    folded   TEXT NOT NULL,  -- alike for similar names
    plain    BYTEA NOT NULL, -- small letters and digits only; as bytes, to be in the same order everywhere
    kind     TEXT NOT NULL,  -- 名称, 简称, 曾用名
    since    BIGINT NOT NULL,
    until    BIGINT NOT NULL -- 0 while it counts
);
CREATE INDEX customer_name_customer ON customer_name (customer);
CREATE INDEX customer_name_folded ON customer_name (folded) WHERE until = 0;
CREATE INDEX customer_name_plain ON customer_name (plain) WHERE until = 0;

-- What the index holds: the names before next_doc and those after last_doc.
CREATE TABLE search_state (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    version  INTEGER NOT NULL,
    next_doc INTEGER NOT NULL,
    last_doc INTEGER NOT NULL
);

-- Phone numbers as keyed tokens: of the last four digits, and of the whole.
CREATE TABLE customer_phone (
    token    BYTEA NOT NULL,
    fact     TEXT NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (token, fact)
);
CREATE INDEX customer_phone_fact ON customer_phone (fact);

-- +goose Down
DROP TABLE customer_phone;
DROP TABLE search_state;
DROP TABLE customer_name;
