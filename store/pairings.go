package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"
	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
)

// pairingKept is how long a pairing outlives its expiry, for a device that
// still asks.
const pairingKept = 24 * time.Hour

// pairingRow is a pairing as stored, found by keyed hashes: a user code has too
// few letters for any other.
type pairingRow struct {
	Hash    []byte `bun:"device_hash"`
	Sealed  []byte `bun:"sealed"`
	Subject string `bun:"subject_id"`
	Wrapped []byte `bun:"wrapped"`
}

const selectPairing = `SELECT p.device_hash, p.sealed, p.subject_id, k.wrapped
	FROM pairings p LEFT JOIN subject_keys k ON k.subject_id = p.subject_id `

func pairingPlace(hash []byte) []byte { return place("pairing", hex.EncodeToString(hash)) }

func (s *Store) deviceHash(device string) []byte { return s.keys.hash("pairing_device", device) }

func (s *Store) codeHash(userCode string) []byte { return s.keys.hash("pairing_code", userCode) }

// CreatePairing keeps a new pairing. It returns [kyc.ErrConflict] for a code
// that another one has which has not expired.
func (s *Store) CreatePairing(ctx context.Context, p kyc.PairingRecord) error {
	code := s.codeHash(p.UserCode)
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.serialize(ctx, tx, "pairing_code:"+hex.EncodeToString(code)); err != nil {
			return err
		}
		var others int
		err := tx.NewRaw("SELECT COUNT(*) FROM pairings WHERE device_hash = ? OR (code_hash = ? AND expires_at > ?)",
			s.deviceHash(p.DeviceHash), code, s.now()).Scan(ctx, &others)
		if err != nil {
			return err
		}
		if others > 0 {
			return kyc.ErrConflict
		}
		return s.putPairing(ctx, tx, p)
	})
	return wrap("create a pairing", err)
}

// PairingByUserCode returns the pairing that shows a user code, the newest of
// several; [kyc.ErrNotFound] without one.
func (s *Store) PairingByUserCode(ctx context.Context, userCode string) (kyc.PairingRecord, error) {
	return s.pairing(ctx, s.read, "WHERE p.code_hash = ? ORDER BY p.expires_at DESC LIMIT 1", s.codeHash(userCode))
}

// UpdatePairing changes a pairing, found by the hash of its device code, in one
// transaction. An error of change saves nothing.
func (s *Store) UpdatePairing(ctx context.Context, deviceHash string, change func(*kyc.PairingRecord) error) (p kyc.PairingRecord, err error) {
	hash := s.deviceHash(deviceHash)
	err = s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.serialize(ctx, tx, "pairing:"+hex.EncodeToString(hash)); err != nil {
			return err
		}
		if p, err = s.pairing(ctx, tx, "WHERE p.device_hash = ?", hash); err != nil {
			return err
		}
		if err := change(&p); err != nil {
			return err
		}
		if p.DeviceHash != deviceHash {
			return errors.New("store: a pairing keeps its device code")
		}
		return s.putPairing(ctx, tx, p)
	})
	if err != nil {
		return kyc.PairingRecord{}, wrap("change a pairing", err)
	}
	return p, nil
}

// putPairing seals a pairing under the key of the subject who decided.
func (s *Store) putPairing(ctx context.Context, tx bun.Tx, p kyc.PairingRecord) error {
	key := s.keys.aead
	if p.EnrollmentID != "" {
		// An erasure comes before, and there is no key, or after, and finds it.
		err := s.serialize(ctx, tx, "subject:"+p.EnrollmentID)
		if err == nil {
			key, err = s.subjectKey(ctx, tx, p.EnrollmentID)
		}
		if err != nil {
			return err
		}
	}
	hash := s.deviceHash(p.DeviceHash)
	sealed, err := sealJSON(key, p, pairingPlace(hash))
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO pairings (device_hash, code_hash, expires_at, subject_id, sealed) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (device_hash) DO UPDATE SET expires_at = excluded.expires_at, subject_id = excluded.subject_id, sealed = excluded.sealed`,
		hash, s.codeHash(p.UserCode), micros(p.Expires), p.EnrollmentID, sealed).Exec(ctx)
	return err
}

func (s *Store) pairing(ctx context.Context, db bun.IDB, where string, args ...any) (p kyc.PairingRecord, err error) {
	var rows []pairingRow
	if err := db.NewRaw(selectPairing+where, args...).Scan(ctx, &rows); err != nil {
		return p, wrap("read a pairing", err)
	}
	if len(rows) == 0 {
		return p, fmt.Errorf("%w: pairing", kyc.ErrNotFound)
	}
	key, err := s.pairingKey(rows[0])
	if err != nil {
		return p, err
	}
	_, err = openJSON(key, rows[0].Sealed, &p, pairingPlace(rows[0].Hash))
	return p, err
}

func (s *Store) pairingKey(row pairingRow) (tink.AEAD, error) {
	if row.Subject == "" {
		return s.keys.aead, nil
	}
	return s.keys.openSubjectKey(row.Subject, row.Wrapped)
}
