-- +goose Up
-- What counts for people in a time: beside receipts also refunds, by their day.
CREATE INDEX money_refunded ON money (day) WHERE kind = 'refund';

-- +goose Down
DROP INDEX money_refunded;
