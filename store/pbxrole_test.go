package store_test

import (
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// ordinaryRoles makes a role that owns the database and nothing more, and names
// one for a PBX; administer runs a statement as who may do everything.
func ordinaryRoles(t *testing.T, dsn string) (service *url.URL, reader string, administer func(statement string)) {
	t.Helper()
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	service, err = url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	administer = func(statement string) {
		t.Helper()
		if _, err := admin.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	database := strings.TrimPrefix(service.Path, "/")
	owner, reader := "service_"+database, "reader_"+database
	administer("CREATE ROLE " + owner + " LOGIN")
	administer("ALTER DATABASE " + database + " OWNER TO " + owner)
	t.Cleanup(func() { // roles belong to the cluster, which other tests use
		_, err := admin.Exec("ALTER DATABASE " + database + " OWNER TO postgres; DROP OWNED BY " + reader + "; DROP ROLE " + reader + //nolint:noctx // the test's own is over
			"; DROP OWNED BY " + owner + " CASCADE; DROP ROLE " + owner)
		if err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	service.User = url.User(owner)
	return service, reader, administer
}

// The service's own role is the owner of its database and nothing more. It
// goes on after an administrator made the PBX's role, which takes from
// everybody what PostgreSQL gives everybody.
func TestServiceOfAnOrdinaryRole(t *testing.T) {
	t.Parallel()
	service, reader, administer := ordinaryRoles(t, pgtest.Start(t))
	s := storetest.Open(t, victimConfig(service.String(), t.TempDir()))
	statements, err := store.PBXRoleSQL("asterisk", reader)
	if err != nil {
		t.Fatal(err)
	}
	administer(statements)

	fillSubject(t, s, 0)
	id, identity := subject(0)
	list, err := s.AccountsOf(t.Context(), identity)
	if err != nil || len(list) != 1 {
		t.Fatalf("AccountsOf = %v, %v, want one", list, err)
	}
	if err := s.Publish(t.Context(), list[0]); err != nil {
		t.Fatal(err)
	}
	_, err = s.UpdateAccount(t.Context(), list[0].Extension, func(a *pbx.Account) ([]kyc.Effect, error) { a.Suspended = true; return nil, nil })
	if err != nil {
		t.Error(err)
	}
	if err := s.DestroySubject(t.Context(), id); err != nil {
		t.Error(err)
	}
	if err := s.Sweep(t.Context()); err != nil { // which writes tables anew
		t.Error(err)
	}
	var left int
	if err := s.DB().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM erasures WHERE NOT scrubbed").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d erasures are not scrubbed, %v", left, err)
	}
}
