-- +goose Up

-- What a PBX that reads its lines from this database is shown, in the clear:
-- the lines that may be used, and of each the credentials (docs/adr/0020). Only
-- the views in the schemas named for a PBX are for its role.
CREATE SCHEMA pbx;

CREATE TABLE pbx.lines (
    extension    text PRIMARY KEY,
    domain       text NOT NULL,
    realm        text NOT NULL,
    display_name text NOT NULL,
    identity_id  text NOT NULL,
    organisation text NOT NULL,
    rewritten    integer NOT NULL DEFAULT 0 -- no view's: so that the table can be written anew
);

-- The digests are NULL where there is none, and lower-case: Asterisk refuses
-- others. Without any a user would register without a password. A browser has an
-- endpoint under its user name, which must not be a number.
CREATE TABLE pbx.credentials (
    username       text PRIMARY KEY,
    extension      text NOT NULL REFERENCES pbx.lines ON DELETE CASCADE,
    realm          text NOT NULL, -- the line's: see the views
    place          integer NOT NULL,
    browser        boolean NOT NULL,
    ha1_md5        text CHECK (ha1_md5 ~ '^[0-9a-f]{32}$'),
    ha1_sha256     text CHECK (ha1_sha256 ~ '^[0-9a-f]{64}$'),
    ha1_sha512_256 text CHECK (ha1_sha512_256 ~ '^[0-9a-f]{64}$'),
    ha1b           text CHECK (ha1b ~ '^[0-9a-f]{32}$'),
    not_after      timestamptz,
    rewritten      integer NOT NULL DEFAULT 0,
    CHECK (COALESCE(ha1_md5, ha1_sha256, ha1_sha512_256) IS NOT NULL),
    CHECK (NOT browser OR starts_with(username, extension || '-'))
);
CREATE INDEX credentials_by_line ON pbx.credentials (extension, place);

-- What devices of a line are to Asterisk: one endpoint for its phones, and one
-- for each browser, which takes no media but DTLS-SRTP. Most phones have none.
CREATE TABLE pbx.endpoints (
    id          text PRIMARY KEY, -- the extension, or the browser's user name
    extension   text NOT NULL REFERENCES pbx.lines ON DELETE CASCADE,
    browser     boolean NOT NULL,
    callerid    text NOT NULL,
    identity_id text NOT NULL,
    rewritten   integer NOT NULL DEFAULT 0
);
CREATE INDEX endpoints_by_line ON pbx.endpoints (extension);

-- Statistics hold values, and nobody deletes those with their row.
ALTER TABLE pbx.lines ALTER display_name SET STATISTICS 0, ALTER identity_id SET STATISTICS 0;
ALTER TABLE pbx.endpoints ALTER callerid SET STATISTICS 0, ALTER identity_id SET STATISTICS 0;
ALTER TABLE pbx.credentials ALTER ha1_md5 SET STATISTICS 0, ALTER ha1_sha256 SET STATISTICS 0,
    ALTER ha1_sha512_256 SET STATISTICS 0, ALTER ha1b SET STATISTICS 0;

-- A credential ends in each view, by this server's clock: no job has to come in
-- time. Asterisk asks six times for one registration, by one connection, and
-- planning is most of what that costs: so each view reads one table, and no view
-- reads another.

-- Asterisk 22: res_pjsip's objects for res_config_pgsql. The policy is that of
-- the templates in deploy/asterisk/etc/pjsip.conf.
CREATE SCHEMA asterisk;

CREATE VIEW asterisk.ps_auths WITH (security_barrier) AS
    SELECT username AS id, 'digest'::text AS auth_type, username, realm,
        concat_ws(',', 'SHA-512-256:' || ha1_sha512_256, 'SHA-256:' || ha1_sha256, 'MD5:' || ha1_md5) AS password_digest,
        concat_ws(',', CASE WHEN ha1_sha512_256 IS NOT NULL THEN 'SHA-512-256' END, CASE WHEN ha1_sha256 IS NOT NULL THEN 'SHA-256' END,
            CASE WHEN ha1_md5 IS NOT NULL THEN 'MD5' END) AS supported_algorithms_uas,
        concat_ws(',', CASE WHEN ha1_sha512_256 IS NOT NULL THEN 'SHA-512-256' END, CASE WHEN ha1_sha256 IS NOT NULL THEN 'SHA-256' END,
            CASE WHEN ha1_md5 IS NOT NULL THEN 'MD5' END) AS supported_algorithms_uac
    FROM pbx.credentials
    WHERE not_after IS NULL OR not_after > statement_timestamp();

-- Asterisk lets everybody call from an endpoint that names no auth: one without
-- a valid credential has no row.
CREATE VIEW asterisk.ps_endpoints WITH (security_barrier) AS
    SELECT e.id, e.extension AS aors, c.auth, 'vouchline'::text AS context, 'all'::text AS disallow, 'opus,g722,ulaw,alaw'::text AS allow,
        'no'::text AS direct_media, 'yes'::text AS rtp_symmetric, 'yes'::text AS force_rport, 'yes'::text AS rewrite_contact,
        'no'::text AS trust_id_inbound, CASE WHEN e.browser THEN 'yes' ELSE 'no' END AS webrtc,
        CASE WHEN e.browser THEN 'auth_username,username' END AS identify_by, CASE WHEN e.browser THEN 30 END AS rtp_timeout,
        e.callerid, NULLIF(e.identity_id, '') AS accountcode, ''::text AS mailboxes
    FROM pbx.endpoints e, LATERAL (
        SELECT string_agg(v.username, ',' ORDER BY v.place) AS auth FROM pbx.credentials v
        WHERE v.extension = e.extension AND (NOT e.browser OR v.username = e.id) AND (v.not_after IS NULL OR v.not_after > statement_timestamp())
    ) c
    WHERE c.auth IS NOT NULL;

CREATE VIEW asterisk.ps_aors WITH (security_barrier) AS
    SELECT l.extension AS id, 10 AS max_contacts, 'yes'::text AS remove_existing, 60 AS minimum_expiration, 120 AS default_expiration,
        120 AS maximum_expiration, 0 AS qualify_frequency, ''::text AS mailboxes, ''::text AS contact
    FROM pbx.lines l
    WHERE EXISTS (SELECT 1 FROM pbx.credentials v WHERE v.extension = l.extension AND (v.not_after IS NULL OR v.not_after > statement_timestamp()));

-- Kamailio 5.6: auth_db. For a user name with a domain it reads ha1b, and would
-- take an empty one for a digest: where none is known it gets a random one.
CREATE SCHEMA kamailio;

CREATE VIEW kamailio.subscriber WITH (security_barrier) AS
    SELECT c.username, c.realm AS domain, c.ha1_md5 AS ha1, COALESCE(c.ha1b, replace(gen_random_uuid()::text, '-', '')) AS ha1b,
        c.extension, l.display_name
    FROM pbx.credentials c JOIN pbx.lines l USING (extension)
    WHERE c.ha1_md5 IS NOT NULL AND (c.not_after IS NULL OR c.not_after > statement_timestamp());
