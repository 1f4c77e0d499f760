package storetest

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

// PBXRole makes the role that an administrator makes for a PBX of a kind, in a
// database that has been migrated, and returns the address that the PBX opens
// it by. Its name is the database's: roles belong to the cluster, which other
// tests use.
func PBXRole(tb testing.TB, dsn, kind string) *url.URL {
	tb.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		tb.Fatal(err)
	}
	role, password := kind+"_"+strings.TrimPrefix(address.Path, "/"), rand.Text()
	statements, err := store.PBXRoleSQL(kind, role)
	if err != nil {
		tb.Fatal(err)
	}
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := admin.ExecContext(tb.Context(), statements+"ALTER ROLE "+role+" PASSWORD '"+password+"'"); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_, err := admin.ExecContext(context.WithoutCancel(tb.Context()), "DROP OWNED BY "+role+"; DROP ROLE "+role)
		if err != nil {
			tb.Error(err)
		}
		_ = admin.Close()
	})
	address.User = url.UserPassword(role, password)
	return address
}
