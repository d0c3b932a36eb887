-- +goose Up
-- A question that was asked back once takes the same words as an answer.
ALTER TABLE dialog ADD COLUMN doubted BIGINT NOT NULL DEFAULT 0;
-- What waits for a person is asked for by one word.
CREATE INDEX confirmation_open ON confirmation (person) WHERE used = 0;

-- +goose Down
DROP INDEX confirmation_open;
ALTER TABLE dialog DROP COLUMN doubted;
