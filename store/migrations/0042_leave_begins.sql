-- +goose Up
-- Leave may begin within its first day (周五下午): milliseconds after midnight.
ALTER TABLE leave ADD COLUMN begins BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE leave DROP COLUMN begins;
