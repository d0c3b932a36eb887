-- +goose Up
-- Every version of every weekly report. What was taken back stays, marked.
CREATE TABLE report (
    id         TEXT PRIMARY KEY,
    person     TEXT NOT NULL,
    week       TEXT NOT NULL,
    version    INTEGER NOT NULL, -- 1, 2 … of this person and week
    sent       BIGINT NOT NULL,
    late       INTEGER NOT NULL, -- begun minutes after the due as it stood then; 0 on time
    supplement SMALLINT NOT NULL, -- came after the week was sent up
    withdrawn  BIGINT NOT NULL,  -- 0 while it counts
    kept       INTEGER NOT NULL, -- items of the plan before: done, partly, not
    partly     INTEGER NOT NULL,
    unkept     INTEGER NOT NULL,
    review     BYTEA,
    done       BYTEA,
    plan       BYTEA,
    payment    BYTEA,
    problem    BYTEA,
    UNIQUE (person, week, version)
);
CREATE INDEX report_week ON report (week, person, version);

-- What went up to the general manager: once a week.
CREATE TABLE consolidated (
    week    TEXT PRIMARY KEY,
    person  TEXT NOT NULL,
    sent    BIGINT NOT NULL,
    late    INTEGER NOT NULL,
    opinion BYTEA
);

CREATE TABLE report_comment (
    id     TEXT PRIMARY KEY,
    week   TEXT NOT NULL,
    person TEXT NOT NULL,
    at     BIGINT NOT NULL,
    words  BYTEA
);
CREATE INDEX report_comment_week ON report_comment (week, id);

CREATE TABLE report_reading (
    week   TEXT NOT NULL,
    person TEXT NOT NULL,
    at     BIGINT NOT NULL,
    PRIMARY KEY (week, person)
);

-- When somebody was last chased for a report.
CREATE TABLE report_chase (
    person TEXT PRIMARY KEY,
    at     BIGINT NOT NULL
);

-- +goose Down
DROP TABLE report_chase;
DROP TABLE report_reading;
DROP TABLE report_comment;
DROP TABLE consolidated;
DROP TABLE report;
