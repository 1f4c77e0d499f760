-- +goose Up

-- No PBX reads an SQLite file: what PostgreSQL shows to one is not made here.
SELECT 1;
