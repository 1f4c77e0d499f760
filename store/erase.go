package store

import (
	"context"
	"errors"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
)

// DestroySubject erases a person: key and rows in one transaction, so that
// what a later line fails to delete can be read by nobody, then blobs, then
// the bytes of the key. The accounts of their lines stay as released shells
// without name or devices, so that PBXs that poll learn that they are gone; the
// numbers rest, and the audit log stays. Doing it again finishes what was left undone, and so does
// [Store.Sweep].
func (s *Store) DestroySubject(ctx context.Context, id string) error {
	identity := ""
	if e, err := s.Get(ctx, id); err == nil {
		identity = e.Data.Identity.ID
	} else if !errors.Is(err, kyc.ErrNotFound) && !errors.Is(err, ErrCorrupt) {
		return err
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.serialize(ctx, tx, "subject:"+id); err != nil {
			return err
		}
		if err := s.emptyAccounts(ctx, tx, id, identity); err != nil {
			return err
		}
		for _, statement := range []string{
			"DELETE FROM subject_keys WHERE subject_id = ?",
			"DELETE FROM enrollments WHERE id = ?", // and, by reference, its lookup keys and its face
			"DELETE FROM outbox WHERE subject_id = ?",
			"DELETE FROM pairings WHERE subject_id = ?",
		} {
			if _, err := tx.NewRaw(statement, id).Exec(ctx); err != nil {
				return err
			}
		}
		return s.noteErasure(ctx, tx, id)
	})
	if err != nil {
		return wrap("destroy a subject", err)
	}
	if err := s.deleteEvidence(ctx, id); err != nil {
		return err
	}
	if s.conn.dialect == sqlite { // PostgreSQL's takes a lock that is left to the sweep
		return s.scrub(ctx)
	}
	return nil
}
