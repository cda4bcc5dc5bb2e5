DROP INDEX IF EXISTS index_events_on_token ON events;
ALTER TABLE events DROP FOREIGN KEY IF EXISTS fk_rails_events_account;
