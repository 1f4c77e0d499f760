package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/store"
)

// migrated returns the flags of a database that is ready.
func migrated(t *testing.T) (dir string, flags []string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	flags = []string{"--data-dir", dir}
	if _, stderr, code := session(t, "", append([]string{"migrate"}, flags...)...); code != exitDone {
		t.Fatalf("run(migrate) = %d, %s", code, stderr)
	}
	return dir, flags
}

func testStore(t *testing.T, dir string) *store.Store {
	t.Helper()
	now := func() time.Time { return time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC) } // as in session
	st, err := store.Open(t.Context(), storeConfig(&Globals{Now: now}, StorageSettings{DataDir: dir}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	return st
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	dir, flags := migrated(t)
	key := filepath.Join(dir, "operator.key")
	stdout, stderr, code := session(t, "", append([]string{"migrate", "--json"}, flags...)...)
	var got map[string]string
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != exitDone || got["operator_key_file"] != key {
		t.Errorf("run(migrate --json) = %d, %q, %q; want the key file %s", code, stdout, stderr, key)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := session(t, "", append([]string{"migrate"}, flags...)...); code != exitFault || !strings.Contains(stderr, "backup") {
		t.Errorf("run(migrate without the key) = %d, %q; want 2 and what to do", code, stderr)
	}
}

func TestMigratePostgreSQL(t *testing.T) {
	t.Parallel()
	dsn, dir := pgtest.Start(t), t.TempDir()
	for range 2 {
		if _, stderr, code := session(t, "", "migrate", "--database", dsn, "--data-dir", dir); code != exitDone {
			t.Errorf("run(migrate on PostgreSQL) = %d, %q", code, stderr)
		}
	}
	if _, stderr, code := session(t, "", "migrate", "--database", "postgres://nobody:hunter2@127.0.0.1:1/x?sslmode=disable", "--data-dir", t.TempDir()); code != exitFault || strings.Contains(stderr, "hunter2") {
		t.Errorf("run(migrate without a server) = %d, %q; want 2 and no password", code, stderr)
	}
}

func TestAdminLink(t *testing.T) {
	t.Parallel()
	dir, flags := migrated(t)
	stdout, stderr, code := session(t, "", append([]string{"admin", "link", "--name", "Ada", "--base-url", "https://id.example.org/"}, flags...)...)
	token, ok := strings.CutPrefix(strings.TrimSpace(stdout), "https://id.example.org/console/link/")
	if code != exitDone || !ok {
		t.Fatalf("run(admin link) = %d, %q, %q", code, stdout, stderr)
	}
	s := testStore(t, dir)
	got, err := s.UseStaffLink(t.Context(), token)
	if want := (store.StaffLink{Name: "Ada", Role: "administrator"}); err != nil || got != want {
		t.Errorf("UseStaffLink = %+v, %v, want %+v", got, err, want)
	}
	if log, err := s.AuditLog(t.Context(), "agent:Ada", 0); err != nil || len(log) != 1 || strings.Contains(log[0].Detail, token) {
		t.Errorf("AuditLog = %v, %v, want one line", log, err)
	}
	stdout, _, _ = session(t, "", append([]string{"admin", "link"}, flags...)...)
	if !strings.HasPrefix(stdout, "http://127.0.0.1:8080/console/link/") {
		t.Errorf("run(admin link) without an address = %q, want the default's", stdout)
	}
	for _, args := range [][]string{{"--lifetime", "48h"}, {"--role", "root"}, {"--base-url", "id.example.org"}, {"--name", ""}} {
		if _, stderr, code := session(t, "", append(append([]string{"admin", "link"}, args...), flags...)...); code != exitFault {
			t.Errorf("run(admin link %q) = %d, %q; want 2", args, code, stderr)
		}
	}
	if _, stderr, code := session(t, "", "admin", "link", "--data-dir", t.TempDir()); code != exitFault || !strings.Contains(stderr, "vouchline migrate") {
		t.Errorf("run(admin link without a database) = %d, %q; want 2 and what to do", code, stderr)
	}
}

func TestAdminAPIKey(t *testing.T) {
	t.Parallel()
	dir, flags := migrated(t)
	command := func(args ...string) (stdout, stderr string, code int) {
		return session(t, "", append(append([]string{"admin", "apikey"}, args...), flags...)...)
	}
	stdout, stderr, code := command("create", "--name", "asterisk", "--scope", "pbx:read,attributes:read", "--organisation", "bank")
	key, err := testStore(t, dir).APIKey(t.Context(), strings.TrimSpace(stdout))
	if code != exitDone || err != nil || !key.May("pbx:read") || !key.May("attributes:read") || key.Organisation != "bank" {
		t.Fatalf("run(apikey create) = %d, %q, %q; the key is %+v, %v", code, stdout, stderr, key, err)
	}
	list, _, _ := command("list")
	if !strings.Contains(list, key.ID) || !strings.Contains(list, "asterisk") || !strings.Contains(list, " for bank ") || strings.Contains(list, strings.TrimSpace(stdout)) {
		t.Errorf("run(apikey list) = %q, want the key's id, name and organisation, never the key", list)
	}
	list, _, _ = command("list", "--json")
	var listed store.APIKey
	if err := json.Unmarshal([]byte(list), &listed); err != nil || listed.ID != key.ID {
		t.Errorf("run(apikey list --json) = %q, %v", list, err)
	}
	if _, stderr, code := command("revoke", key.ID); code != exitDone {
		t.Errorf("run(apikey revoke) = %d, %q", code, stderr)
	}
	if list, _, _ := command("list"); !strings.Contains(list, "revoked 2026-11-20T12:00:00Z") {
		t.Errorf("run(apikey list) = %q, want it revoked", list)
	}
	if _, stderr, code := command("revoke", "nobody"); code != exitNegative {
		t.Errorf("run(apikey revoke nobody) = %d, %q; want 1", code, stderr)
	}
	for _, args := range [][]string{{"--name", "x"}, {"--scope", "pbx:read"}, {"--name", "x", "--scope", "everything"}} {
		if _, stderr, code := command(append([]string{"create"}, args...)...); code != exitFault {
			t.Errorf("run(apikey create %q) = %d, %q; want 2", args, code, stderr)
		}
	}
}
