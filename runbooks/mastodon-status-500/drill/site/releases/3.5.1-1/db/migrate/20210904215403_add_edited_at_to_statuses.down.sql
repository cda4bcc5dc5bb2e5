ALTER TABLE statuses DROP COLUMN edited_at;
