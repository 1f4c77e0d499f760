package store

import (
	"context"
	"crypto/hmac"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// DestroySubject erases a person: the data key first, so that what a later
// line fails to delete can be read by nobody, then rows and blobs. The line's
// account stays as a disabled shell without name or digests, so that PBXs that
// poll learn that it is gone; its number and the audit log stay. Doing it
// again finishes what was left undone, and so does [Store.Sweep].
func (s *Store) DestroySubject(ctx context.Context, id string) error {
	if err := s.emptyAccounts(ctx, id); err != nil {
		return err
	}
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		for _, statement := range []string{
			"DELETE FROM subject_keys WHERE subject_id = ?",
			"DELETE FROM enrollments WHERE id = ?", // and, by reference, its lookup keys and its face
			"DELETE FROM outbox WHERE subject_id = ?",
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
	if s.conn.dialect == sqlite { // PostgreSQL's takes a lock that belongs to a quiet moment
		return s.scrub(ctx)
	}
	return nil
}

// emptyAccounts empties the account of a subject's identity. It runs while the
// enrollment still tells which identity that is.
func (s *Store) emptyAccounts(ctx context.Context, id string) error {
	e, err := s.Get(ctx, id)
	switch {
	case errors.Is(err, kyc.ErrNotFound):
		return nil
	case errors.Is(err, ErrCorrupt):
		return s.emptyAccountByHash(ctx, id)
	case err != nil:
		return err
	case e.Data.Identity.ID == "":
		return nil
	}
	return s.emptyAccount(ctx, e.Data.Identity.ID)
}

// emptyAccountByHash finds the account of an enrollment that does not open: of its
// identity only the keyed hash is known, so every account's is compared.
func (s *Store) emptyAccountByHash(ctx context.Context, id string) error {
	var hash []byte
	err := s.read.NewRaw("SELECT hash FROM enrollment_keys WHERE enrollment_id = ? AND kind = ?", id, string(kyc.ByIdentity)).Scan(ctx, &hash)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return wrap("read a lookup key", err)
	}
	var identities []string
	if err := s.read.NewRaw("SELECT identity_id FROM sip_accounts").Scan(ctx, &identities); err != nil {
		return wrap("read SIP accounts", err)
	}
	for _, identity := range identities {
		if hmac.Equal(hash, s.keys.hash(string(kyc.ByIdentity), identity)) {
			return s.emptyAccount(ctx, identity)
		}
	}
	return nil
}

func (s *Store) emptyAccount(ctx context.Context, identity string) error {
	a, err := s.AccountOf(ctx, identity)
	if errors.Is(err, kyc.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.SaveAccount(ctx, pbx.Account{
		Extension: a.Extension, AuthUsername: a.AuthUsername, Realm: a.Realm, AOR: a.AOR, IdentityID: a.IdentityID,
	})
}
