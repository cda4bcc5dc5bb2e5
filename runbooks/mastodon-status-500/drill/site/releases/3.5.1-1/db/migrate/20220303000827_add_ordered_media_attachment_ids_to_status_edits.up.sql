ALTER TABLE status_edits
    ADD COLUMN ordered_media_attachment_ids bigint[],
    ADD COLUMN media_descriptions text[],
    ADD COLUMN poll_options varchar[],
    ADD COLUMN sensitive boolean;
