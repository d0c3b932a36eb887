-- +goose Up
-- The trips of one person never overlap. last_day is what counts; it lies
-- before first_day once a trip was replaced or taken back altogether.
CREATE TABLE trip (
    id        TEXT PRIMARY KEY,
    person    TEXT NOT NULL,
    first_day TEXT NOT NULL,
    last_day  TEXT NOT NULL,
    planned   TEXT NOT NULL, -- last_day as it was declared
    place     BYTEA NOT NULL,
    reason    BYTEA NOT NULL,
    declared  BIGINT NOT NULL,
    ended     BIGINT NOT NULL -- by its person before its time; 0: ends by itself
);
CREATE INDEX trip_days ON trip (last_day, first_day);
CREATE INDEX trip_person ON trip (person, last_day);

-- Every change of a trip's last day, so that it can be taken back and shown.
CREATE TABLE trip_change (
    id        TEXT PRIMARY KEY,
    trip      TEXT NOT NULL,
    cause     TEXT NOT NULL, -- the write that made it
    was       TEXT NOT NULL,
    was_ended BIGINT NOT NULL,
    becomes   TEXT NOT NULL,
    at        BIGINT NOT NULL,
    undone    BIGINT NOT NULL -- 0 while it counts
);
CREATE INDEX trip_change_cause ON trip_change (cause);

-- place is a city or a place's name, never coordinates (C13).
CREATE TABLE check_in (
    id       TEXT PRIMARY KEY,
    person   TEXT NOT NULL,
    day      TEXT NOT NULL, -- of at, in the company's zone
    at       BIGINT NOT NULL,
    place    BYTEA, -- NULL once its retention time is over
    progress BYTEA,
    undone   BIGINT NOT NULL -- 0 while it counts
);
CREATE INDEX check_in_person ON check_in (person, day);

-- +goose Down
DROP TABLE check_in;
DROP TABLE trip_change;
DROP TABLE trip;
