package storetest

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/store"
)

var keyTests = map[string]func(*testing.T, *suite){
	"the key file is private and stays":          keyFile,
	"a missing key is not replaced":              keyMissing,
	"a key of another database is refused":       keyWrong,
	"a file that is no key is refused":           keyGarbage,
	"derived keys are stable and apart":          derivedKeys,
	"migrating again changes nothing":            migrateAgain,
	"servers that start at once do not fight":    migrateAtOnce,
	"a newer schema is refused":                  newerSchema,
	"an older schema asks for vouchline migrate": olderSchema,
	"a database that is not there is not made":   notThere,
}

func keyFile(t *testing.T, s *suite) {
	info, err := os.Stat(s.cfg.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode of the key file = %v, want 0600", info.Mode().Perm())
	}
	before, _ := os.ReadFile(s.cfg.KeyFile)
	if err := store.Migrate(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(s.cfg.KeyFile)
	if !bytes.Equal(before, after) {
		t.Error("the key file changed by a second start")
	}
	if s.Keyring().String() != "[operator's key]" {
		t.Error("the keyring prints itself")
	}
}

// refusesKey checks both ways in.
func (s *suite) refusesKey(t *testing.T, cfg store.Config, want error) {
	t.Helper()
	for name, start := range map[string]func() error{
		"Open":    func() error { _, err := store.Open(t.Context(), cfg); return err },
		"Migrate": func() error { return store.Migrate(t.Context(), cfg) },
	} {
		err := start()
		if err == nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%s = %v, want %v", name, err, want)
		} else if !strings.Contains(err.Error(), cfg.KeyFile) {
			t.Errorf("%s = %v, want the file's name in it", name, err)
		}
	}
}

func keyMissing(t *testing.T, s *suite) {
	s.create(t, "en1")
	cfg := s.cfg
	cfg.KeyFile = filepath.Join(s.dir, "gone.key")
	s.refusesKey(t, cfg, store.ErrKeyMissing)
	if _, err := os.Stat(cfg.KeyFile); err == nil {
		t.Error("a new key was made beside sealed data")
	}
}

func keyWrong(t *testing.T, s *suite) {
	other := store.Config{
		DSN: filepath.Join(t.TempDir(), "other.db"), Blobs: t.TempDir(), KeyFile: filepath.Join(t.TempDir(), "other.key"), Clock: s.clock.Now,
	}
	if err := store.Migrate(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	cfg := s.cfg
	cfg.KeyFile = other.KeyFile
	s.refusesKey(t, cfg, store.ErrKeyWrong)
}

func keyGarbage(t *testing.T, s *suite) {
	for name, content := range map[string]string{
		"empty": "", "not JSON": "secret-ish", "no keysets": "{}", "empty keysets": `{"aead":{"key":[]},"prf":{"key":[]}}`,
	} {
		cfg := s.cfg
		cfg.KeyFile = filepath.Join(t.TempDir(), "bad.key")
		if err := os.WriteFile(cfg.KeyFile, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		s.refusesKey(t, cfg, nil)
		if _, err := store.Open(t.Context(), cfg); strings.Contains(err.Error(), "secret-ish") {
			t.Errorf("%s: the error quotes the key file: %v", name, err)
		}
	}
}

func derivedKeys(t *testing.T, s *suite) {
	a, b := s.Keyring().Derive("a"), s.Keyring().Derive("b")
	if len(a) != 32 || bytes.Equal(a, b) {
		t.Errorf("Derive gives %d bytes, equal for two purposes: %t", len(a), bytes.Equal(a, b))
	}
	s.reopen(t)
	if !bytes.Equal(s.Keyring().Derive("a"), a) {
		t.Error("Derive changed by a restart")
	}
}

func migrateAgain(t *testing.T, s *suite) {
	s.create(t, "en1")
	if err := store.Migrate(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "en1"); err != nil {
		t.Error(err)
	}
}

func migrateAtOnce(t *testing.T, s *suite) {
	// Back to a machine on which nothing ever ran.
	cfg := s.cfg
	cfg.KeyFile = filepath.Join(t.TempDir(), "operator.key")
	if s.Dialect() == "postgres" {
		if err := s.exec(t, "DROP SCHEMA public, pbx, asterisk, kamailio CASCADE; CREATE SCHEMA public"); err != nil {
			t.Fatal(err)
		}
	} else {
		cfg.DSN = filepath.Join(t.TempDir(), "fresh.db")
	}
	parallel(6, func(int) {
		if err := store.Migrate(t.Context(), cfg); err != nil {
			t.Error(err)
		}
	})
	if fresh, err := store.Open(t.Context(), cfg); err != nil {
		t.Error(err)
	} else if err := fresh.Close(); err != nil {
		t.Error(err)
	}
}

func newerSchema(t *testing.T, s *suite) {
	if err := s.exec(t, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)"); err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context(), s.cfg); err == nil || !strings.Contains(err.Error(), "newer") {
		t.Errorf("Migrate on a newer schema = %v, want an error that says so", err)
	}
	if _, err := store.Open(t.Context(), s.cfg); !errors.Is(err, store.ErrSchema) {
		t.Errorf("Open on a newer schema = %v, want ErrSchema", err)
	}
}

func olderSchema(t *testing.T, s *suite) {
	if err := s.exec(t, "DELETE FROM goose_db_version WHERE version_id > 0"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), s.cfg); !errors.Is(err, store.ErrSchema) {
		t.Errorf("Open on an older schema = %v, want ErrSchema", err)
	}
}

func notThere(t *testing.T, s *suite) {
	cfg := s.cfg
	cfg.DSN = filepath.Join(t.TempDir(), "sub", "elsewhere.db")
	if _, err := store.Open(t.Context(), cfg); !errors.Is(err, store.ErrSchema) || !strings.Contains(err.Error(), cfg.DSN) {
		t.Errorf("Open of nothing = %v, want ErrSchema with the file's name", err)
	}
	if _, err := os.Stat(filepath.Dir(cfg.DSN)); err == nil {
		t.Error("Open of nothing made something")
	}
}
