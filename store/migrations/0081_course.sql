-- +goose Up
-- How a month went with a customer is told by what happened in it and the last of what
-- was before, however long that is (会-4): these find it without reading the rest.
CREATE INDEX progress_staged ON progress (customer, at, id) WHERE stage <> '' AND undone = 0;
CREATE INDEX customer_stage_moved ON customer_stage (customer, at, id) WHERE undone = 0 AND was <> stage;
CREATE INDEX customer_stage_at ON customer_stage (at, customer) WHERE undone = 0;
CREATE INDEX stall_last ON stall (customer, id, at) WHERE undone = 0;

-- Whether an amount was told among the sealed words: 1, 0 for none, 2 as long as
-- nobody has looked.
ALTER TABLE progress ADD COLUMN priced SMALLINT NOT NULL DEFAULT 2;
CREATE INDEX progress_priced ON progress (customer, at, id) WHERE priced = 1 AND undone = 0;
CREATE INDEX progress_unpriced ON progress (id) WHERE priced = 2;

-- The last day on which a contract of which nothing is open any more was progress. It
-- is found together with that, so once more for those that are paid up already.
ALTER TABLE contract ADD COLUMN moved TEXT NOT NULL DEFAULT '';
UPDATE contract SET open_until = '9999-12-31';
CREATE INDEX contract_course ON contract (customer, open_until, moved) WHERE customer <> '';

-- +goose Down
DROP INDEX contract_course;
ALTER TABLE contract DROP COLUMN moved;
DROP INDEX progress_unpriced;
DROP INDEX progress_priced;
ALTER TABLE progress DROP COLUMN priced;
DROP INDEX stall_last;
DROP INDEX customer_stage_at;
DROP INDEX customer_stage_moved;
DROP INDEX progress_staged;
