package store_test

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// version7 is what the program of schema version 7 left: the line of id1, and
// that of id2, who was erased. A line had one user name and one password then.
type version7 struct {
	Key  json.RawMessage
	Rows map[string][]map[string]json.RawMessage
}

// restore writes the old rows into a database of the old version.
func (v version7) restore(t *testing.T, db *sql.DB, postgres bool) {
	t.Helper()
	for _, table := range []string{"meta", "subject_keys", "enrollments", "enrollment_keys", "extensions", "sip_accounts"} {
		for _, row := range v.Rows[table] {
			columns := slices.Sorted(maps.Keys(row))
			values := make([]string, len(columns))
			for i, column := range columns {
				values[i] = literal(t, row[column], postgres)
				if postgres && column == "enabled" {
					values[i] += "::integer::boolean"
				}
			}
			statement := fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", table, strings.Join(columns, ", "), strings.Join(values, ", "))
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func literal(t *testing.T, value json.RawMessage, postgres bool) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(value, &v); err != nil {
		t.Fatal(err)
	}
	switch v := v.(type) {
	case string:
		return "'" + v + "'"
	case map[string]any:
		b, err := hex.DecodeString(v["hex"].(string))
		if err != nil {
			t.Fatal(err)
		}
		if postgres {
			return fmt.Sprintf(`'\x%x'::bytea`, b)
		}
		return fmt.Sprintf("x'%x'", b)
	default:
		return string(value)
	}
}

// A line of one password becomes one of a device that has it.
func TestUpgradeFromOnePassword(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("testdata/version7.json")
	if err != nil {
		t.Fatal(err)
	}
	var old version7
	if err := json.Unmarshal(b, &old); err != nil {
		t.Fatal(err)
	}
	for driver, fresh := range map[string]func(t *testing.T, dir string) string{
		"sqlite": func(_ *testing.T, dir string) string { return filepath.Join(dir, "vouchline.db") },
		"pgx":    func(t *testing.T, _ string) string { t.Helper(); return pgtest.Start(t) },
	} {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cfg := victimConfig(fresh(t, dir), dir)
			cfg.Clock = storetest.NewClock().Now
			if err := store.MigrateTo(t.Context(), cfg.DSN, 7); err != nil {
				t.Fatal(err)
			}
			db, err := sql.Open(driver, cfg.DSN)
			if err != nil {
				t.Fatal(err)
			}
			old.restore(t, db, driver == "pgx")
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(cfg.KeyFile, old.Key, 0o600); err != nil {
				t.Fatal(err)
			}
			checkUpgraded(t, storetest.Open(t, cfg))
		})
	}
}

func checkUpgraded(t *testing.T, s *store.Store) {
	t.Helper()
	ctx, at := t.Context(), time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	c := pbx.NewCredential("2000000", "vouchline", "correct horse battery")
	c.CreatedAt, c.HA1B = at, "" // which nobody can make of the digests that were kept
	want := pbx.Account{
		Extension: "2000000", Realm: "vouchline", DisplayName: "Zoë O'Hara-Łęcka", AOR: "sip:2000000@sip.example.org", IdentityID: "id1",
		Enabled: true, UpdatedAt: at,
		Devices: []pbx.Device{{ID: "first", Kind: pbx.App, AddedAt: at, Credentials: []pbx.Credential{c}}},
	}
	for renewed := range 2 {
		got, err := s.Account(ctx, "2000000")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Account, renewed %d times (-want +got):\n%s", renewed, diff)
		}
		shell, err := s.Account(ctx, "2000001")
		if err != nil || !shell.IsShell() || shell.IdentityID != "id2" {
			t.Errorf("Account of who was erased = %v, %v, want a shell", shell, err)
		}
		page, err := s.FindAccounts(ctx, pbx.Query{Status: pbx.StatusOn})
		if err != nil || len(page.Accounts) != 1 {
			t.Errorf("FindAccounts = %d accounts, %v, want one", len(page.Accounts), err)
		}
		if page, err := s.FindAccounts(ctx, pbx.Query{Name: "lecka"}); err != nil || len(page.Accounts) != renewed {
			t.Errorf("FindAccounts by name, renewed %d times = %d, %v", renewed, len(page.Accounts), err)
		}
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		want.Revision = 1
	}
	// Their numbers are theirs, and a next one comes after them.
	plan := pbx.Numbering{Ranges: []pbx.Range{{Plan: pbx.Plan{First: 2000000, Last: 2999999}}}}
	for i, claim := range []pbx.Claim{{IdentityID: "id1"}, {IdentityID: "id2"}, {IdentityID: "id1", Slot: 1}} {
		if ext, err := s.AllocateExtension(ctx, claim, plan); err != nil || ext != fmt.Sprint(2000000+i) {
			t.Errorf("AllocateExtension(%+v) = %s, %v", claim, ext, err)
		}
	}
	a, err := s.UpdateAccount(ctx, "2000000", func(a *pbx.Account) ([]kyc.Effect, error) { a.Suspended = true; return nil, nil })
	if err != nil || a.Status() != pbx.StatusSuspended || a.Revision != 3 {
		t.Errorf("UpdateAccount = %v of revision %d, %v", a, a.Revision, err)
	}
}
