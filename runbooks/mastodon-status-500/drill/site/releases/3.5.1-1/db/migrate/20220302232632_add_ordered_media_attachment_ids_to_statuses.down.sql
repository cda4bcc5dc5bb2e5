ALTER TABLE statuses DROP COLUMN ordered_media_attachment_ids;
