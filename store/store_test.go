package store_test

import (
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(_ *testing.T, dir string) string {
		return filepath.Join(dir, "with space?#%", "vouchline.db")
	})
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, _ string) string {
		t.Helper()
		return pgtest.Start(t)
	})
}
