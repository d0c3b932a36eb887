-- +goose Up
-- What every message writes lies at the ends of its indexes: that makes few
-- pages to write.
DROP INDEX audit_person;
CREATE INDEX audit_person ON audit (person, id) WHERE customer <> '';
DROP TABLE undo;
CREATE TABLE undo (
    id      TEXT PRIMARY KEY, -- in the order they were made
    person  TEXT NOT NULL,
    command TEXT NOT NULL,
    ref     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    undone  BIGINT NOT NULL
);

-- How often somebody checked in on a day is counted without a look at the rows.
DROP INDEX check_in_person;
CREATE INDEX check_in_person ON check_in (person, day) WHERE undone = 0;

-- +goose Down
DROP INDEX audit_person;
CREATE INDEX audit_person ON audit (person, id);
DROP TABLE undo;
CREATE TABLE undo (
    person  TEXT NOT NULL,
    id      TEXT NOT NULL,
    command TEXT NOT NULL,
    ref     TEXT NOT NULL,
    at      BIGINT NOT NULL,
    undone  BIGINT NOT NULL,
    PRIMARY KEY (person, id)
);
DROP INDEX check_in_person;
CREATE INDEX check_in_person ON check_in (person, day);
