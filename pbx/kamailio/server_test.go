package kamailio_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// published is a database with the view that Kamailio reads, as the store makes
// it.
type published struct {
	dsn   string
	store *store.Store
}

func newPublished(t testing.TB) published {
	t.Helper()
	dir, dsn := t.TempDir(), pgtest.Start(t)
	return published{dsn, storetest.Open(t, store.Config{
		DSN: dsn, Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "key"), Clock: time.Now,
	})}
}

// users returns what the view shows of a line: of each user its digests and the
// name.
func (p published) users(t *testing.T, extension string) map[string]string {
	t.Helper()
	rows, err := p.store.DB().QueryContext(t.Context(), "select username, ha1, ha1b, display_name from kamailio.subscriber where extension = $1", extension)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	users := map[string]string{}
	for rows.Next() {
		var username, ha1, ha1b, name string
		if err := rows.Scan(&username, &ha1, &ha1b, &name); err != nil {
			t.Fatal(err)
		}
		users[username] = ha1 + " " + ha1b + " " + name
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return users
}
