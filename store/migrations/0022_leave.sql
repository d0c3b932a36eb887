-- +goose Up
CREATE TABLE leave (
    id        TEXT PRIMARY KEY,
    person    TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day  TEXT NOT NULL,
    reason    BYTEA,
    by_person TEXT NOT NULL,
    entered   BIGINT NOT NULL,
    cancelled BIGINT NOT NULL -- 0 while it counts
);
CREATE INDEX leave_days ON leave (last_day, first_day);

-- +goose Down
DROP TABLE leave;
