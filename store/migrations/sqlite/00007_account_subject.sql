-- +goose Up

-- Under whose key an account is sealed, so that name and digests go with it;
-- empty for the operator's, under which an emptied account is.
ALTER TABLE sip_accounts ADD COLUMN subject_id text NOT NULL DEFAULT '';
