-- +goose Up
-- When a question or a preview was put: what was sent before is not about it.
ALTER TABLE dialog ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE confirmation ADD COLUMN asked BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE confirmation DROP COLUMN asked;
ALTER TABLE dialog DROP COLUMN asked;
