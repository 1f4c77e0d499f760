package kyc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// Consents returns a subscriber's consents, those that ended among them.
func (f *Flow) Consents(ctx context.Context, enrollmentID string) ([]ledger.Consent, error) {
	e, err := f.subscriber(ctx, enrollmentID)
	if err != nil {
		return nil, err
	}
	return f.Ledger.Consents(ctx, e.Data.Identity.ID)
}

// GrantConsent lets an organisation read the subscriber's named attributes
// until a time, in the place of what it was granted before.
func (f *Flow) GrantConsent(ctx context.Context, enrollmentID string, c ledger.Consent) error {
	if err := checkID("organisation", c.Organisation); err != nil {
		return err
	}
	e, err := f.subscriber(ctx, enrollmentID)
	if err != nil {
		return err
	}
	c = ledger.Consent{
		Identity: e.Data.Identity.ID, Organisation: c.Organisation, Attributes: c.Attributes, Until: c.Until.UTC().Truncate(time.Second),
	}
	if err := f.audit(ctx, "subject", "grant_consent", c.Identity, c.Organisation); err != nil {
		return err
	}
	if err := f.settleGrant(ctx, e, c.Organisation); err != nil {
		return err
	}
	return f.grant(ctx, enrollmentID, c)
}

// grant notes a consent before the ledger is asked for it, and takes the note
// back once no transaction with it can be on its way.
func (f *Flow) grant(ctx context.Context, enrollmentID string, c ledger.Consent) error {
	var again bool
	err := f.update(ctx, enrollmentID, func(e *Enrollment, _ time.Time) error {
		if e.State() != Issued {
			return ErrNotSubscriber
		}
		if _, again = e.Data.Granting[c.Organisation]; e.Data.Granting == nil {
			e.Data.Granting = map[string]ledger.Consent{}
		}
		e.Data.Granting[c.Organisation] = c
		return nil
	})
	if err != nil {
		return err
	}
	_, err = f.Ledger.GrantConsent(ctx, c)
	var refusal *ledger.Error
	switch {
	case err == nil, errors.As(err, &refusal):
	case !again && errors.Is(err, ledger.ErrUnavailable): // nothing was sent, now or before
	default:
		return err
	}
	known := f.update(context.WithoutCancel(ctx), enrollmentID, func(e *Enrollment, _ time.Time) error {
		if now := e.Data.Granting[c.Organisation]; now.Until.Equal(c.Until) && slices.Equal(now.Attributes, c.Attributes) {
			delete(e.Data.Granting, c.Organisation)
		}
		return nil
	})
	if errors.Is(known, ErrNotFound) { // erased in between
		known = nil
	}
	return errors.Join(err, known)
}

// settleGrant finds out what became of a consent that was asked for before, by
// asking again: after that no earlier transaction can have an effect any more.
// Else it could arrive when a narrower consent, or the revocation, has found
// nothing left to do.
func (f *Flow) settleGrant(ctx context.Context, e *Enrollment, organisation string) error {
	c, pending := e.Data.Granting[organisation]
	if !pending {
		return nil
	}
	err := f.grant(ctx, e.ID, c)
	var refusal *ledger.Error
	if errors.As(err, &refusal) { // what it rests on has changed, or it has run out
		return nil
	}
	return err
}

// RevokeConsent ends what an organisation was granted.
func (f *Flow) RevokeConsent(ctx context.Context, enrollmentID, organisation string) error {
	if err := checkID("organisation", organisation); err != nil {
		return err
	}
	e, err := f.subscriber(ctx, enrollmentID)
	if err != nil {
		return err
	}
	if err := f.audit(ctx, "subject", "revoke_consent", e.Data.Identity.ID, organisation); err != nil {
		return err
	}
	if err := f.settleGrant(ctx, e, organisation); err != nil {
		return err
	}
	_, err = f.Ledger.RevokeConsent(ctx, ledger.Pair{Identity: e.Data.Identity.ID, Organisation: organisation})
	return err
}
