CREATE TABLE accounts (
    id bigserial PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE events (
    id bigserial PRIMARY KEY,
    account_id bigint NOT NULL,
    kind text NOT NULL,
    token text NOT NULL
);
CREATE INDEX index_events_on_account_id ON events (account_id);
