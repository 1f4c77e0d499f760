package pgtest

import (
	"os/exec"
	"strings"
	"testing"
)

func query(t *testing.T, dsn, sql string) string {
	t.Helper()
	bin, err := newestBin()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), bin+"/psql", "-X", "-At", "-c", sql, dsn).CombinedOutput()
	if err != nil {
		t.Fatalf("psql %q: %v: %s", sql, err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestStartGivesEachTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	first, second := Start(t), Start(t)
	if first == second {
		t.Fatalf("Start twice = %q both times, want two databases", first)
	}
	query(t, first, "create table applicant (name text)")
	if got := query(t, second, "select count(*) from pg_tables where tablename = 'applicant'"); got != "0" {
		t.Errorf("tables of the first database seen in the second = %s, want 0", got)
	}
	if got := query(t, first, "show server_encoding"); got != "UTF8" {
		t.Errorf("server_encoding = %s, want UTF8", got)
	}
}

func TestDatabaseIsDroppedWithItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("inner", func(t *testing.T) {
		dsn := Start(t)
		name = query(t, dsn, "select current_database()")
	})
	if got := query(t, Start(t), "select count(*) from pg_database where datname = '"+name+"'"); got != "0" {
		t.Errorf("databases named %s after its test = %s, want 0", name, got)
	}
}
