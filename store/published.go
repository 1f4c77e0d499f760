package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// ErrNotPublic reports that this database has nothing to show to a PBX: only
// PostgreSQL has roles that see views and nothing else.
var ErrNotPublic = errors.New("store: a PBX can read its lines from PostgreSQL only")

// ErrNotAsWritten reports rows that are not what was published.
var ErrNotAsWritten = errors.New("store: what was published does not read back")

// Publish shows an account to the PBXs that read from this database, in one
// transaction, and has read it back when it returns: its name, and the digests
// of the credentials that are valid. Of one that is disabled, suspended or
// released, or that has no such credential, nothing is shown. Publishing again changes
// nothing.
//
// An account that is not what the store has of that number is refused with
// [kyc.ErrConflict]: who decided on an older state, and comes late, must not
// bring back a line that was revoked since, nor one that was erased.
func (s *Store) Publish(ctx context.Context, a pbx.Account) error {
	if s.conn.dialect != postgres {
		return ErrNotPublic
	}
	if err := a.Validate(); err != nil {
		return err
	}
	want := s.show(a)
	err := s.inTx(ctx, func(ctx context.Context, tx bun.Tx) error {
		if err := s.serialize(ctx, tx, lineLock(a.Extension)); err != nil {
			return err
		}
		if err := s.checkCurrent(ctx, tx, a, want); err != nil {
			return err
		}
		if err := s.unpublish(ctx, tx, a.Extension); err != nil {
			return err
		}
		return want.insert(ctx, tx)
	})
	if err != nil {
		return wrap("publish", err)
	}
	got, err := s.shown(ctx, "WHERE l.extension = ?", a.Extension)
	if err != nil {
		return err
	}
	if !slices.EqualFunc(got, want, shownLine.equal) {
		return fmt.Errorf("%w: line %s", ErrNotAsWritten, a.Extension)
	}
	return nil
}

// checkCurrent compares with what is stored. A number that was given out and has
// no account is nobody's to show; hiding a line that does not open is never wrong.
func (s *Store) checkCurrent(ctx context.Context, tx bun.Tx, a pbx.Account, want shownLines) error {
	var holder string
	err := tx.NewRaw("SELECT COALESCE(MAX(identity_id), '') FROM extensions WHERE extension = ?", a.Extension).Scan(ctx, &holder)
	if err != nil {
		return err
	}
	stale := fmt.Errorf("%w: line %s", kyc.ErrConflict, a.Extension)
	if len(want) > 0 && holder != "" && holder != a.IdentityID {
		return stale
	}
	stored, err := s.account(ctx, tx, a.Extension)
	switch {
	case errors.Is(err, kyc.ErrNotFound) && len(want) > 0 && holder != "":
		return stale
	case errors.Is(err, kyc.ErrNotFound), errors.Is(err, ErrCorrupt) && len(want) == 0:
		return nil
	case err != nil:
		return err
	case !slices.EqualFunc(s.show(stored), want, shownLine.equal):
		return stale
	}
	return nil
}

// unpublish hides a line from PBXs.
func (s *Store) unpublish(ctx context.Context, tx bun.Tx, extension string) error {
	if s.conn.dialect != postgres {
		return nil
	}
	_, err := tx.NewRaw("DELETE FROM pbx.lines WHERE extension = ?", extension).Exec(ctx)
	return err
}

// Devices of a published account: a PBX is told of credentials and not of
// whose they are, only which are of browsers.
const (
	publishedDevice  = "parsed"
	publishedBrowser = "browser"
)

// Published returns what PBXs are shown, ordered by extension.
func (s *Store) Published(ctx context.Context) ([]pbx.Account, error) {
	if s.conn.dialect != postgres {
		return nil, ErrNotPublic
	}
	lines, err := s.shown(ctx, "")
	if err != nil {
		return nil, err
	}
	accounts := make([]pbx.Account, len(lines))
	for i, line := range lines {
		accounts[i] = line.account()
	}
	return accounts, nil
}

func (l shownLine) account() pbx.Account {
	a := pbx.Account{
		Extension: l.Extension, Realm: l.Realm, DisplayName: l.DisplayName, AOR: pbx.NewAOR(l.Extension, l.Domain),
		IdentityID: l.IdentityID, Organisation: l.Organisation, Enabled: true,
	}
	phones, browsers := pbx.Device{ID: publishedDevice, Kind: pbx.App}, pbx.Device{ID: publishedBrowser, Kind: pbx.Browser}
	for _, c := range l.Credentials {
		d := &phones
		if c.Browser {
			d = &browsers
		}
		d.Credentials = append(d.Credentials, c.credential())
	}
	for _, d := range []pbx.Device{phones, browsers} {
		if len(d.Credentials) > 0 {
			a.Devices = append(a.Devices, d)
		}
	}
	return a
}

// show returns what a PBX is to see of an account: no line, or one. Phones come
// before browsers, as where the PBX reads files.
func (s *Store) show(a pbx.Account) shownLines {
	if a.Status() != pbx.StatusOn {
		return nil
	}
	now := s.clock()
	line := shownLine{
		Extension: a.Extension, Domain: a.AOR.Domain(), Realm: a.Realm, DisplayName: a.DisplayName,
		IdentityID: a.IdentityID, Organisation: a.Organisation,
	}
	for _, d := range a.Devices {
		for _, c := range d.Credentials {
			if c.ValidAt(now) {
				line.Credentials = append(line.Credentials, showCredential(c, d.Kind == pbx.Browser))
			}
		}
	}
	if len(line.Credentials) == 0 {
		return nil
	}
	slices.SortStableFunc(line.Credentials, func(a, b shownCredential) int { return cmp.Compare(rank(a.Browser), rank(b.Browser)) })
	return shownLines{line}
}

func rank(later bool) int {
	if later {
		return 1
	}
	return 0
}
