-- The old database, as far as the drill needs it: years of use, and what years of use leave behind.
SET ROLE mastodon;
CREATE TABLE accounts (id bigserial PRIMARY KEY, username varchar NOT NULL, domain varchar);
CREATE TABLE statuses (
    id bigserial PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT fk_9bda1543f7 REFERENCES accounts ON DELETE CASCADE,
    text text NOT NULL DEFAULT ''
);
CREATE TABLE favourites (
    id bigserial PRIMARY KEY,
    account_id bigint NOT NULL CONSTRAINT fk_5eb6c2b873 REFERENCES accounts ON DELETE CASCADE,
    status_id bigint NOT NULL CONSTRAINT fk_b0e856845e REFERENCES statuses ON DELETE CASCADE
);
CREATE TABLE domain_blocks (id bigserial PRIMARY KEY, domain varchar NOT NULL DEFAULT '');
CREATE TABLE domain_allows (id bigserial PRIMARY KEY, domain varchar NOT NULL DEFAULT '');
CREATE TABLE preview_cards (
    id bigserial PRIMARY KEY,
    url varchar NOT NULL DEFAULT '',
    created_at timestamp NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX index_preview_cards_on_url ON preview_cards USING btree (url);
CREATE TABLE schema_migrations (version varchar PRIMARY KEY);
INSERT INTO schema_migrations VALUES
    ('20221206114142'), ('20221104133904'), ('20221101190723'), ('20221025171544'), ('20221021055441');
CREATE MATERIALIZED VIEW instances AS
WITH domain_counts(domain, accounts_count) AS (
    SELECT domain, count(*) FROM accounts WHERE domain IS NOT NULL GROUP BY domain
)
SELECT domain, accounts_count FROM domain_counts
UNION SELECT b.domain, COALESCE(c.accounts_count, 0) FROM domain_blocks b LEFT JOIN domain_counts c USING (domain)
UNION SELECT a.domain, COALESCE(c.accounts_count, 0) FROM domain_allows a LEFT JOIN domain_counts c USING (domain);
CREATE UNIQUE INDEX index_instances_on_domain ON instances (domain);

INSERT INTO accounts (username, domain)
SELECT 'u' || g, CASE WHEN g % 3 > 0 THEN 'd' || g % 97 || '.example' END FROM generate_series(1, 3000) g;
INSERT INTO domain_blocks (domain) VALUES ('spam.example');
INSERT INTO statuses (account_id, text) SELECT 1 + g % 3000, 'toot ' || g FROM generate_series(1, 8000) g;
INSERT INTO favourites (account_id, status_id) SELECT 1 + g % 3000, 1 + g % 8000 FROM generate_series(1, 4000) g;
INSERT INTO preview_cards (url, created_at)
SELECT 'https://example.org/' || g, timestamp '2018-05-01' + g * interval '3 hours' FROM generate_series(1, 16000) g;
REFRESH MATERIALIZED VIEW instances;

-- What an index of an older version still held: the index looks away while the rows go in. 2712 bytes of an index row
-- are 8 of its header, 4 of the value's and 2700 characters that do not compress; it sorts first, so it is named.
RESET ROLE;
UPDATE pg_index SET indisready = false, indisvalid = false WHERE indexrelid = 'index_preview_cards_on_url'::regclass;
\connect
SELECT setseed(0.42) \g /dev/null
INSERT INTO preview_cards (url, created_at)
SELECT left('https://carbon.now.sh/?' || key || '=' || (
    SELECT string_agg(chr(33 + (random() * 93)::int), '') FROM generate_series(1, length + 0 * ascii(key))
), length), at
FROM (VALUES
    ('a', 2700, timestamp '2019-11-22 06:30:30'), ('b', 2800, '2022-11-17 11:34:21'), ('c', 4100, '2022-12-20 20:18:22'),
    ('d', 5200, '2022-12-25 19:30:26'), ('e', 2750, '2024-01-08 11:23:11')
) v(key, length, at);
-- Longer than any of them, and harmless: it compresses.
INSERT INTO preview_cards (url, created_at)
VALUES (left('https://carbon.now.sh/?f=' || repeat('%2520does%2520it%2520cost', 400), 9150), '2023-06-16 15:40:57');
-- Rows that point to what is no more.
SET session_replication_role = replica;
INSERT INTO favourites (account_id, status_id) SELECT 1, 900000 + g FROM generate_series(1, 617) g;
INSERT INTO statuses (account_id, text) SELECT 700000 + g, 'orphan' FROM generate_series(1, 4) g;
RESET session_replication_role;
\connect
UPDATE pg_index SET indisready = true, indisvalid = true WHERE indexrelid = 'index_preview_cards_on_url'::regclass;
