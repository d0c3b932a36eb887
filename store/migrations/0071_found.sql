-- +goose Up
-- What is asked for by these was found by reading all rows.
CREATE INDEX trip_change_trip ON trip_change (trip);
CREATE INDEX leave_person ON leave (person);
CREATE INDEX firing_due ON firing (due, job);
CREATE INDEX access_grant_until ON access_grant (until_time);
CREATE INDEX decision_owner ON decision (owner);

-- +goose Down
DROP INDEX trip_change_trip;
DROP INDEX leave_person;
DROP INDEX firing_due;
DROP INDEX access_grant_until;
DROP INDEX decision_owner;
