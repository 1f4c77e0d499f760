package store

import (
	"context"

	"github.com/uptrace/bun"
)

// emptyAccounts leaves released shells of a subject's accounts, while their key
// is there to read them, and nothing of them for a PBX to see. One that does
// not open goes altogether. All their numbers begin to rest: nobody is left who
// could have the lines again.
func (s *Store) emptyAccounts(ctx context.Context, tx bun.Tx, subject, identity string) error {
	rows, err := accountRows(ctx, tx, "WHERE a.subject_id = ? OR (a.identity_id = ? AND a.identity_id <> '')"+byNumber, subject, identity)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := s.serialize(ctx, tx, lineLock(row.Extension)); err != nil {
			return err
		}
		if err := s.emptyAccount(ctx, tx, row); err != nil {
			return err
		}
		if err := s.unpublish(ctx, tx, row.Extension); err != nil {
			return err
		}
	}
	_, err = tx.NewRaw("UPDATE extensions SET released_at = ? WHERE identity_id = ? AND identity_id <> '' AND released_at = 0",
		s.now(), identity).Exec(ctx)
	return err
}

func (s *Store) emptyAccount(ctx context.Context, tx bun.Tx, row accountRow) error {
	a, err := s.openAccount(row)
	if err == nil {
		if row.Subject == "" && a.IsShell() && !a.ReleasedAt.IsZero() {
			return nil
		}
		a = a.Shell()
		a.UpdatedAt = fromMicros(s.now())
		if a.ReleasedAt.IsZero() {
			a.ReleasedAt = a.UpdatedAt
		}
		return s.putAccount(ctx, tx, &a, "")
	}
	s.log.ErrorContext(ctx, "an erased subject's SIP account does not open and is deleted", "identity", row.IdentityID, "cause", err)
	if err := s.deleteAccount(ctx, tx, row.Extension, ""); err != nil {
		return err
	}
	_, err = tx.NewRaw("UPDATE extensions SET released_at = ? WHERE extension = ? AND released_at = 0", s.now(), row.Extension).Exec(ctx)
	return err
}
