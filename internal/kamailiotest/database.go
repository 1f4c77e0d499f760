package kamailiotest

import (
	"context"
	"database/sql"
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
	if _, err := db.ExecContext(tb.Context(), statement, args...); err != nil {
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
