-- +goose Up
-- What is about one person or one account is found without reading everybody's.
CREATE INDEX seed_person ON seed (person);
DROP INDEX account_folded;
CREATE INDEX account_folded ON account (platform, lower(id), id);

-- +goose Down
DROP INDEX account_folded;
CREATE INDEX account_folded ON account (platform, lower(id));
DROP INDEX seed_person;
