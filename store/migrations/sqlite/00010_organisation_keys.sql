-- +goose Up

-- Lines that an organisation had and that are not its own any more, for its
-- keys, which see its lines alone: nothing says whose they are now. One that
-- comes back has no row.
CREATE TABLE departed_lines (
    organisation text NOT NULL,
    extension    text NOT NULL,
    aor          text NOT NULL,
    revision     bigint NOT NULL,
    departed_at  bigint NOT NULL,
    PRIMARY KEY (organisation, extension)
);
CREATE INDEX departed_lines_by_revision ON departed_lines (organisation, revision);
CREATE INDEX sip_accounts_by_organisation ON sip_accounts (organisation, length(extension), extension);
CREATE INDEX sip_accounts_by_organisation_change ON sip_accounts (organisation, revision);
