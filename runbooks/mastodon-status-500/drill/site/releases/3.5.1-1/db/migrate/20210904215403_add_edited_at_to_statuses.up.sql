ALTER TABLE statuses ADD COLUMN edited_at timestamp(6);
