package kamailiotest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
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

// Role makes a login role that may read the view kamailio.subscriber of a
// database and nothing else, and returns the URL that Kamailio opens the
// database by.
func Role(tb testing.TB, dsn string) string {
	tb.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	name := "kamailio_" + strings.TrimPrefix(u.Path, "/")
	for _, statement := range []string{
		"create role %s login password 'x'", "grant usage on schema kamailio to %s",
		"grant select on kamailio.subscriber to %s", "alter role %s set search_path = kamailio",
	} {
		Exec(tb, dsn, fmt.Sprintf(statement, name))
	}
	tb.Cleanup(func() {
		Exec(tb, dsn, "drop owned by "+name)
		Exec(tb, dsn, "drop role "+name)
	})
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(name, "x"), Host: u.Host, Path: u.Path}).String()
}
