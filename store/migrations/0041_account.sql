-- +goose Up
-- Some platforms write the same account in other capitals at other times.
CREATE INDEX account_folded ON account (platform, lower(id));

-- +goose Down
DROP INDEX account_folded;
