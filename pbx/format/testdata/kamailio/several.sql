-- Written by Vouchline; changes are overwritten.
BEGIN;
CREATE TABLE IF NOT EXISTS vouchline_subscriber (
  username varchar(64) NOT NULL, domain varchar(255) NOT NULL,
  ha1 varchar(64) NOT NULL, ha1b varchar(64) NOT NULL,
  extension varchar(15) NOT NULL, display_name varchar(64) NOT NULL,
  PRIMARY KEY (username, domain)
);
DELETE FROM vouchline_subscriber;
INSERT INTO vouchline_subscriber (username, domain, ha1, ha1b, extension, display_name) VALUES ('1001-aaaaaa', 'pbx.example.org', 'b3173c5edc5afb0ed1b7cf26cede1b89', '8015145653b41f95a1fb4e32d86037b1', '1001', 'Zoë O''Hara-Łęcka');
INSERT INTO vouchline_subscriber (username, domain, ha1, ha1b, extension, display_name) VALUES ('1002-aaaaaa', 'pbx.example.org', '595d393dcb6a7d72f570d2ed3d145beb', 'e7608875e08305cd13f83f299208f007', '1002', '');
INSERT INTO vouchline_subscriber (username, domain, ha1, ha1b, extension, display_name) VALUES ('1005-aaaaaa', 'pbx.example.org', '6bb329f8a4e48df52525d920efad8fad', '128e77f4468a8ef5359d0ea96fe9c63a', '1005', 'Zoë O''Hara-Łęcka');
INSERT INTO vouchline_subscriber (username, domain, ha1, ha1b, extension, display_name) VALUES ('1005-zzzzzz', 'pbx.example.org', 'b470cf33d62dd7885a6079db6a1dc89d', '72b607d293998c22fa6843eedd498f96', '1005', 'Zoë O''Hara-Łęcka');
INSERT INTO vouchline_subscriber (username, domain, ha1, ha1b, extension, display_name) VALUES ('1005-bbbbbb', 'pbx.example.org', '009c88801517dcaf5bc3d76f460db254', '713f2c3c413d2504883ec5f64e399d9a', '1005', 'Zoë O''Hara-Łęcka');
INSERT INTO vouchline_subscriber (username, domain, ha1, ha1b, extension, display_name) VALUES ('1008-aaaaaa', 'pbx.example.org', '5bc298416d7b33da978551a4f595a490', '8db27c4612f779e19cb74a82a87cd4dc', '1008', 'A & B''s');
COMMIT;
