package store

import (
	"context"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// accountRow is a SIP account. Name and digests are in the seal, which is
// their subject's, so that no copy of the database outlives an erasure.
type accountRow struct {
	AOR        string `bun:"aor"`
	IdentityID string `bun:"identity_id"`
	UpdatedAt  int64  `bun:"updated_at"`
	Sealed     []byte `bun:"sealed"`
	Subject    string `bun:"subject_id"`
	Wrapped    []byte `bun:"wrapped"` // the subject's key
}

const selectAccount = `SELECT a.aor, a.identity_id, a.updated_at, a.sealed, a.subject_id, k.wrapped
	FROM sip_accounts a LEFT JOIN subject_keys k ON k.subject_id = a.subject_id `

func accountPlace(aor string, updatedAt int64) []byte {
	return place("sip_account", aor, fmt.Sprint(updatedAt))
}

// SaveAccount inserts or replaces the account of an AOR and notes when. One
// with a name or digests needs somebody whose they are: ErrNotFound for an
// identity that is not enrolled, or no longer.
func (s *Store) SaveAccount(ctx context.Context, a pbx.Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	subject, err := s.subjectOf(ctx, a)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		key := s.keys.aead
		if subject != "" {
			// An erasure comes before, and there is no key, or after, and
			// finds the account.
			if err := s.serialize(ctx, tx, "subject:"+subject); err != nil {
				return err
			}
			if key, err = s.subjectKey(ctx, tx, subject); err != nil {
				return err
			}
		}
		return s.putAccount(ctx, tx, a, subject, key)
	})
	return wrap("save a SIP account", err)
}

func (s *Store) putAccount(ctx context.Context, tx bun.Tx, a pbx.Account, subject string, key tink.AEAD) error {
	a.UpdatedAt = fromMicros(s.now())
	sealed, err := sealJSON(key, a, accountPlace(string(a.AOR), micros(a.UpdatedAt)))
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO sip_accounts (aor, extension, identity_id, enabled, updated_at, sealed, subject_id) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (aor) DO UPDATE SET extension = excluded.extension, identity_id = excluded.identity_id, enabled = excluded.enabled,
			updated_at = excluded.updated_at, sealed = excluded.sealed, subject_id = excluded.subject_id`,
		string(a.AOR), a.Extension, a.IdentityID, a.Enabled, micros(a.UpdatedAt), sealed, subject).Exec(ctx)
	return err
}

// subjectOf returns under whose key an account belongs: the one's who has the
// identity, and nobody's where it says nothing of anybody, for such a shell
// must be readable when the subject's key is gone.
func (s *Store) subjectOf(ctx context.Context, a pbx.Account) (string, error) {
	if a.IsShell() {
		return "", nil
	}
	ids, err := s.Find(ctx, kyc.ByIdentity, a.IdentityID)
	if err != nil {
		return "", err
	}
	if len(ids) == 0 {
		return "", fmt.Errorf("%w: identity %s", kyc.ErrNotFound, a.IdentityID)
	}
	return ids[0], nil
}

// emptyAccounts leaves shells of a subject's accounts, while their key is
// there to read them. One that does not open goes altogether.
func (s *Store) emptyAccounts(ctx context.Context, tx bun.Tx, subject, identity string) error {
	var rows []accountRow
	err := tx.NewRaw(selectAccount+"WHERE a.subject_id = ? OR (a.identity_id = ? AND a.identity_id <> '')", subject, identity).Scan(ctx, &rows)
	if err != nil {
		return err
	}
	for _, row := range rows {
		a, err := s.openAccount(row)
		if err == nil && a.IsShell() {
			continue
		}
		if err == nil {
			err = s.putAccount(ctx, tx, a.Shell(), "", s.keys.aead)
		} else {
			s.log.ErrorContext(ctx, "an erased subject's SIP account does not open and is deleted", "identity", row.IdentityID, "cause", err)
			_, err = tx.NewRaw("DELETE FROM sip_accounts WHERE aor = ?", row.AOR).Exec(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Accounts returns the accounts changed at or after since, ordered by
// extension. Disabled ones are among them: a PBX has to learn of those too.
func (s *Store) Accounts(ctx context.Context, since time.Time) ([]pbx.Account, error) {
	return s.accountsWhere(ctx, s.read, "a.updated_at >= ?", micros(since))
}

// Account returns the account of a number, ErrNotFound without one.
func (s *Store) Account(ctx context.Context, extension string) (pbx.Account, error) {
	accounts, err := s.accountsWhere(ctx, s.read, "a.extension = ?", extension)
	if err == nil && len(accounts) == 0 {
		err = fmt.Errorf("%w: line %s", kyc.ErrNotFound, extension)
	}
	if err != nil {
		return pbx.Account{}, err
	}
	return accounts[0], nil
}

// AccountsOf returns the accounts of an identity, the first one first.
func (s *Store) AccountsOf(ctx context.Context, identityID string) ([]pbx.Account, error) {
	return s.accountsWhere(ctx, s.read, "a.identity_id = ?", identityID)
}

func (s *Store) accountsWhere(ctx context.Context, db bun.IDB, where string, args ...any) ([]pbx.Account, error) {
	var rows []accountRow
	err := db.NewRaw(selectAccount+"WHERE "+where+" ORDER BY length(a.extension), a.extension, a.aor", args...).Scan(ctx, &rows)
	if err != nil {
		return nil, wrap("read SIP accounts", err)
	}
	accounts := make([]pbx.Account, 0, len(rows))
	for _, row := range rows {
		a, err := s.openAccount(row)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, a)
	}
	return accounts, nil
}

// UpdateAccount changes an account and enqueues what follows from it, in one
// transaction. An error of change saves nothing.
func (s *Store) UpdateAccount(ctx context.Context, extension string, change func(*pbx.Account) ([]kyc.Effect, error)) (a pbx.Account, err error) {
	if a, err = s.Account(ctx, extension); err != nil {
		return a, err
	}
	subject, err := s.subjectOf(ctx, a)
	if err != nil {
		return a, err
	}
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		key := s.keys.aead
		if subject != "" {
			if err := s.serialize(ctx, tx, "subject:"+subject); err != nil {
				return err
			}
			if key, err = s.subjectKey(ctx, tx, subject); err != nil {
				return err
			}
		}
		accounts, err := s.accountsWhere(ctx, tx, "a.extension = ?", extension)
		if err != nil {
			return err
		}
		if len(accounts) == 0 {
			return fmt.Errorf("%w: line %s", kyc.ErrNotFound, extension)
		}
		a = accounts[0]
		effects, err := change(&a)
		if err != nil {
			return err
		}
		if err := a.Validate(); err != nil {
			return err
		}
		if err := s.putAccount(ctx, tx, a, subject, key); err != nil {
			return err
		}
		return s.enqueueEffects(ctx, tx, effects)
	})
	return a, wrap("change a SIP account", err)
}

func (s *Store) openAccount(row accountRow) (a pbx.Account, err error) {
	key := s.keys.aead
	if row.Subject != "" {
		if key, err = s.keys.openSubjectKey(row.Subject, row.Wrapped); err != nil {
			return pbx.Account{}, err
		}
	}
	_, err = openJSON(key, row.Sealed, &a, accountPlace(row.AOR, row.UpdatedAt))
	return a, err
}
