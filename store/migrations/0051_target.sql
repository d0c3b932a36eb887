-- +goose Up
-- What people and the department are to reach in a month (会-4). No row is ever
-- changed: another target is another version. The plain columns are what a row is
-- found by; the amount and the reason rest sealed and bound to them.
CREATE TABLE target (
    id        TEXT PRIMARY KEY,  -- in the order they were set
    person    TEXT NOT NULL,     -- empty: the department
    month     TEXT NOT NULL,     -- its first day
    measure   TEXT NOT NULL,
    version   BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,
    corrects  TEXT NOT NULL,     -- the open month whose 会后更正 it is; empty: its own month's
    content   BYTEA NOT NULL
);
CREATE UNIQUE INDEX target_version ON target (person, month, measure, version);
CREATE INDEX target_month ON target (month, id);
CREATE INDEX target_corrects ON target (corrects) WHERE corrects <> '';

-- +goose Down
DROP TABLE target;
