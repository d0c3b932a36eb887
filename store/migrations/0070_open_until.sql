-- +goose Up
-- Until which day something of a signed contract's money could be open, left over or
-- waiting, as far as it is known: what is paid up is not read again each day. What is
-- entered about it or changed in it opens it again.
ALTER TABLE contract ADD COLUMN open_until TEXT NOT NULL DEFAULT '9999-12-31';
CREATE INDEX contract_open_until ON contract (open_until, number) WHERE signed <> '';

-- +goose Down
DROP INDEX contract_open_until;
ALTER TABLE contract DROP COLUMN open_until;
