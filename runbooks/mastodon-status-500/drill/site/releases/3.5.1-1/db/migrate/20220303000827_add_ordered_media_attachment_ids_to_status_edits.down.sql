ALTER TABLE status_edits
    DROP COLUMN ordered_media_attachment_ids,
    DROP COLUMN media_descriptions,
    DROP COLUMN poll_options,
    DROP COLUMN sensitive;
