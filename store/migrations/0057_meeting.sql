-- +goose Up
-- A meeting of the department (会-1, 会-4): the monthly one, or another. The plain
-- columns are what it is found by; card is all of it, sealed and bound to them.
CREATE TABLE meeting (
    code    TEXT PRIMARY KEY, -- M3
    kind    TEXT NOT NULL,
    month   TEXT NOT NULL,    -- its first day; empty: of no month
    state   TEXT NOT NULL,
    opened  BIGINT NOT NULL,  -- 0: it was not
    version BIGINT NOT NULL,
    card    BYTEA NOT NULL
);
CREATE UNIQUE INDEX meeting_month ON meeting (month) WHERE month <> '';
CREATE UNIQUE INDEX meeting_open ON meeting (state) WHERE state = '进行中'; -- one at a time
CREATE INDEX meeting_opened ON meeting (opened, code);

-- What is to be decided, in the meeting or, before it begins, in the next one.
CREATE TABLE agenda_item (
    code    TEXT PRIMARY KEY, -- Y4
    meeting TEXT NOT NULL,    -- its code; empty: the next one
    state   TEXT NOT NULL,
    version BIGINT NOT NULL,
    card    BYTEA NOT NULL
);
CREATE INDEX agenda_item_meeting ON agenda_item (meeting, state);
CREATE INDEX agenda_item_state ON agenda_item (state);

-- What was said and who was there, in the order in which it was noted.
CREATE TABLE meeting_note (
    id        TEXT PRIMARY KEY,
    meeting   TEXT NOT NULL,
    item      TEXT NOT NULL,     -- empty: about a person
    kind      TEXT NOT NULL,
    person    TEXT NOT NULL,     -- who spoke, or whom it is about
    by_person TEXT NOT NULL,
    at        BIGINT NOT NULL,
    gone      SMALLINT NOT NULL, -- taken back
    words     BYTEA
);
CREATE INDEX meeting_note_of ON meeting_note (meeting, item, id);

-- What was done to a meeting, an item or a decision, each with what it was before:
-- both sealed, and bound to the rest of the row.
CREATE TABLE meeting_act (
    id        TEXT PRIMARY KEY, -- in the order they were done
    thing     TEXT NOT NULL,    -- M3, Y4, D7
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,
    act       TEXT NOT NULL,
    version   BIGINT NOT NULL,  -- that it made
    was       BYTEA,            -- the card before; NULL of the first
    words     BYTEA
);
CREATE INDEX meeting_act_of ON meeting_act (thing, version, id);

-- +goose Down
DROP TABLE meeting_act;
DROP TABLE meeting_note;
DROP TABLE agenda_item;
DROP TABLE meeting;
