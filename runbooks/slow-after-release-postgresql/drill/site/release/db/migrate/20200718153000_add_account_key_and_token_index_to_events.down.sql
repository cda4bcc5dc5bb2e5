DROP INDEX CONCURRENTLY IF EXISTS index_events_on_token;
ALTER TABLE events DROP CONSTRAINT IF EXISTS fk_rails_events_account;
