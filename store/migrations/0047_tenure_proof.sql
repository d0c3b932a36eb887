-- +goose Up
-- proof is what the row says, sealed: what somebody held by one that was made or
-- changed by hand gives no rights. 48, which is code, seals what is there.
ALTER TABLE tenure ADD COLUMN proof BYTEA;

-- +goose Down
ALTER TABLE tenure DROP COLUMN proof;
