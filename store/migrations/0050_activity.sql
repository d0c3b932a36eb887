-- +goose Up
-- An activity of the department (2-8, 会-4): whom it brings together, when, and what
-- came of it. The plain columns are what it is found by; card is all of it, sealed
-- and bound to them, so that it does not open once one of them was changed by hand.
CREATE TABLE activity (
    code      TEXT PRIMARY KEY, -- H3
    state     TEXT NOT NULL,
    first_day TEXT NOT NULL,    -- empty while it is not known
    last_day  TEXT NOT NULL,
    ends      BIGINT NOT NULL,  -- the moment; 0 while it is not known
    version   BIGINT NOT NULL,
    asked     SMALLINT NOT NULL, -- who came was asked after it ended
    card      BYTEA NOT NULL
);
CREATE INDEX activity_first ON activity (first_day, code);
CREATE INDEX activity_last ON activity (last_day, code);
CREATE INDEX activity_state ON activity (state, code);
CREATE INDEX activity_ends ON activity (ends) WHERE asked = 0 AND ends > 0;

-- What was done to an activity, each with what it was before: both sealed, and
-- bound to the rest of the row.
CREATE TABLE activity_act (
    id        TEXT PRIMARY KEY, -- in the order they were done
    activity  TEXT NOT NULL,
    at        BIGINT NOT NULL,
    by_person TEXT NOT NULL,
    act       TEXT NOT NULL,
    version   BIGINT NOT NULL,  -- that it made
    was       BYTEA,            -- the card before; NULL of the first
    words     BYTEA
);
CREATE INDEX activity_act_of ON activity_act (activity, id);

-- The activity that brought a lead in, as its giver wrote it.
ALTER TABLE lead ADD COLUMN activity TEXT NOT NULL DEFAULT '';
CREATE INDEX lead_activity ON lead (activity) WHERE activity <> '';

-- +goose Down
DROP INDEX lead_activity;
ALTER TABLE lead DROP COLUMN activity;
DROP TABLE activity_act;
DROP TABLE activity;
