-- +goose Up
-- Months whose tables do not change any more (会-4): closed by who ended the
-- meeting, or by the clock. proof is the row, sealed.
CREATE TABLE frozen_month (
    month     TEXT PRIMARY KEY, -- its first day
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,    -- empty: the clock
    proof     BYTEA NOT NULL
);

-- The tables of a month as they were then. hash is over what they hold.
CREATE TABLE kept_table (
    month   TEXT NOT NULL,
    name    TEXT NOT NULL,
    hash    TEXT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (month, name)
);

-- +goose Down
DROP TABLE kept_table;
DROP TABLE frozen_month;
