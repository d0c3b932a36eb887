-- +goose Up
-- Entries that an older program left are looked for at each start.
CREATE INDEX progress_plain ON progress (id) WHERE amount <> 0 OR priced = 2;

-- A contract is also found by its number without the letters in front.
CREATE INDEX contract_digits ON contract (ltrim(folded, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), number);

-- +goose Down
DROP INDEX contract_digits;
DROP INDEX progress_plain;
