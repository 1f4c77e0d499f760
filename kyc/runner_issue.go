package kyc

import (
	"context"
	"errors"
	"time"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

// mint writes the identity to the ledger. The request was fixed when the case
// was approved, and the ledger is idempotent by its id: an unknown outcome is
// an error here, and the next run reads or repeats the same request.
func (r *Runner) mint(ctx context.Context, effect Effect) error {
	e, err := r.load(ctx, effect)
	if e == nil {
		return err
	}
	location, err := r.Ledger.Issue(ctx, e.Data.Identity.request())
	switch {
	case errors.Is(err, ledger.ErrDuplicatePerson):
		return r.unmintable(ctx, effect, ReasonDuplicate)
	case errors.Is(err, ledger.ErrExists), errors.Is(err, ledger.ErrInvalid):
		return r.unmintable(ctx, effect, ReasonLedgerRefused)
	case err != nil:
		return r.delayed(ctx, effect, err)
	}
	password, err := pbx.NewPassword(r.random())
	if err != nil {
		return err
	}
	device, err := pbx.NewDeviceID(r.random())
	if err != nil {
		return err
	}
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Identity.Location, e.Data.Identity.MintedAt, e.Data.DelayedAt = location, now, time.Time{}
		// Saved before it is provisioned, so that a repeated run gives the
		// PBX the same password.
		e.Data.Line.Password, e.Data.Line.Device = password.Reveal(), device
		return e.Apply(Mint, now, Effect{Kind: Provision, EnrollmentID: e.ID, Ref: e.Data.Identity.ID})
	})
}

// delayed notes that something outside does not answer, so that the page can
// say that it takes longer, and hands the error on for another try.
func (r *Runner) delayed(ctx context.Context, effect Effect, cause error) error {
	return errors.Join(cause, r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		if e.Data.DelayedAt.IsZero() {
			e.Data.DelayedAt = now
		}
		return nil
	}))
}

// unmintable gives a case that the ledger refuses for good to a person.
func (r *Runner) unmintable(ctx context.Context, effect Effect, why Reason) error {
	return r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Identity = Identity{}
		e.Data.Decision = &Decision{Outcome: Referred, Reasons: []Reason{why}, By: "ledger", At: now}
		return e.Apply(Refer, now, tell(e, ReferredMessage))
	})
}
