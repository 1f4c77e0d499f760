-- +goose Up

-- Times are microseconds since 1970 in UTC. "sealed" is a Tink AEAD
-- ciphertext, "hash" an HMAC-SHA-256 under a key derived from the operator's.

CREATE TABLE meta (
    name  text PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE subject_keys (
    subject_id text PRIMARY KEY,
    wrapped    bytea NOT NULL
);

CREATE TABLE enrollments (
    id         text PRIMARY KEY,
    state      text NOT NULL,
    version    bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    sealed     bytea NOT NULL
);
CREATE INDEX enrollments_by_state ON enrollments (state, created_at);

CREATE TABLE enrollment_keys (
    enrollment_id text NOT NULL REFERENCES enrollments (id) ON DELETE CASCADE,
    kind          text NOT NULL,
    hash          bytea NOT NULL,
    PRIMARY KEY (enrollment_id, kind)
);
CREATE INDEX enrollment_keys_by_hash ON enrollment_keys (hash);

-- A number stays with the identity it was given to, also after the identity
-- is erased, so that nobody else gets its calls.
CREATE TABLE extensions (
    extension    text PRIMARY KEY,
    identity_id  text NOT NULL UNIQUE,
    serial       bigint NOT NULL UNIQUE,
    allocated_at bigint NOT NULL
);

CREATE TABLE sip_accounts (
    aor         text PRIMARY KEY,
    extension   text NOT NULL,
    identity_id text NOT NULL,
    enabled     boolean NOT NULL,
    updated_at  bigint NOT NULL,
    sealed      bytea NOT NULL
);
CREATE INDEX sip_accounts_by_identity ON sip_accounts (identity_id);
CREATE INDEX sip_accounts_by_change ON sip_accounts (updated_at);

CREATE TABLE throttle (
    hash bytea NOT NULL,
    at   bigint NOT NULL
);
CREATE INDEX throttle_by_hash ON throttle (hash, at);

CREATE TABLE failures (
    hash  bytea PRIMARY KEY,
    count bigint NOT NULL
);

CREATE TABLE sessions (
    hash       bytea PRIMARY KEY,
    expires_at bigint NOT NULL,
    sealed     bytea NOT NULL
);

CREATE TABLE staff_links (
    hash       bytea PRIMARY KEY,
    name       text NOT NULL,
    role       text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at    bigint NOT NULL DEFAULT 0
);

CREATE TABLE api_keys (
    id         text PRIMARY KEY,
    hash       bytea NOT NULL UNIQUE,
    name       text NOT NULL,
    scopes     text NOT NULL,
    created_at bigint NOT NULL,
    used_at    bigint NOT NULL DEFAULT 0,
    revoked_at bigint NOT NULL DEFAULT 0
);

CREATE TABLE outbox (
    id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    hash    bytea NOT NULL UNIQUE,
    sent_at bigint NOT NULL,
    sealed  bytea NOT NULL
);

CREATE TABLE audit (
    id      bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    at      bigint NOT NULL,
    actor   text NOT NULL,
    action  text NOT NULL,
    subject text NOT NULL,
    detail  text NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject, id);

-- The audit log only grows.
-- +goose StatementBegin
CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_keeps_lines BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows();
