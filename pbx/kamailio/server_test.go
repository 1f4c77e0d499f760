package kamailio_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/store"
)

// published is a database with the view that Kamailio reads, as the store makes
// it.
type published struct {
	dsn   string
	store *store.Store
}

func newPublished(t *testing.T) published {
	t.Helper()
	dir := t.TempDir()
	c := store.Config{
		DSN: pgtest.Start(t), Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "key"), Clock: time.Now,
	}
	if err := store.Migrate(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return published{c.DSN, s}
}
