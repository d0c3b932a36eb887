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

-- Codes rest as their SHA-256: whoever reads the database cannot bind with it.
CREATE TABLE binding (
    code    TEXT PRIMARY KEY,
    person  TEXT NOT NULL, -- empty: makes the first administrator
    expires BIGINT NOT NULL,
    used    BIGINT NOT NULL
);

CREATE TABLE wrong_code (
    platform TEXT NOT NULL,
    account  TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX wrong_code_account ON wrong_code (platform, account, at);

CREATE TABLE acknowledgement (
    person  TEXT NOT NULL,
    version TEXT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (person, version)
);

-- Entries of people: in the config file as they were last applied, so that
-- only what changed in one is applied again.
CREATE TABLE seed (
    name    TEXT PRIMARY KEY,
    content TEXT NOT NULL,
    applied BIGINT NOT NULL
);

-- +goose Down
DROP TABLE seed;
DROP TABLE acknowledgement;
DROP TABLE wrong_code;
DROP TABLE binding;
DROP TABLE tenure;
DROP TABLE account;
DROP TABLE person;
