-- +goose Up
-- proof is what the row says, sealed: one that was made or changed by hand gives
-- no rights. 38, which is code, seals what is there.
ALTER TABLE person ADD COLUMN proof BYTEA;
ALTER TABLE account ADD COLUMN proof BYTEA;
ALTER TABLE binding ADD COLUMN proof BYTEA;

-- +goose Down
ALTER TABLE binding DROP COLUMN proof;
ALTER TABLE account DROP COLUMN proof;
ALTER TABLE person DROP COLUMN proof;
