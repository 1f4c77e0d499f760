package kyc

import (
	"context"
	"errors"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// changeLedger carries out the newest change of status. Who loses trust is
// taken off the PBX before the ledger is asked, who regains it comes back
// after the ledger has said so.
func (r *Runner) changeLedger(ctx context.Context, effect Effect) error {
	identity, _ := effect.target()
	e, err := r.load(ctx, effect)
	if err != nil {
		return err
	}
	if e == nil { // done, replaced or erased; an earlier run may have left the line as it found it
		return r.followLine(ctx, effect.EnrollmentID, identity, 0)
	}
	intent := e.Data.Standing
	if intent.denies() {
		if err := r.followLine(ctx, e.ID, identity, 0); err != nil {
			return err
		}
	}
	refused, err := r.moveLedger(ctx, identity, intent)
	if err != nil {
		return err
	}
	if refused != "" {
		r.Logger.WarnContext(ctx, "the ledger refuses a change of status", "identity", identity, "to", intent.Status, "code", refused)
	}
	if !intent.denies() {
		if err := r.followLine(ctx, e.ID, identity, 0); err != nil {
			return err
		}
	}
	err = r.save(ctx, effect, func(e *Enrollment, now time.Time) error {
		e.Data.Standing.DoneAt, e.Data.Standing.Refused = now, refused
		return nil
	})
	if err != nil || refused == "" {
		return err
	}
	return r.followLine(ctx, e.ID, identity, 0) // back to what the ledger says
}

// moveLedger asks the ledger for a change that it does not have already. A
// refusal that repeating cannot mend is an answer, not an error.
func (r *Runner) moveLedger(ctx context.Context, identity string, intent StatusIntent) (refused ledger.Code, err error) {
	record, _, err := r.Ledger.Identity(ctx, identity)
	if err == nil && record.Status != intent.Status {
		_, err = r.Ledger.SetStatus(ctx, identity, intent.Status, intent.Reason)
	}
	var refusal *ledger.Error
	if errors.As(err, &refusal) {
		switch refusal.Code { //nolint:exhaustive // the others may pass: a peer that lags, an organisation that is suspended
		case ledger.CodeIllegalStatus, ledger.CodeErased, ledger.CodeInvalid:
			return refusal.Code, nil
		}
	}
	return "", err
}
