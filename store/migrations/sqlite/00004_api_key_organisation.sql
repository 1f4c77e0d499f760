-- +goose Up

-- The organisation, as the ledger names it, that reads attributes with the
-- key; empty for a key that reads none.
ALTER TABLE api_keys ADD COLUMN organisation text NOT NULL DEFAULT '';
