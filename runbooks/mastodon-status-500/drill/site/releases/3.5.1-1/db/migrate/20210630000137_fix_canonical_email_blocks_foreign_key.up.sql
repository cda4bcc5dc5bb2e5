-- All of the schema up to 3.4, as far as the drill needs it.
CREATE TABLE statuses (
    id bigserial PRIMARY KEY,
    text text NOT NULL DEFAULT '',
    created_at timestamp(6) NOT NULL DEFAULT now()
);
