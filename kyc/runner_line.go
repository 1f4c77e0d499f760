package kyc

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/otp"
	"github.com/vouchline/vouchline/pbx"
)

// A lineState is what the line of an identity should be.
type lineState int

const (
	lineOff  lineState = iota // the account stays and registers nobody
	lineOn                    // calls
	lineGone                  // the number stays taken, nothing else is kept
)

// provision puts the line on the PBX. Only after the PBX has given back what
// was written is the subscriber told.
func (r *Runner) provision(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if err != nil {
		return err
	}
	if e == nil { // an earlier run may have come between an erasure and the line
		return r.followLine(ctx, effect.EnrollmentID, effect.Ref, 0)
	}
	extension, err := r.openLine(ctx, e)
	if err != nil {
		return err
	}
	if err := r.followLine(ctx, e.ID, e.Data.Identity.ID, 0); err != nil {
		return r.delayed(ctx, effect, err)
	}
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Line.Extension, e.Data.Line.Provisioned, e.Data.DelayedAt = extension, now, time.Time{}
		e.Data.LinkSerial++
		e.Data.LinkHash = otp.TokenHash(linkToken(r.Keyring, e))
		e.Data.LinkExpires = now.Add(resumeLifetime)
		return e.Apply(Issue, now, tell(e, IssuedMessage))
	})
}

// openLine gives an identity its number and a silent account, once.
func (r *Runner) openLine(ctx context.Context, e *Enrollment) (extension string, err error) {
	identity := e.Data.Identity.ID
	if extension, err = r.Accounts.AllocateExtension(ctx, pbx.Claim{IdentityID: identity}, r.Settings.Numbering); err != nil {
		return "", err
	}
	if _, err = r.Accounts.Account(ctx, extension); !errors.Is(err, ErrNotFound) {
		return extension, err
	}
	now, line := r.Clock().UTC(), Line{Extension: extension, Device: e.Data.Line.Device}
	credential := pbx.NewCredential(line.Username(), r.Settings.Realm, pbx.Password(e.Data.Line.Password))
	credential.CreatedAt = now
	return extension, r.Accounts.SaveAccount(ctx, pbx.Account{
		Extension: extension, Realm: r.Settings.Realm, AOR: pbx.NewAOR(extension, r.Settings.SIPDomain),
		DisplayName: pbx.CleanDisplayName(e.Data.Profile.GivenNames + " " + e.Data.Profile.FamilyNames), IdentityID: identity,
		Devices: []pbx.Device{{ID: cmp.Or(e.Data.Line.Device, "first"), Kind: pbx.App, AddedAt: now, Credentials: []pbx.Credential{credential}}},
	})
}

// syncLine makes the line what the ledger says now.
func (r *Runner) syncLine(ctx context.Context, effect Effect) error {
	identity, version := effect.target()
	return r.followLine(ctx, effect.EnrollmentID, identity, version)
}

// rounds bounds how often a line is set anew because it changed meanwhile.
const rounds = 5

var errRestless = errors.New("kyc: the line's status keeps changing")

// followLine makes the line what it should be, and looks again afterwards: of
// two runs that meet, each leaves what was true after its own last write, so
// the later one leaves the truth. It needs no enrollment: where that is gone,
// so is the line.
func (r *Runner) followLine(ctx context.Context, enrollmentID, identityID string, version int) error {
	for range rounds {
		want, err := r.lineShould(ctx, enrollmentID, identityID, version)
		if err != nil {
			return err
		}
		if err := r.putLine(ctx, identityID, want); err != nil {
			return err
		}
		now, err := r.lineShould(ctx, enrollmentID, identityID, version)
		if err != nil || now == want {
			return err
		}
	}
	return errRestless
}

// lineShould says what the line should be: the ledger's word, unless somebody
// asked for less and the ledger does not know yet. It does not ask the ledger
// then: who is to be silenced must not wait for it.
func (r *Runner) lineShould(ctx context.Context, enrollmentID, identityID string, version int) (lineState, error) {
	e, err := r.Enrollments.Get(ctx, enrollmentID)
	switch {
	case errors.Is(err, ErrNotFound):
		return lineGone, nil
	case err != nil: // damaged, perhaps: it gives nobody a line, and keeps nobody's
		if by, failed := r.lineByLedger(ctx, identityID, version); failed == nil && by != lineOn {
			return by, nil
		}
		return lineOff, err
	case e.State() == Erasing:
		return lineGone, nil
	case e.Data.Standing.denies():
		return lineOff, nil
	default:
		return r.lineByLedger(ctx, identityID, version)
	}
}

func (r *Runner) lineByLedger(ctx context.Context, identityID string, version int) (lineState, error) {
	record, _, err := r.Ledger.Identity(ctx, identityID)
	switch {
	case err != nil:
		return lineOff, err
	case record.Version < version: // a peer that lags behind the event
		return lineOff, ledger.ErrUnavailable
	case record.Status == ledger.StatusActive:
		return lineOn, nil
	case record.Status == ledger.StatusErased:
		return lineGone, nil
	default:
		return lineOff, nil
	}
}

// putLine writes the identity's accounts to the store, for PBXs that ask, and
// to the PBX that is told. An identity without a line has nothing to set.
func (r *Runner) putLine(ctx context.Context, identityID string, want lineState) error {
	accounts, err := r.Accounts.AccountsOf(ctx, identityID)
	if err != nil {
		return err
	}
	for _, was := range accounts {
		account := was
		switch want {
		case lineOn:
			account.Enabled = !was.Suspended && was.ReleasedAt.IsZero() && len(was.Credentials(r.Clock())) > 0
		case lineOff:
			account.Enabled = false
		case lineGone:
			account = was.Shell()
		}
		if !account.Equal(was) {
			if err := r.Accounts.SaveAccount(ctx, account); err != nil {
				return err
			}
		}
		if err := r.Provisioner.Provision(ctx, account); err != nil {
			return err
		}
	}
	return nil
}
