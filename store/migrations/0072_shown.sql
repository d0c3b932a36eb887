-- +goose Up
-- What an answer showed, until the file is made that was promised with it.
CREATE TABLE shown (
    id      TEXT PRIMARY KEY,
    at      BIGINT NOT NULL,
    content BYTEA NOT NULL
);
CREATE INDEX shown_at ON shown (at);

-- +goose Down
DROP TABLE shown;
