-- +goose Up
-- What was decided, with whom it is and until when (会-1). The plain columns are what
-- it is found by; card is all of it, sealed and bound to them.
CREATE TABLE decision (
    code    TEXT PRIMARY KEY, -- D7
    state   TEXT NOT NULL,
    owner   TEXT NOT NULL,    -- person id
    due     TEXT NOT NULL,
    version BIGINT NOT NULL,
    card    BYTEA NOT NULL
);
CREATE INDEX decision_state ON decision (state, due, code);

-- +goose Down
DROP TABLE decision;
