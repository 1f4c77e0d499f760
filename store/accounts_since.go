package store

import (
	"context"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// Accounts returns the accounts changed at or after since, ordered by
// extension. Disabled ones are among them: a PBX has to learn of those too.
func (s *Store) Accounts(ctx context.Context, since time.Time) ([]pbx.Account, error) {
	return s.accountsWhere(ctx, "WHERE a.updated_at >= ?"+byNumber, micros(since))
}
