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
	account, err := r.openLine(ctx, e)
	if err != nil {
		return err
	}
	if err := r.followLine(ctx, e.ID, e.Data.Identity.ID, 0); err != nil {
		return r.delayed(ctx, effect, err)
	}
	if err := r.audit(ctx, "system", "line_added", LineSubject(account), ""); err != nil {
		return err
	}
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Line.Extension, e.Data.Line.Provisioned, e.Data.DelayedAt = account.Extension, now, time.Time{}
		e.Data.LinkSerial++
		e.Data.LinkHash = otp.TokenHash(linkToken(r.Keyring, e))
		e.Data.LinkExpires = now.Add(resumeLifetime)
		return e.Apply(Issue, now, append(tending(e.ID, account), tell(e, IssuedMessage))...)
	})
}

// openLine gives an identity its number and a silent account, once.
func (r *Runner) openLine(ctx context.Context, e *Enrollment) (pbx.Account, error) {
	extension, err := r.Accounts.AllocateExtension(ctx, pbx.Claim{IdentityID: e.Data.Identity.ID}, r.Settings.Numbering)
	if err != nil {
		return pbx.Account{}, err
	}
	line := Line{Extension: extension, Device: e.Data.Line.Device}
	credential := pbx.NewCredential(line.Username(), r.Settings.Realm, pbx.Password(e.Data.Line.Password))
	account, now := r.newAccount(e, extension, ""), r.Clock().UTC()
	account.Devices = []pbx.Device{{
		ID: cmp.Or(line.Device, "first"), Kind: pbx.App, AddedAt: now, Credentials: []pbx.Credential{r.dated(credential, pbx.App, now)},
	}}
	return r.Opener.OpenAccount(ctx, account)
}

// syncLine makes the line what the ledger says now, and then has its subscriber
// told.
func (r *Runner) syncLine(ctx context.Context, effect Effect) error {
	identity, version := effect.target()
	if err := r.followLine(ctx, effect.EnrollmentID, identity, version); err != nil {
		return err
	}
	return r.tellStanding(ctx, effect.EnrollmentID, identity)
}

// setLine tells the PBX a change that was saved. What takes something away does
// not wait for the ledger; a line that could be on, and is not, is what the
// ledger says.
func (r *Runner) setLine(ctx context.Context, effect Effect) error {
	extension, _ := effect.target()
	account, err := r.putAccount(ctx, extension)
	if err != nil {
		return err
	}
	if effect.Kind == SignOut {
		if err := r.dropDevices(ctx, account); err != nil {
			return err
		}
	}
	if account.Enabled || !usable(account, r.Clock()) {
		return nil
	}
	holder, err := r.holderOf(ctx, account, effect)
	if err != nil {
		return err
	}
	return r.followLine(ctx, holder, account.IdentityID, 0)
}

// holderOf returns the enrollment of who has a line now. An effect that comes late
// may be of who had the number before, and what became of them says nothing.
func (r *Runner) holderOf(ctx context.Context, a pbx.Account, effect Effect) (enrollmentID string, err error) {
	ids, err := r.Enrollments.Find(ctx, ByIdentity, a.IdentityID)
	if err != nil || len(ids) == 0 {
		return effect.EnrollmentID, err
	}
	return ids[0], nil
}

// dropDevices makes the PBX forget who is registered by a password that is the
// line's no more. Which of its calls they have nobody knows.
func (r *Runner) dropDevices(ctx context.Context, a pbx.Account) error {
	if r.Registrar == nil {
		return nil
	}
	err := pbx.DropEnded(ctx, r.Registrar, a, r.Clock())
	if r.Settings.HangUp {
		err = errors.Join(err, r.Registrar.HangUp(ctx, a.AOR))
	}
	return err
}

var errEarly = errors.New("kyc: the credential has not ended yet")

