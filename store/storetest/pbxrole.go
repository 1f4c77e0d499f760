package storetest

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/store"
)

var roleTests = map[string]func(*testing.T, *suite){
	"a role of a PBX sees its views alone": roleSees,
	"a hostile role name is refused":       roleNames,
}

// login opens the database as a role that a DBA makes for a PBX.
func (s *suite) login(t *testing.T, kind string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", PBXRole(t, s.cfg.DSN, kind).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func roleSees(t *testing.T, s *suite) {
	if !s.public(t) {
		return
	}
	s.enrolled(t, "en1", "id1")
	s.publish(t, account(1, "id1"))
	for kind, views := range map[string][]string{
		"asterisk": {"ps_endpoints", "ps_auths", "ps_aors"}, "kamailio": {"subscriber"},
	} {
		db := s.login(t, kind)
		mine := map[string]bool{}
		for _, view := range views {
			mine[kind+"."+view] = true
			var n int
			if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+view).Scan(&n); err != nil || n != 1 {
				t.Errorf("%s of %s = %d rows, %v, want 1", view, kind, n, err)
			}
			s.refuses(t, db, "DELETE FROM "+view)
			s.refuses(t, db, "UPDATE "+view+" SET "+s.column(t, "SELECT attname::text FROM pg_attribute WHERE attrelid = '"+kind+"."+view+"'::regclass AND attnum = 1")[0]+" = NULL")
		}
		others := 0
		for _, relation := range s.column(t, `SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'v', 'm', 'S', 'p')`) {
			if !strings.Contains(relation, ".") {
				relation = "public." + relation
			}
			if !mine[relation] {
				others++
				s.refuses(t, db, "SELECT * FROM "+relation)
			}
		}
		if others < 20 {
			t.Errorf("only %d other tables were tried", others)
		}
		for _, statement := range []string{
			"CREATE TABLE x (x int)", "CREATE TABLE public.x (x int)", "CREATE TEMPORARY TABLE x (x int)", "CREATE SCHEMA x",
			"CREATE FUNCTION " + kind + ".f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "SET ROLE postgres",
			"SELECT public.audit_only_grows()", "SELECT pg_read_file('PG_VERSION')", "COPY " + views[0] + " TO '/tmp/x'", "COPY " + views[0] + " TO PROGRAM 'true'",
		} {
			s.refuses(t, db, "SET default_transaction_read_only = off; "+statement)
		}
		// A function of a view's own row must not see the rows that the view hides.
		if got := s.column(t, "SELECT COUNT(*)::text FROM pg_views v JOIN pg_class c ON c.relname = v.viewname WHERE v.schemaname = '"+kind+
			"' AND 'security_barrier=true' = ANY (c.reloptions)"); got[0] != "3" && kind == "asterisk" || got[0] != "1" && kind == "kamailio" {
			t.Errorf("%s views of %s are security barriers", got[0], kind)
		}
	}
}

// refuses checks that a statement is forbidden, rather than wrong.
func (s *suite) refuses(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	for _, state := range []string{"42501", "25006", "55000"} { // no privilege, read-only, not a view to write to
		if err != nil && strings.Contains(err.Error(), "SQLSTATE "+state) {
			return
		}
	}
	t.Errorf("%s = %v, want a refusal", statement, err)
}

func roleNames(t *testing.T, s *suite) {
	for _, role := range []string{
		"", "Pbx", `x" SUPERUSER; --`, "x; DROP TABLE audit", "public", "pg_monitor", "current_user", "1x", "é", "x\n", strings.Repeat("x", 64), "{views}",
	} {
		if statements, err := store.PBXRoleSQL("asterisk", role); err == nil {
			t.Errorf("PBXRoleSQL(%q) = %s", role, statements)
		}
	}
	for _, kind := range []string{"", "freeswitch", "pbx"} {
		if _, err := store.PBXRoleSQL(kind, "asterisk"); err == nil {
			t.Errorf("PBXRoleSQL of kind %q = nil, want an error", kind)
		}
	}
	if s.Dialect() != "postgres" {
		return
	}
	statements, err := store.PBXRoleSQL("asterisk", "postgres")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.exec(t, statements); err == nil {
		t.Error("a role that exists was taken for the PBX's")
	}
	if got := s.column(t, "SELECT COUNT(*)::text FROM pg_db_role_setting WHERE setrole = 'postgres'::regrole"); got[0] != "0" {
		t.Error("the settings of a role that exists were changed")
	}
}
