-- +goose Up
-- Photos by which participants of an activity show that they were there (2-8): what
-- they show, sealed and bound to the rest of the row. What was kept for its time or
-- is taken back is wiped (C13); that there was one stays.
CREATE TABLE photo (
    id       TEXT PRIMARY KEY, -- in the order they were sent
    activity TEXT NOT NULL,
    person   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    content  BYTEA             -- NULL once it was wiped
);
CREATE INDEX photo_activity ON photo (activity, id);
CREATE INDEX photo_at ON photo (at) WHERE content IS NOT NULL;

-- +goose Down
DROP TABLE photo;
