package kyc

import (
	"context"
	"errors"
	"time"
)

// EraseSubject records that a person shall be forgotten: by enrollment id or
// by identity id. What is known of them in their enrollment goes at once, and
// with it every way to sign in; PBX, ledger, keys and photographs follow in an
// effect that goes on until all of them have forgotten.
func (f *Flow) EraseSubject(ctx context.Context, actor, id string) error {
	if actor == "" {
		return errors.New("kyc: an erasure by nobody")
	}
	e, err := f.Enrollments.Get(ctx, id)
	if errors.Is(err, ErrNotFound) {
		e, err = f.holder(ctx, id)
	}
	if err != nil {
		return err
	}
	if e.State() == Erasing {
		return nil
	}
	if _, err := Next(e.State(), Erase); err != nil {
		return err
	}
	if err := f.audit(ctx, actor, "ask_erasure", e.ID, e.Data.Identity.ID); err != nil {
		return err
	}
	return f.update(ctx, e.ID, beginErasure)
}

// RequestErasure is EraseSubject for the subscriber who is signed in.
func (f *Flow) RequestErasure(ctx context.Context, enrollmentID string) error {
	if _, err := f.subscriber(ctx, enrollmentID); err != nil {
		return err
	}
	return f.EraseSubject(ctx, "subject", enrollmentID)
}

// beginErasure empties an enrollment but for the id by which PBX and ledger
// know the identity.
func beginErasure(e *Enrollment, now time.Time) error {
	if e.State() == Erasing {
		return nil
	}
	identity := e.Data.Identity.ID
	if err := e.Apply(Erase, now, Effect{Kind: EraseIdentity, EnrollmentID: e.ID, Ref: identity}); err != nil {
		return err
	}
	e.Data = Data{Identity: Identity{ID: identity}}
	return nil
}
