SELECT NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'fk_rails_events_account') AS missing \gset
\if :missing
ALTER TABLE events ADD CONSTRAINT fk_rails_events_account FOREIGN KEY (account_id) REFERENCES accounts (id);
\endif
CREATE INDEX CONCURRENTLY IF NOT EXISTS index_events_on_token ON events (token);
