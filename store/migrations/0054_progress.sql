-- +goose Up
-- How a customer came from stage to stage (会-4). A move that was taken back never
-- was. The mac, under the customer's data key, is over all but that.
CREATE TABLE customer_stage (
    id       TEXT PRIMARY KEY,
    customer TEXT NOT NULL,
    was      TEXT NOT NULL,
    stage    TEXT NOT NULL,
    at       BIGINT NOT NULL,
    undone   BIGINT NOT NULL, -- 0 while it counts
    mac      BYTEA NOT NULL
);
CREATE INDEX customer_stage_of ON customer_stage (customer, at, id);

-- Whose customers somebody has and had.
CREATE INDEX customer_owner_person ON customer_owner (person, customer);

-- What is to be done next, and on which day: it ends with the next entry. The words
-- rest under the customer's data key and are bound to the day, as the entry's are.
ALTER TABLE progress ADD COLUMN next_day TEXT NOT NULL DEFAULT '';
ALTER TABLE progress ADD COLUMN step BYTEA;
CREATE INDEX progress_next ON progress (next_day) WHERE next_day <> '';

-- Why a customer stands still, as somebody said it, and up to which day that is
-- known (会-4). Cause and remedy rest sealed and bound to the rest of the row.
CREATE TABLE stall (
    id        TEXT PRIMARY KEY, -- in the order they were said
    customer  TEXT NOT NULL,
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,
    until_day TEXT NOT NULL,
    undone    BIGINT NOT NULL,  -- 0 while it counts
    words     BYTEA NOT NULL
);
CREATE INDEX stall_of ON stall (customer, id);

-- What is promised of a key customer for a month, and whether it was kept (会-4).
-- Of one customer and month the last row of each counts, a judgement only behind
-- its promise. The words rest sealed and bound to the rest of the row.
CREATE TABLE promise (
    id        TEXT PRIMARY KEY, -- in the order they were said
    customer  TEXT NOT NULL,
    month     TEXT NOT NULL,    -- its first day
    kept      TEXT NOT NULL,    -- empty: the promise itself
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,
    undone    BIGINT NOT NULL,  -- 0 while it counts
    words     BYTEA NOT NULL
);
CREATE INDEX promise_month ON promise (month, customer, id);
CREATE INDEX promise_of ON promise (customer, id);

-- +goose Down
DROP TABLE promise;
DROP TABLE stall;
DROP INDEX progress_next;
ALTER TABLE progress DROP COLUMN step;
ALTER TABLE progress DROP COLUMN next_day;
DROP INDEX customer_owner_person;
DROP TABLE customer_stage;
