-- +goose Up
-- proof is who asked for which customer until when, sealed: nobody's word is given
-- for another customer than was asked for. 84, which is code, seals what is there.
ALTER TABLE request ADD COLUMN proof BYTEA;

-- +goose Down
ALTER TABLE request DROP COLUMN proof;
