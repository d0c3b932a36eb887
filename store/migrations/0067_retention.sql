-- +goose Up
-- What is to be wiped is found without reading what was wiped long ago: a row leaves the
-- index with its words.
CREATE INDEX check_in_words ON check_in (day) WHERE progress IS NOT NULL;
CREATE INDEX leave_reason ON leave (last_day) WHERE reason IS NOT NULL;

-- +goose Down
DROP INDEX leave_reason;
DROP INDEX check_in_words;
