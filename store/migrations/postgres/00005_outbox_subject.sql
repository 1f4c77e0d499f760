-- +goose Up

-- Whom a message is about, so that it goes with them. It is sealed under that
-- subject's key, or under the operator's where the column is empty. Messages
-- from before say of nobody whose they are: they go.
DELETE FROM outbox;
ALTER TABLE outbox ADD COLUMN subject_id text NOT NULL DEFAULT '';
CREATE INDEX outbox_by_subject ON outbox (subject_id);
