-- +goose Up

-- A person may have several numbers, told apart by slots. One that is released
-- rests; then another identity may get it. One that was brought along instead
-- of allocated has neither slot nor serial.
ALTER TABLE extensions DROP CONSTRAINT extensions_identity_id_key;
ALTER TABLE extensions ALTER COLUMN serial DROP NOT NULL;
ALTER TABLE extensions ADD COLUMN slot bigint;
ALTER TABLE extensions ADD COLUMN organisation text NOT NULL DEFAULT '';
ALTER TABLE extensions ADD COLUMN released_at bigint NOT NULL DEFAULT 0;
UPDATE extensions SET slot = 0;
CREATE UNIQUE INDEX extensions_by_slot ON extensions (identity_id, slot);
CREATE INDEX extensions_by_number ON extensions (length(extension), extension);
CREATE INDEX extensions_by_organisation ON extensions (organisation, serial);

-- A number has one account, whatever domain its address is at. A revision
-- of 0 is that of a row in the form from before this migration.
DELETE FROM sip_accounts a USING sip_accounts b
    WHERE a.extension = b.extension AND (a.updated_at, a.aor) < (b.updated_at, b.aor);
ALTER TABLE sip_accounts DROP CONSTRAINT sip_accounts_pkey;
ALTER TABLE sip_accounts ADD PRIMARY KEY (extension);
ALTER TABLE sip_accounts ADD COLUMN organisation text NOT NULL DEFAULT '';
ALTER TABLE sip_accounts ADD COLUMN status text NOT NULL DEFAULT 'off';
ALTER TABLE sip_accounts ADD COLUMN revision bigint NOT NULL DEFAULT 0;
UPDATE sip_accounts SET status = 'on' WHERE enabled;
ALTER TABLE sip_accounts DROP COLUMN enabled;
DROP INDEX sip_accounts_by_change;
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
    hash      bytea NOT NULL,
    extension text NOT NULL REFERENCES sip_accounts (extension) ON DELETE CASCADE,
    PRIMARY KEY (hash, extension)
);
CREATE INDEX account_words_by_account ON account_words (extension);

-- Devices that ask to be somebody's. A row is sealed under the key of the
-- subject who decided, of the operator until then.
CREATE TABLE pairings (
    device_hash bytea PRIMARY KEY,
    code_hash   bytea NOT NULL,
    expires_at  bigint NOT NULL,
    subject_id  text NOT NULL,
    sealed      bytea NOT NULL
);
CREATE INDEX pairings_by_code ON pairings (code_hash);
CREATE INDEX pairings_by_subject ON pairings (subject_id);
