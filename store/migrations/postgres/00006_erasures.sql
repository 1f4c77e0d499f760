-- +goose Up

-- Erasures that are not finished: blobs may be left, or the bytes of the key
-- where it was deleted. A row stays a day after both are gone, for what came
-- in while its subject was erased.
CREATE TABLE erasures (
    subject_id text PRIMARY KEY,
    at         bigint NOT NULL,
    serial     bigint NOT NULL, -- to tell whether a scrub came after the deletion
    scrubbed   boolean NOT NULL DEFAULT FALSE
);
