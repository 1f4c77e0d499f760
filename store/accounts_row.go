package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/tink-crypto/tink-go/v2/tink"
	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// accountRow is a SIP account as stored. Name, devices and digests are in the
// seal, which is their subject's, so that no copy of the database outlives an
// erasure; the columns are for finding it.
type accountRow struct {
	Extension    string `bun:"extension"`
	AOR          string `bun:"aor"`
	IdentityID   string `bun:"identity_id"`
	Organisation string `bun:"organisation"`
	Status       string `bun:"status"`
	UpdatedAt    int64  `bun:"updated_at"`
	Revision     int64  `bun:"revision"`
	Sealed       []byte `bun:"sealed"`
	Subject      string `bun:"subject_id"`
	Wrapped      []byte `bun:"wrapped"` // the subject's key

	departed bool // a row of departed_lines
}

const selectAccount = `SELECT a.extension, a.aor, a.identity_id, a.organisation, a.status, a.updated_at, a.revision, a.sealed, a.subject_id, k.wrapped
	FROM sip_accounts a LEFT JOIN subject_keys k ON k.subject_id = a.subject_id `

const byNumber = " ORDER BY length(a.extension), a.extension"

// accountPlace binds the sealed account to its number and revision: an older
// version of it, or another line's, does not open.
func accountPlace(extension string, revision int64) []byte {
	return place("line", extension, strconv.FormatInt(revision, 10))
}

func accountRows(ctx context.Context, db bun.IDB, where string, args ...any) ([]accountRow, error) {
	var rows []accountRow
	err := db.NewRaw(selectAccount+where, args...).Scan(ctx, &rows)
	return rows, wrap("read SIP accounts", err)
}

// accountsWhere returns accounts. Where some do not open, it returns them as
// shells, by which they can be silenced, with the errors.
func (s *Store) accountsWhere(ctx context.Context, where string, args ...any) ([]pbx.Account, error) {
	rows, err := accountRows(ctx, s.read, where, args...)
	if err != nil {
		return nil, err
	}
	accounts := make([]pbx.Account, 0, len(rows))
	var errs []error
	for _, row := range rows {
		a, err := s.openAccount(row)
		if err != nil {
			a, errs = row.shell(), append(errs, err)
		}
		accounts = append(accounts, a)
	}
	return accounts, errors.Join(errs...)
}

func (s *Store) openAccount(row accountRow) (a pbx.Account, err error) {
	key := s.keys.aead
	if row.Subject != "" {
		if key, err = s.keys.openSubjectKey(row.Subject, row.Wrapped); err != nil {
			return pbx.Account{}, err
		}
	}
	if row.Revision == 0 {
		return openOldAccount(key, row)
	}
	if _, err = openJSON(key, row.Sealed, &a, accountPlace(row.Extension, row.Revision)); err != nil {
		return pbx.Account{}, err
	}
	if !row.describes(a) {
		return pbx.Account{}, fmt.Errorf("%w: line %s is not what its columns say", ErrCorrupt, row.Extension)
	}
	return a, nil
}

// describes reports whether the columns are those that the account was saved
// with: who can write to the table must not move a line into another filter.
func (r accountRow) describes(a pbx.Account) bool {
	return r.Extension == a.Extension && r.AOR == string(a.AOR) && r.IdentityID == a.IdentityID && r.Revision == a.Revision &&
		r.Organisation == a.Organisation && r.Status == string(a.Status()) && r.UpdatedAt == micros(a.UpdatedAt)
}

// shell is what the columns say of an account that does not open.
func (r accountRow) shell() pbx.Account {
	aor := pbx.AOR(r.AOR)
	return pbx.Account{
		Extension: r.Extension, AOR: aor, Realm: aor.Domain(), IdentityID: r.IdentityID, Organisation: r.Organisation,
		UpdatedAt: fromMicros(r.UpdatedAt), Revision: r.Revision,
	}
}

// putAccount writes an account with its next revision. It belongs to a
// transaction of onLine or of an erasure.
func (s *Store) putAccount(ctx context.Context, tx bun.Tx, a *pbx.Account, subject string) error {
	if len(a.Devices) == 0 {
		a.Devices = nil // as it will be read
	}
	key, subject, err := s.accountKey(ctx, tx, *a, subject)
	if err != nil {
		return err
	}
	if err := holdNumber(ctx, tx, *a, s.now()); err != nil {
		return err
	}
	if a.Revision, err = nextRevision(ctx, tx); err != nil {
		return err
	}
	if err := depart(ctx, tx, a.Extension, a.Organisation, a.Revision, s.now()); err != nil {
		return err
	}
	sealed, err := sealJSON(key, *a, accountPlace(a.Extension, a.Revision))
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO sip_accounts
			(extension, aor, identity_id, organisation, status, updated_at, revision, sealed, subject_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (extension) DO UPDATE SET aor = excluded.aor, identity_id = excluded.identity_id, organisation = excluded.organisation,
			status = excluded.status, updated_at = excluded.updated_at, revision = excluded.revision, sealed = excluded.sealed,
			subject_id = excluded.subject_id`,
		a.Extension, string(a.AOR), a.IdentityID, a.Organisation, string(a.Status()), micros(a.UpdatedAt), a.Revision,
		sealed, subject).Exec(ctx)
	if err != nil {
		return err
	}
	return s.saveWords(ctx, tx, *a)
}

// nextRevision counts a change. From here to the commit no other change gets a
// revision: whoever has read one has seen all before it.
func nextRevision(ctx context.Context, tx bun.Tx) (revision int64, err error) {
	err = tx.NewRaw("UPDATE counters SET value = value + 1 WHERE name = 'accounts' RETURNING value").Scan(ctx, &revision)
	return revision, err
}

// accountKey returns under whose key an account belongs: its subject's, and
// nobody's where it says nothing of anybody, for such a shell must be readable
// when the subject's key is gone.
func (s *Store) accountKey(ctx context.Context, tx bun.Tx, a pbx.Account, subject string) (tink.AEAD, string, error) {
	if a.IsShell() {
		return s.keys.aead, "", nil
	}
	if subject == "" {
		return nil, "", fmt.Errorf("%w: identity %s", kyc.ErrNotFound, a.IdentityID)
	}
	key, err := s.subjectKey(ctx, tx, subject)
	return key, subject, err
}
