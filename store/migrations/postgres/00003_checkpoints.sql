-- +goose Up

-- How far each listener to the ledger's events has come.
CREATE TABLE checkpoints (
    listener text PRIMARY KEY,
    block    bigint NOT NULL,
    tx_id    text NOT NULL
);
