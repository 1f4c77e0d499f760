package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// SaveAccount inserts or replaces the account of a number and notes when. One
// with a name or devices needs somebody whose they are: ErrNotFound for an
// identity that is not enrolled, or no longer. A number that another identity
// holds is refused as a duplicate.
func (s *Store) SaveAccount(ctx context.Context, a pbx.Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	err := s.onLine(ctx, a.IdentityID, a.Extension, func(ctx context.Context, tx bun.Tx, subject string) error {
		a.UpdatedAt = fromMicros(s.now())
		return s.putAccount(ctx, tx, &a, subject)
	})
	return wrap("save a SIP account", err)
}

// OpenAccount inserts the account of a number that was allocated and returns
// what there is then. One that the identity has there already stays as it is, and
// enqueues nothing.
func (s *Store) OpenAccount(ctx context.Context, a pbx.Account, effects ...kyc.Effect) (pbx.Account, error) {
	if err := a.Validate(); err != nil {
		return pbx.Account{}, err
	}
	err := s.onLine(ctx, a.IdentityID, a.Extension, func(ctx context.Context, tx bun.Tx, subject string) error {
		there, err := s.account(ctx, tx, a.Extension)
		if err == nil && there.IdentityID == a.IdentityID {
			a = there
			return nil
		}
		if err != nil && !errors.Is(err, kyc.ErrNotFound) {
			return err
		}
		a.UpdatedAt = fromMicros(s.now())
		if err := s.putAccount(ctx, tx, &a, subject); err != nil {
			return err
		}
		return s.enqueueEffects(ctx, tx, effects)
	})
	if err != nil {
		return pbx.Account{}, wrap("open a SIP account", err)
	}
	return a, nil
}

// UpdateAccount changes an account and enqueues what follows from it, in one
// transaction. An error of change saves nothing, and a change that changes
// nothing keeps the revision. It runs again if the number went to somebody
// else meanwhile.
func (s *Store) UpdateAccount(ctx context.Context, extension string, change func(*pbx.Account) ([]kyc.Effect, error)) (pbx.Account, error) {
	for range optimistic {
		before, err := s.Account(ctx, extension)
		if err != nil {
			return pbx.Account{}, err
		}
		var a pbx.Account
		err = s.onLine(ctx, before.IdentityID, extension, func(ctx context.Context, tx bun.Tx, subject string) (err error) {
			if a, err = s.account(ctx, tx, extension); err != nil {
				return err
			}
			if a.IdentityID != before.IdentityID { // whose subject is not locked
				return errStale
			}
			return s.changeAccount(ctx, tx, &a, subject, change)
		})
		if err == nil {
			return a, nil
		}
		if !errors.Is(err, errStale) {
			return pbx.Account{}, wrap("change a SIP account", err)
		}
	}
	return pbx.Account{}, fmt.Errorf("%w: line %s", kyc.ErrConflict, extension)
}

func (s *Store) changeAccount(ctx context.Context, tx bun.Tx, a *pbx.Account, subject string, change func(*pbx.Account) ([]kyc.Effect, error)) error {
	before := a.Clone()
	effects, err := change(a)
	if err != nil {
		return err
	}
	if a.Extension != before.Extension {
		return &pbx.Error{Code: pbx.CodeMismatch, Field: "extension"}
	}
	if err := a.Validate(); err != nil {
		return err
	}
	if !a.Equal(before) {
		a.UpdatedAt = fromMicros(s.now())
		if err := s.putAccount(ctx, tx, a, subject); err != nil {
			return err
		}
	}
	return s.enqueueEffects(ctx, tx, effects)
}

// onLine runs a transaction in which nobody else changes the line, and in which
// its subject is not erased: an erasure comes before, and there is no key, or
// after, and finds the account. The subject is empty for an identity that is
// not enrolled, or no longer.
func (s *Store) onLine(ctx context.Context, identity, extension string, f func(ctx context.Context, tx bun.Tx, subject string) error) error {
	ids, err := s.Find(ctx, kyc.ByIdentity, identity)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		subject := ""
		if len(ids) > 0 {
			subject = ids[0]
			if err := s.serialize(ctx, tx, "subject:"+subject); err != nil {
				return err
			}
		}
		if err := s.serialize(ctx, tx, lineLock(extension)); err != nil {
			return err
		}
		return f(ctx, tx, subject)
	})
}

// lineLock is taken after the subject's lock and after that of all numbers, and
// before any row of the line.
func lineLock(extension string) string { return "line:" + extension }

// Account returns the account of a number, ErrNotFound without one.
func (s *Store) Account(ctx context.Context, extension string) (pbx.Account, error) {
	return s.account(ctx, s.read, extension)
}

func (s *Store) account(ctx context.Context, db bun.IDB, extension string) (pbx.Account, error) {
	rows, err := accountRows(ctx, db, "WHERE a.extension = ?", extension)
	if err != nil {
		return pbx.Account{}, err
	}
	if len(rows) == 0 {
		return pbx.Account{}, fmt.Errorf("%w: line %s", kyc.ErrNotFound, extension)
	}
	return s.openAccount(rows[0])
}

// AccountsOf returns the accounts of an identity, the first number first. One that
// does not open comes as a shell, beside the error.
func (s *Store) AccountsOf(ctx context.Context, identityID string) ([]pbx.Account, error) {
	return s.accountsWhere(ctx, "WHERE a.identity_id = ?"+byNumber, identityID)
}