// tendLine takes credentials off that have ended, for PBXs that know no time. The
// PBX is told while the account still says what has ended, so that it drops whom
// that had let in; only then is it forgotten.
func (r *Runner) tendLine(ctx context.Context, effect Effect) error {
	extension, _ := effect.target()
	now := r.Clock().UTC()
	if now.Before(effect.Due()) {
		return errEarly
	}
	_, err := r.putAccount(ctx, extension)
	if errors.Is(err, ErrNotFound) {
		return nil // forgotten
	}
	if err != nil {
		return err
	}
	_, err = r.Accounts.UpdateAccount(ctx, extension, func(a *pbx.Account) ([]Effect, error) {
		a.Prune(now)
		dropBrowsers(a)
		a.Enabled = a.Enabled && usable(*a, now)
		return tending(effect.EnrollmentID, *a), nil
	})
	if err != nil {
		return err
	}
	_, err = r.putAccount(ctx, extension)
	return err
}

// rounds bounds how often a line is set anew because it changed meanwhile.
const rounds = 5

var errRestless = errors.New("kyc: the line's status keeps changing")

// followLine makes the lines of an identity what they should be, and looks
// again afterwards: of two runs that meet, each leaves what was true after its
// own last write, so the later one leaves the truth. It needs no enrollment:
// where that is gone, so is the line.
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
	case record.Status == ledger.StatusRevoked:
		return lineReleased, nil
	case record.Status == ledger.StatusErased:
		return lineGone, nil
	default:
		return lineOff, nil
	}
}

// putLine makes an identity's accounts what they should be, in the store, for
// PBXs that ask, and on the PBX that is told. An identity without a line has
// nothing to set.
func (r *Runner) putLine(ctx context.Context, identityID string, want lineState) error {
	accounts, err := r.Accounts.AccountsOf(ctx, identityID)
	if len(accounts) == 0 {
		return err
	}
	now := r.Clock().UTC()
	var errs []error // one line that does not open, or that the PBX does not take, keeps no other on
	for _, was := range accounts {
		err := r.putOne(ctx, was, want, now)
		if err != nil && want != lineOn {
			err = r.silence(ctx, was, want, err)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (r *Runner) putOne(ctx context.Context, was pbx.Account, want lineState, now time.Time) error {
	account := was.Clone()
	want.apply(&account, now)
	if !account.Equal(was) {
		_, err := r.Accounts.UpdateAccount(ctx, was.Extension, func(a *pbx.Account) ([]Effect, error) {
			if a.IdentityID == was.IdentityID { // else the number has changed hands
				want.apply(a, now)
			}
			return nil, nil
		})
		if err != nil {
			return err
		}
	}
	_, err := r.putAccount(ctx, was.Extension)
	return err
}

// silence takes a line off the PBX of which the store can tell no more than that
// it is there. That is all that an erasure needs of it: the store deletes the rest.
func (r *Runner) silence(ctx context.Context, was pbx.Account, want lineState, cause error) error {
	if _, err := r.Accounts.Account(ctx, was.Extension); err == nil || errors.Is(err, ErrNotFound) {
		return cause
	}
	err := r.Provisioner.Provision(ctx, was.Shell())
	if want == lineGone {
		return err
	}
	return errors.Join(cause, err)
}

// putAccount tells the PBX what the store has of a line, and looks again: the
// PBX may have been told by two runs at once, in either order.
func (r *Runner) putAccount(ctx context.Context, extension string) (pbx.Account, error) {
	account, err := r.Accounts.Account(ctx, extension)
	for range rounds {
		if err != nil {
			return account, err
		}
		err = r.Provisioner.Provision(ctx, account)
		if err != nil && !errors.Is(err, ErrConflict) { // which says that it is another by now
			return account, err
		}
		was := account
		var read error
		account, read = r.Accounts.Account(ctx, extension)
		if err == nil && read == nil && account.Equal(was) {
			return account, nil
		}
		err = read
	}
	return account, errors.Join(err, errRestless)
}
