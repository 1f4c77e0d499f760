-- The role as which Asterisk reads its lines: three views and nothing else.
-- Run it as the owner of Vouchline's database, after vouchline migrate:
--   psql -v password="'...'" -f role.sql vouchline
CREATE ROLE asterisk LOGIN NOINHERIT PASSWORD :password;
GRANT USAGE ON SCHEMA asterisk TO asterisk;
GRANT SELECT ON asterisk.ps_endpoints, asterisk.ps_auths, asterisk.ps_aors TO asterisk;
