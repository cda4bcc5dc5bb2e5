ALTER TABLE events ADD CONSTRAINT fk_rails_events_account FOREIGN KEY IF NOT EXISTS (account_id) REFERENCES accounts (id);
CREATE INDEX IF NOT EXISTS index_events_on_token ON events (token);
