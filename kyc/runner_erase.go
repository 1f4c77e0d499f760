package kyc

import (
	"context"
	"errors"

	"github.com/vouchline/vouchline/ledger"
)

// eraseIdentity makes everybody forget a person, in the reverse order of
// trust: the PBX, the ledger, and last the store with the subject's key, since
// without its row nobody would know what is left to do. Every line may be the
// last one before a crash: the effect names identity and enrollment, so it
// goes on when the row is gone already.
func (r *Runner) eraseIdentity(ctx context.Context, effect Effect) error {
	identity := effect.Ref
	r.closeEnrollment(ctx, effect)
	var absent error
	if identity != "" {
		if err := r.putLine(ctx, identity, lineGone); err != nil {
			return err
		}
		_, err := r.Ledger.Erase(ctx, identity)
		switch {
		case errors.Is(err, ledger.ErrNotFound):
			// What was minted is there: the peer lags, or it is another ledger.
			// The person need not wait for that, and their record is asked for
			// until it is found.
			absent = err
		case err != nil && !errors.Is(err, ledger.ErrErased):
			return err
		}
	}
	if err := errors.Join(r.Eraser.DestroySubject(ctx, effect.EnrollmentID), absent); err != nil {
		return err
	}
	subject := identity
	if subject == "" {
		subject = effect.EnrollmentID
	}
	return r.audit(ctx, "erasure", "erased", subject, "")
}

// closeEnrollment empties the enrollment of an identity that somebody else
// erased on the ledger, so that whoever is signed in to it is not any more.
// Where that fails, because the row is gone or damaged, the rest goes on.
func (r *Runner) closeEnrollment(ctx context.Context, effect Effect) {
	err := r.update(ctx, effect.EnrollmentID, beginErasure)
	if err != nil && !errors.Is(err, ErrNotFound) {
		r.Logger.WarnContext(ctx, "an enrollment is erased without being closed first", "enrollment", effect.EnrollmentID, "cause", err)
	}
}
