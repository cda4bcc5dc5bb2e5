CREATE TABLE status_edits (
    id bigserial PRIMARY KEY,
    status_id bigint NOT NULL REFERENCES statuses ON DELETE CASCADE,
    account_id bigint,
    text text NOT NULL DEFAULT '',
    spoiler_text text NOT NULL DEFAULT '',
    created_at timestamp(6) NOT NULL DEFAULT now(),
    updated_at timestamp(6) NOT NULL DEFAULT now()
);
