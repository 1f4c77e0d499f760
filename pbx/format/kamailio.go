package format

import (
	"fmt"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// kamailioHead makes the table where it is missing and empties it. The columns
// are those of Kamailio's own subscriber table that auth_db reads, with the line
// and the name that deploy/kamailio wants beside them.
const kamailioHead = `-- Written by Vouchline; changes are overwritten.
BEGIN;
CREATE TABLE IF NOT EXISTS vouchline_subscriber (
  username varchar(64) NOT NULL, domain varchar(255) NOT NULL,
  ha1 varchar(64) NOT NULL, ha1b varchar(64) NOT NULL,
  extension varchar(15) NOT NULL, display_name varchar(64) NOT NULL,
  PRIMARY KEY (username, domain)
);
DELETE FROM vouchline_subscriber;
`

// Kamailio returns SQL that makes the table vouchline_subscriber hold the users
// of all lines that are on, and nobody else. It is for databases that Vouchline
// does not write itself: one transaction, which Kamailio sees from the next
// request on, in words that PostgreSQL, MySQL and SQLite all take. Kamailio's
// files of text (db_text) would have to be loaded by hand, and are read in part
// while they are written.
//
// Kamailio's auth_db has one algorithm for all, so a credential that has not both
// of the MD5 digests is left out: an empty one would be a digest that everybody
// knows.
func Kamailio(accounts []pbx.Account, now time.Time) ([]byte, error) {
	all, err := users(accounts, now)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(kamailioHead)
	for _, u := range all {
		if u.credential.HA1MD5 == "" || u.credential.HA1B == "" {
			continue
		}
		fmt.Fprintf(&b, "INSERT INTO vouchline_subscriber (username, domain, ha1, ha1b, extension, display_name) VALUES (%s, %s, %s, %s, %s, %s);\n",
			quote(u.credential.Username), quote(u.line.Realm), quote(u.credential.HA1MD5), quote(u.credential.HA1B),
			quote(u.line.Extension), quote(u.line.DisplayName))
	}
	b.WriteString("COMMIT;\n")
	return []byte(b.String()), nil
}

// quote writes a string of SQL. A name may have an apostrophe; a backslash, which
// MySQL reads as an escape, no valid account has.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
