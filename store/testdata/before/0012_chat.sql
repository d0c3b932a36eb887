-- +goose Up
-- What a platform's adapter learnt about a chat, in words of its own: whether
-- the bot may write there, by which way. Never what was said.
CREATE TABLE chat_note (
    platform TEXT NOT NULL,
    grp      SMALLINT NOT NULL,
    address  TEXT NOT NULL,
    note     TEXT NOT NULL,
    PRIMARY KEY (platform, grp, address)
);

-- +goose Down
DROP TABLE chat_note;
