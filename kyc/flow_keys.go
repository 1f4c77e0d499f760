package kyc

import (
	"context"

	"github.com/vouchline/vouchline/ledger"
)

// AddKey puts a subscriber's public key beside their identity on the ledger.
// Adding the same key again changes nothing.
func (f *Flow) AddKey(ctx context.Context, enrollmentID string, key ledger.PublicKey) (ledger.SubscriberKey, error) {
	e, err := f.subscriber(ctx, enrollmentID)
	if err != nil {
		return ledger.SubscriberKey{}, err
	}
	if err := f.audit(ctx, "subject", "add_key", e.Data.Identity.ID, ""); err != nil {
		return ledger.SubscriberKey{}, err
	}
	return f.Ledger.AddKey(ctx, ledger.KeyRequest{Identity: e.Data.Identity.ID, Key: key})
}

// RevokeKey ends the use of the subscriber's key with this thumbprint.
func (f *Flow) RevokeKey(ctx context.Context, enrollmentID, thumbprint string) (ledger.SubscriberKey, error) {
	e, err := f.subscriber(ctx, enrollmentID)
	if err != nil {
		return ledger.SubscriberKey{}, err
	}
	keys, err := f.Ledger.Keys(ctx, e.Data.Identity.ID)
	if err != nil {
		return ledger.SubscriberKey{}, err
	}
	for _, k := range keys {
		if k.Thumbprint != thumbprint {
			continue
		}
		if err := f.audit(ctx, "subject", "revoke_key", k.Identity, thumbprint); err != nil {
			return ledger.SubscriberKey{}, err
		}
		return f.Ledger.RevokeKey(ctx, ledger.KeyRequest{Identity: k.Identity, Key: k.Key})
	}
	return ledger.SubscriberKey{}, ErrNotFound
}

// Keys returns an identity's public keys, those revoked among them.
func (f *Flow) Keys(ctx context.Context, identityID string) ([]ledger.SubscriberKey, error) {
	return f.Ledger.Keys(ctx, identityID)
}
