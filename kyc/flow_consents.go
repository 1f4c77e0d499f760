package kyc

import (
	"context"
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
	_, err = f.Ledger.GrantConsent(ctx, c)
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
	_, err = f.Ledger.RevokeConsent(ctx, ledger.Pair{Identity: e.Data.Identity.ID, Organisation: organisation})
	return err
}
