-- +goose Up
CREATE TABLE person (
    id     TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    post   TEXT NOT NULL,
    duties TEXT NOT NULL, -- with commas between; tenure has the history of both
    since  BIGINT NOT NULL,
    until  BIGINT NOT NULL -- 0 while active
);
CREATE UNIQUE INDEX person_name ON person (name) WHERE until = 0;

CREATE TABLE account (
    platform TEXT NOT NULL,
    id       TEXT NOT NULL,
    person   TEXT NOT NULL,
    bound    BIGINT NOT NULL,
    used     BIGINT NOT NULL, -- last message; pushes go to the account used last
    PRIMARY KEY (platform, id)
);
CREATE INDEX account_person ON account (person);

-- Posts and duties with the time they were held: kind post or duty.
CREATE TABLE tenure (
    id     TEXT PRIMARY KEY,
    person TEXT NOT NULL,
    kind   TEXT NOT NULL,
    name   TEXT NOT NULL,
    since  BIGINT NOT NULL,
    until  BIGINT NOT NULL -- 0 while held
);
CREATE INDEX tenure_person ON tenure (person, kind, until);

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

CREATE TABLE binding (
    code    TEXT PRIMARY KEY,
    person  TEXT NOT NULL, -- empty: makes the first administrator
    expires BIGINT NOT NULL,
    used    BIGINT NOT NULL
);

CREATE TABLE acknowledgement (
    person  TEXT NOT NULL,
    version TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (person, version)
);

-- Entries of people: in the config file that were applied, by their content.
CREATE TABLE seed (
    entry   TEXT PRIMARY KEY,
    applied BIGINT NOT NULL
);

-- +goose Down
DROP TABLE seed;
DROP TABLE acknowledgement;
DROP TABLE binding;
DROP TABLE leave;
DROP TABLE tenure;
DROP TABLE account;
DROP TABLE person;
