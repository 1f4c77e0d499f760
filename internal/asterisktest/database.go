package asterisktest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // PostgreSQL

	"github.com/vouchline/vouchline/store"
)

// A Database is a PostgreSQL database with the store's views, and the role as
// which Asterisk reads them.
type Database struct {
	admin    *sql.DB
	url      *url.URL // Asterisk's
	role     string
	password string
}

// NewDatabase makes a role of the test's own in a database that has been
// migrated, by the statements that an administrator runs. Roles are the
// cluster's, which tests share.
func NewDatabase(tb testing.TB, dsn string) *Database {
	tb.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		tb.Fatal(err)
	}
	d := &Database{admin: admin, url: address, role: "asterisk_" + strings.ToLower(rand.Text()), password: rand.Text()}
	d.url.User = url.UserPassword(d.role, d.password)
	statements, err := store.PBXRoleSQL("asterisk", d.role)
	if err != nil {
		tb.Fatal(err)
	}
	d.exec(tb, statements)
	d.exec(tb, "ALTER ROLE "+d.role+" PASSWORD '"+d.password+"'")
	// Media stays on this machine, which the store's view does not know.
	d.exec(tb, strings.ReplaceAll(`CREATE SCHEMA ROLE;
		CREATE VIEW ROLE.ps_endpoints AS SELECT *, '127.0.0.1'::text AS media_address, 'yes'::text AS bind_rtp_to_media_address FROM asterisk.ps_endpoints;
		GRANT USAGE ON SCHEMA ROLE TO ROLE;
		GRANT SELECT ON ROLE.ps_endpoints TO ROLE`, "ROLE", d.role))
	tb.Cleanup(func() {
		_, err := admin.ExecContext(context.WithoutCancel(tb.Context()), "DROP OWNED BY "+d.role+"; DROP ROLE "+d.role)
		if err != nil {
			tb.Error(err)
		}
		_ = admin.Close()
	})
	return d
}

func (d *Database) exec(tb testing.TB, statements string) {
	tb.Helper()
	if _, err := d.admin.ExecContext(tb.Context(), statements); err != nil {
		tb.Fatal(err)
	}
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
