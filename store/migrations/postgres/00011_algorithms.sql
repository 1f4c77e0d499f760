-- +goose Up

-- Which digests a phone is asked for is Asterisk's default_auth_algorithms_uas:
-- the same for numbers that exist and numbers that do not. Only a credential that
-- lacks a digest lists what it has, since Asterisk answers 500 where one is missing.
CREATE OR REPLACE VIEW asterisk.ps_auths WITH (security_barrier) AS
    SELECT username AS id, 'digest'::text AS auth_type, username, realm,
        concat_ws(',', 'SHA-512-256:' || ha1_sha512_256, 'SHA-256:' || ha1_sha256, 'MD5:' || ha1_md5) AS password_digest,
        CASE WHEN ha1_sha512_256 IS NULL OR ha1_sha256 IS NULL OR ha1_md5 IS NULL THEN
            concat_ws(',', CASE WHEN ha1_sha512_256 IS NOT NULL THEN 'SHA-512-256' END, CASE WHEN ha1_sha256 IS NOT NULL THEN 'SHA-256' END,
                CASE WHEN ha1_md5 IS NOT NULL THEN 'MD5' END)
        END AS supported_algorithms_uas,
        CASE WHEN ha1_sha512_256 IS NULL OR ha1_sha256 IS NULL OR ha1_md5 IS NULL THEN
            concat_ws(',', CASE WHEN ha1_sha512_256 IS NOT NULL THEN 'SHA-512-256' END, CASE WHEN ha1_sha256 IS NOT NULL THEN 'SHA-256' END,
                CASE WHEN ha1_md5 IS NOT NULL THEN 'MD5' END)
        END AS supported_algorithms_uac
    FROM pbx.credentials
    WHERE not_after IS NULL OR not_after > statement_timestamp();
