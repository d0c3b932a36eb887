-- +goose Up
-- What was entered about money (会-2, 会-4): plans, receipts, refunds and what else
-- touches what is owed for a contract. No row is ever changed: what is to count no
-- more is taken back by a row of its own. The plain columns are what a row is
-- found by; amounts, plans and words rest sealed and bound to them.
CREATE TABLE money (
    id        TEXT PRIMARY KEY, -- in the order they came
    code      TEXT NOT NULL,    -- R12 of a receipt, W3 of an arrival
    kind      TEXT NOT NULL,
    contract  TEXT NOT NULL,    -- its number; empty of an arrival
    customer  TEXT NOT NULL,    -- of an arrival empty while it is not clear whose it is
    holder    TEXT NOT NULL,    -- who had the contract then
    day       TEXT NOT NULL,    -- it happened on
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,
    ref       TEXT NOT NULL,    -- the row that it is about
    settled   SMALLINT NOT NULL, -- of a receipt: needs no 核款
    content   BYTEA NOT NULL
);
CREATE INDEX money_contract ON money (contract, id);
CREATE UNIQUE INDEX money_code ON money (code) WHERE code <> '';
CREATE INDEX money_ref ON money (ref) WHERE ref <> '';
CREATE INDEX money_received ON money (day) WHERE kind = 'receipt';
CREATE INDEX money_waits ON money (contract) WHERE kind = 'receipt' AND settled = 0;

-- +goose Down
DROP TABLE money;
