-- +goose Up
-- Four digits fit many customers: the first of them are read from the key alone.
ALTER TABLE customer_phone RENAME TO customer_phone_before;
CREATE TABLE customer_phone (
    token    BYTEA NOT NULL,
    customer TEXT NOT NULL,
    fact     TEXT NOT NULL,
    PRIMARY KEY (token, customer, fact)
);
INSERT INTO customer_phone (token, customer, fact) SELECT token, customer, fact FROM customer_phone_before;
DROP TABLE customer_phone_before;
CREATE INDEX customer_phone_fact ON customer_phone (fact);

-- +goose Down
ALTER TABLE customer_phone RENAME TO customer_phone_after;
CREATE TABLE customer_phone (
    token    BYTEA NOT NULL,
    fact     TEXT NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (token, fact)
);
INSERT INTO customer_phone (token, fact, customer) SELECT token, fact, customer FROM customer_phone_after;
DROP TABLE customer_phone_after;
CREATE INDEX customer_phone_fact ON customer_phone (fact);
