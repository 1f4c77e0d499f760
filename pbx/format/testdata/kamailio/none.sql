-- Written by Vouchline; changes are overwritten.
BEGIN;
CREATE TABLE IF NOT EXISTS vouchline_subscriber (
  username varchar(64) NOT NULL, domain varchar(255) NOT NULL,
  ha1 varchar(64) NOT NULL, ha1b varchar(64) NOT NULL,
  extension varchar(15) NOT NULL, display_name varchar(64) NOT NULL,
  PRIMARY KEY (username, domain)
);
DELETE FROM vouchline_subscriber;
COMMIT;
