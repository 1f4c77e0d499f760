package kyc

import (
	"context"
	"errors"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

// A Reader is who asks for a subscriber's attributes, and for which
// organisation.
type Reader struct {
	Actor        string // "apikey:…"
	Organisation string
}

// Attributes returns what the subscriber consented that the reader's
// organisation may read: sealed, with the keys of these attributes wrapped for
// the organisation alone. Who asked is recorded before anything leaves, and so
// is every refusal.
func (f *Flow) Attributes(ctx context.Context, r Reader, identityID string) (disclosure.Parcel, error) {
	if err := checkID("identity", identityID); err != nil {
		return disclosure.Parcel{}, err
	}
	parcel, err := f.parcel(ctx, r, identityID)
	action, detail := "read_attributes", r.Organisation
	var refusal *ledger.Error
	switch {
	case errors.As(err, &refusal):
		action, detail = "read_attributes_refused", r.Organisation+" "+string(refusal.Code)
	case errors.Is(err, ErrNotFound):
		action, detail = "read_attributes_refused", r.Organisation+" not_found"
	case err != nil: // nobody was refused and nobody reads
		return disclosure.Parcel{}, err
	}
	if failed := f.audit(ctx, r.Actor, action, identityID, detail); failed != nil {
		return disclosure.Parcel{}, errors.Join(err, failed)
	}
	return parcel, err
}

func (f *Flow) parcel(ctx context.Context, r Reader, identityID string) (disclosure.Parcel, error) {
	if r.Organisation == "" {
		return disclosure.Parcel{}, ledger.ErrNoConsent
	}
	d, err := f.Ledger.Disclose(ctx, ledger.Pair{Identity: identityID, Organisation: r.Organisation})
	if err != nil {
		return disclosure.Parcel{}, err
	}
	e, err := f.holder(ctx, identityID)
	if err != nil {
		return disclosure.Parcel{}, err
	}
	if e.State() == Erasing {
		return disclosure.Parcel{}, errErased
	}
	wrapped, err := disclosure.Wrap(e.Data.Identity.AttributeKey, identityID, d.Consent.Attributes, d.Key)
	if err != nil {
		return disclosure.Parcel{}, err
	}
	return disclosure.Parcel{
		Identity: identityID, Organisation: r.Organisation, Sealed: d.Sealed, WrappedKey: wrapped,
		Digests: d.Attributes, Until: d.Consent.Until,
	}, nil
}
