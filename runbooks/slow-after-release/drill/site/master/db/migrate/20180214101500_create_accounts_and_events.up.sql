CREATE TABLE accounts (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    name varchar(80) NOT NULL
);
CREATE TABLE events (
    id bigint AUTO_INCREMENT PRIMARY KEY,
    account_id bigint NOT NULL,
    kind varchar(20) NOT NULL,
    token char(32) CHARACTER SET ascii NOT NULL,
    INDEX index_events_on_account_id (account_id)
);
