-- +goose Up
-- A look into a customer's file is an audit entry with these.
ALTER TABLE audit ADD COLUMN customer TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN trace TEXT NOT NULL DEFAULT ''; -- the short code that every answer carries
ALTER TABLE audit ADD COLUMN grant_id TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN why BYTEA; -- sealed
CREATE INDEX audit_customer ON audit (customer, id) WHERE customer <> '';
CREATE INDEX audit_grant ON audit (grant_id, id) WHERE grant_id <> '';
CREATE UNIQUE INDEX audit_trace ON audit (trace) WHERE trace <> '';

-- +goose Down
DROP INDEX audit_trace;
DROP INDEX audit_grant;
DROP INDEX audit_customer;
ALTER TABLE audit DROP COLUMN why;
ALTER TABLE audit DROP COLUMN grant_id;
ALTER TABLE audit DROP COLUMN trace;
ALTER TABLE audit DROP COLUMN customer;
