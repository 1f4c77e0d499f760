package asterisktest

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // PostgreSQL

	"github.com/vouchline/vouchline/store/storetest"
)

// A Database is a PostgreSQL database with the store's views, and the role as
// which Asterisk reads them.
type Database struct {
	admin *sql.DB
	url   *url.URL // Asterisk's
	role  string
}

// NewDatabase makes a role of the test's own in a database that has been
// migrated.
func NewDatabase(tb testing.TB, dsn string) *Database {
	tb.Helper()
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = admin.Close() })
	d := &Database{admin: admin, url: storetest.PBXRole(tb, dsn, "asterisk")}
	d.role = d.url.User.Username()
	// Media stays on this machine, which the store's view does not know.
	d.exec(tb, strings.ReplaceAll(`CREATE SCHEMA ROLE;
		CREATE VIEW ROLE.ps_endpoints AS SELECT *, '127.0.0.1'::text AS media_address, 'yes'::text AS bind_rtp_to_media_address FROM asterisk.ps_endpoints;
		GRANT USAGE ON SCHEMA ROLE TO ROLE;
		GRANT SELECT ON ROLE.ps_endpoints TO ROLE`, "ROLE", d.role))
	return d
}

func (d *Database) exec(tb testing.TB, statements string) {
	tb.Helper()
	if _, err := d.admin.ExecContext(tb.Context(), statements); err != nil {
		tb.Fatal(err)
	}
}

// sessions returns the processes of a PostgreSQL on this machine that answer
// Asterisk.
func (d *Database) sessions(tb testing.TB) (pids []int) {
	tb.Helper()
	rows, err := d.admin.QueryContext(tb.Context(), "SELECT pid FROM pg_stat_activity WHERE usename = $1", d.role)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var pid int
		if err := rows.Scan(&pid); err != nil {
			tb.Fatal(err)
		}
		pids = append(pids, pid)
	}
	if err := rows.Err(); err != nil {
		tb.Fatal(err)
	}
	return pids
}

// Answers lets the database answer Asterisk, or turns it away and hangs up.
func (d *Database) Answers(tb testing.TB, answers bool) {
	tb.Helper()
	if answers {
		d.exec(tb, "ALTER ROLE "+d.role+" LOGIN")
		return
	}
	d.exec(tb, "ALTER ROLE "+d.role+" NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"+d.role+"'")
}
