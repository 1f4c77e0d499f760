-- +goose Up

-- A person may have several numbers, told apart by slots. One that is released
-- rests; then another identity may get it. One that was brought along instead
-- of allocated has neither slot nor serial.
CREATE TABLE numbers (
    extension    text PRIMARY KEY,
    identity_id  text NOT NULL,
    slot         bigint,
    serial       bigint UNIQUE,
    organisation text NOT NULL DEFAULT '',
    allocated_at bigint NOT NULL,
    released_at  bigint NOT NULL DEFAULT 0
);
INSERT INTO numbers (extension, identity_id, slot, serial, allocated_at)
    SELECT extension, identity_id, 0, serial, allocated_at FROM extensions;
DROP TABLE extensions;
ALTER TABLE numbers RENAME TO extensions;
CREATE UNIQUE INDEX extensions_by_slot ON extensions (identity_id, slot);
CREATE INDEX extensions_by_number ON extensions (length(extension), extension);
CREATE INDEX extensions_by_organisation ON extensions (organisation, serial);

-- A number has one account, whatever domain its address is at. A revision
-- of 0 is that of a row in the form from before this migration.
CREATE TABLE accounts (
    extension    text PRIMARY KEY,
    aor          text NOT NULL,
    identity_id  text NOT NULL,
    updated_at   bigint NOT NULL,
    sealed       blob NOT NULL,
    subject_id   text NOT NULL DEFAULT '',
    organisation text NOT NULL DEFAULT '',
    status       text NOT NULL DEFAULT 'off',
    revision     bigint NOT NULL DEFAULT 0
);
INSERT INTO accounts (extension, aor, identity_id, updated_at, sealed, subject_id, status)
    SELECT extension, aor, identity_id, updated_at, sealed, subject_id, CASE WHEN enabled THEN 'on' ELSE 'off' END FROM sip_accounts a
    WHERE NOT EXISTS (SELECT 1 FROM sip_accounts b
        WHERE b.extension = a.extension AND (a.updated_at, a.aor) < (b.updated_at, b.aor));
DROP TABLE sip_accounts;
ALTER TABLE accounts RENAME TO sip_accounts;
CREATE INDEX sip_accounts_by_identity ON sip_accounts (identity_id);
CREATE INDEX sip_accounts_by_number ON sip_accounts (length(extension), extension);
CREATE INDEX sip_accounts_by_revision ON sip_accounts (revision);

-- Numbers that go up by one with a change and are held by its transaction.
CREATE TABLE counters (
    name  text PRIMARY KEY,
    value bigint NOT NULL
);
INSERT INTO counters (name, value) VALUES ('accounts', 0);

-- Keyed hashes of the words of display names, to search by.
CREATE TABLE account_words (
    hash      blob NOT NULL,
    extension text NOT NULL REFERENCES sip_accounts (extension) ON DELETE CASCADE,
    PRIMARY KEY (hash, extension)
);
CREATE INDEX account_words_by_account ON account_words (extension);

-- Devices that ask to be somebody's. A row is sealed under the key of the
-- subject who decided, of the operator until then.
CREATE TABLE pairings (
    device_hash blob PRIMARY KEY,
    code_hash   blob NOT NULL,
    expires_at  bigint NOT NULL,
    subject_id  text NOT NULL,
    sealed      blob NOT NULL
);
CREATE INDEX pairings_by_code ON pairings (code_hash);
CREATE INDEX pairings_by_subject ON pairings (subject_id);
