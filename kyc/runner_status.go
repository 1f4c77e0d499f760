package kyc

import (
	"context"
	"errors"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

var (
	errTurn     = errors.New("kyc: an earlier change of status is under way")
	errReplaced = errors.New("kyc: a newer change of status came before this one")
)

// changeLedger carries out the newest change of status, after the one that was
// under way when it was asked for. Who loses trust is taken off the PBX before
// the ledger is asked, who regains it comes back after the ledger has said so.
func (r *Runner) changeLedger(ctx context.Context, effect Effect) error {
	identity, serial := effect.target()
	e, err := r.load(ctx, effect)
	if err != nil {
		return err
	}
	if e == nil { // done, replaced or erased; an earlier run may have left the line as it found it
		return r.followLine(ctx, effect.EnrollmentID, identity, 0)
	}
	if e.Data.Standing.denies() {
		if err := r.followLine(ctx, e.ID, identity, 0); err != nil {
			return err
		}
	}
	intent := e.Data.Standing.first()
	if intent.Serial != serial {
		return errTurn
	}
	refused, err := r.moveLedger(ctx, effect, intent)
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
		if e.Data.Standing.Serial != serial { // replaced meanwhile, which may now go on
			e.Data.Standing.Earlier = nil
			return nil
		}
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
func (r *Runner) moveLedger(ctx context.Context, effect Effect, intent StatusIntent) (refused ledger.Code, err error) {
	identity, _ := effect.target()
	record, _, err := r.Ledger.Identity(ctx, identity)
	if err == nil && record.Status != intent.Status {
		if err = r.begin(ctx, effect); err == nil {
			_, err = r.Ledger.SetStatus(ctx, identity, intent.Status, intent.Reason)
		}
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

// begin notes, before the ledger is asked for a change, that it may have been.
func (r *Runner) begin(ctx context.Context, effect Effect) error {
	_, serial := effect.target()
	return r.update(ctx, effect.EnrollmentID, func(e *Enrollment, _ time.Time) error {
		switch s := &e.Data.Standing; {
		case !wanted(e, effect):
			return errReplaced
		case s.Serial == serial:
			s.Begun = true
		}
		return nil
	})
}
