-- +goose Up
-- How often somebody had checked in by a moment is counted without a look at the rows.
DROP INDEX check_in_person;
CREATE INDEX check_in_person ON check_in (person, day, at) WHERE undone = 0;

-- +goose Down
DROP INDEX check_in_person;
CREATE INDEX check_in_person ON check_in (person, day) WHERE undone = 0;
