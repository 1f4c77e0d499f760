package kamailiotest

import (
	"context"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/vouchline/vouchline/store"
)

// Exec runs a statement in a database.
func Exec(tb testing.TB, dsn, statement string, args ...any) {
	tb.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ctx := context.WithoutCancel(tb.Context()) // cleanups come here too
	if _, err := db.ExecContext(ctx, statement, args...); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// connected counts the connections of a role besides this one.
func connected(ctx context.Context, database string) int {
	db, err := sql.Open("pgx", database)
	if err != nil {
		return 0
	}
	defer func() { _ = db.Close() }()
	var n int
	err = db.QueryRowContext(ctx, "select count(*) from pg_stat_activity where usename = current_user and pid <> pg_backend_pid()").Scan(&n)
	if err != nil {
		return 0
	}
	return n
}

// Role makes the login role that an administrator would make for Kamailio, and
// returns the URL that Kamailio opens the database by.
func Role(tb testing.TB, dsn string) string {
	tb.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	name := "kamailio_" + strings.TrimPrefix(u.Path, "/") // roles are the cluster's
	statements, err := store.PBXRoleSQL("kamailio", name)
	if err != nil {
		tb.Fatal(err)
	}
	Exec(tb, dsn, statements)
	Exec(tb, dsn, "alter role "+name+" password 'x'")
	tb.Cleanup(func() {
		Exec(tb, dsn, "drop owned by "+name)
		Exec(tb, dsn, "drop role "+name)
	})
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(name, "x"), Host: u.Host, Path: u.Path}).String()
}
