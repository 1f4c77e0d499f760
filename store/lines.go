package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// AllocateExtension gives an identity a number of its own, for good. Numbers
// go up through the plan and round again, so that one that becomes free rests
// as long as the plan allows.
func (s *Store) AllocateExtension(ctx context.Context, identityID string, plan pbx.Plan) (ext string, err error) {
	if identityID == "" {
		return "", errors.New("store: an extension for nobody")
	}
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.serialize(ctx, tx, "extensions"); err != nil {
			return err
		}
		err := tx.NewRaw("SELECT extension FROM extensions WHERE identity_id = ?", identityID).Scan(ctx, &ext)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		ext, err = s.nextExtension(ctx, tx, identityID, plan)
		return err
	})
	return ext, wrap("allocate an extension", err)
}

func (s *Store) nextExtension(ctx context.Context, tx bun.Tx, identityID string, plan pbx.Plan) (string, error) {
	var last struct {
		Extension string `bun:"extension"`
		Serial    int64  `bun:"serial"`
	}
	err := tx.NewRaw("SELECT extension, serial FROM extensions ORDER BY serial DESC LIMIT 1").Scan(ctx, &last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", err
	}
	var failed error
	ext, err := plan.Next(last.Extension, func(candidate string) bool {
		n, err := tx.NewSelect().Table("extensions").Where("extension = ?", candidate).Count(ctx)
		failed = errors.Join(failed, err)
		return n > 0 && err == nil
	})
	if err := errors.Join(err, failed); err != nil {
		return "", err
	}
	_, err = tx.NewRaw("INSERT INTO extensions (extension, identity_id, serial, allocated_at) VALUES (?, ?, ?, ?)",
		ext, identityID, last.Serial+1, s.now()).Exec(ctx)
	return ext, err
}

// accountRow is a SIP account; name and digests are in the seal, which is the
// operator's, because PBXs poll for all accounts at once.
type accountRow struct {
	AOR       string `bun:"aor"`
	UpdatedAt int64  `bun:"updated_at"`
	Sealed    []byte `bun:"sealed"`
}

func accountPlace(aor string, updatedAt int64) []byte {
	return place("sip_account", aor, fmt.Sprint(updatedAt))
}

// SaveAccount inserts or replaces the account of an AOR and notes when.
func (s *Store) SaveAccount(ctx context.Context, a pbx.Account) error {
	if err := a.Validate(); err != nil {
		return err
	}
	a.UpdatedAt = fromMicros(s.now())
	sealed, err := sealJSON(s.keys.aead, a, accountPlace(string(a.AOR), micros(a.UpdatedAt)))
	if err != nil {
		return err
	}
	_, err = s.db.NewRaw(`INSERT INTO sip_accounts (aor, extension, identity_id, enabled, updated_at, sealed) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (aor) DO UPDATE SET extension = excluded.extension, identity_id = excluded.identity_id,
			enabled = excluded.enabled, updated_at = excluded.updated_at, sealed = excluded.sealed`,
		string(a.AOR), a.Extension, a.IdentityID, a.Enabled, micros(a.UpdatedAt), sealed).Exec(ctx)
	return wrap("save a SIP account", err)
}

// Accounts returns the accounts changed at or after since, ordered by
// extension. Disabled ones are among them: a PBX has to learn of those too.
func (s *Store) Accounts(ctx context.Context, since time.Time) ([]pbx.Account, error) {
	var rows []accountRow
	err := s.read.NewRaw("SELECT aor, updated_at, sealed FROM sip_accounts WHERE updated_at >= ? ORDER BY length(extension), extension, aor",
		micros(since)).Scan(ctx, &rows)
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

// AccountOf returns the account of an identity, ErrNotFound without one.
func (s *Store) AccountOf(ctx context.Context, identityID string) (pbx.Account, error) {
	var row accountRow
	err := s.read.NewRaw("SELECT aor, updated_at, sealed FROM sip_accounts WHERE identity_id = ? ORDER BY updated_at DESC, aor LIMIT 1",
		identityID).Scan(ctx, &row)
	if errors.Is(err, sql.ErrNoRows) {
		return pbx.Account{}, fmt.Errorf("%w: identity %s has no SIP account", kyc.ErrNotFound, identityID)
	}
	if err != nil {
		return pbx.Account{}, wrap("read a SIP account", err)
	}
	return s.openAccount(row)
}

func (s *Store) openAccount(row accountRow) (pbx.Account, error) {
	var a pbx.Account
	_, err := openJSON(s.keys.aead, row.Sealed, &a, accountPlace(row.AOR, row.UpdatedAt))
	return a, err
}
