-- +goose Up
-- What was said unasked, so that no line and no reminder is said twice. Of a
-- line with steps (7, 15, 30 days) the highest that was said.
CREATE TABLE said (
    key  TEXT PRIMARY KEY, -- customer/quiet/K12/1764205200000
    step BIGINT NOT NULL,  -- 0: a line without steps
    at   BIGINT NOT NULL
);
CREATE INDEX said_at ON said (at);

-- +goose Down
DROP TABLE said;
