package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// A Call is one function on one request. Request is canonical JSON, Transient
// what travels beside it and is kept by no block.
type Call struct {
	Function  string
	Request   []byte
	Transient map[string][]byte
}

// A Transport carries calls to where the contract runs. It returns the
// contract's refusals as [Error], and otherwise errors that match
// [ErrUnavailable] or [ErrUnknown].
type Transport interface {
	// Submit runs a writing function until its transaction is committed, or
	// finds that an earlier one has done it.
	Submit(ctx context.Context, c Call) (Answer, error)
	// Evaluate runs a reading function on one peer.
	Evaluate(ctx context.Context, c Call) (Answer, error)
	// Locate finds a committed transaction.
	Locate(ctx context.Context, txID string) (Location, error)
}

// A Client calls the contract by its functions. Every writing call is
// idempotent: repeating it after [ErrUnavailable] or [ErrUnknown] makes it
// happen once. See the contract's methods for what each means.
type Client struct{ Transport Transport }

// Issue mints an identity; see [Contract.IssueIdentity].
func (c Client) Issue(ctx context.Context, in Issue) (Location, error) {
	i, err := submit[Identity](ctx, c, FuncIssueIdentity, in, sealedOf(in))
	if err != nil {
		return Location{}, err
	}
	return c.Transport.Locate(ctx, i.TxID)
}

// IssueAll mints up to [MaxBatch] identities in one transaction: all of them
// or, with an [ItemError] that names the first that is refused, none.
func (c Client) IssueAll(ctx context.Context, in []Issue) ([]Location, error) {
	issued, err := submit[[]Issued](ctx, c, FuncIssueIdentities, in, sealedOf(in...))
	if err != nil {
		return nil, err
	}
	out, located := make([]Location, len(issued)), map[string]Location{} // nearly always one transaction
	for k, i := range issued {
		at, known := located[i.TxID]
		if !known {
			if at, err = c.Transport.Locate(ctx, i.TxID); err != nil {
				return nil, err
			}
			located[i.TxID] = at
		}
		out[k] = at
	}
	return out, nil
}

// sealedOf returns what travels beside requests: each under its digest, since
// two requests of a batch may be about one id.
func sealedOf(in ...Issue) map[string][]byte {
	sealed := map[string][]byte{}
	for _, i := range in {
		if i.SealedDigest != "" {
			sealed[i.SealedDigest] = i.Sealed
		}
	}
	return sealed
}

// Update replaces what an identity says; see [Contract.UpdateIdentity].
func (c Client) Update(ctx context.Context, u Update) (Identity, error) {
	in := u.content()
	in.Sealed = u.Sealed
	return submit[Identity](ctx, c, FuncUpdateIdentity, u, sealedOf(in))
}

// SetStatus moves an identity; see [Contract.SetStatus].
func (c Client) SetStatus(ctx context.Context, id string, status Status, reason string) (Location, error) {
	i, err := submit[Identity](ctx, c, FuncSetStatus, StatusChange{ID: id, Status: status, Reason: reason}, nil)
	if err != nil {
		return Location{}, err
	}
	return c.Transport.Locate(ctx, i.UpdateTxID)
}

// Erase turns an identity's record to erased; see [Contract.EraseIdentity].
func (c Client) Erase(ctx context.Context, id string) (Location, error) {
	i, err := submit[Identity](ctx, c, FuncEraseIdentity, ByID{ID: id}, nil)
	if err != nil {
		return Location{}, err
	}
	return c.Transport.Locate(ctx, i.UpdateTxID)
}

// Identity returns a record and where it was issued.
func (c Client) Identity(ctx context.Context, id string) (Identity, Location, error) {
	i, err := evaluate[Identity](ctx, c, FuncIdentity, ByID{ID: id})
	if err != nil {
		return Identity{}, Location{}, err
	}
	at, err := c.Transport.Locate(ctx, i.TxID)
	return i, at, err
}

// History returns an identity's versions, the first one first.
func (c Client) History(ctx context.Context, id string) ([]Change, error) {
	return evaluate[[]Change](ctx, c, FuncHistory, ByID{ID: id})
}

// RegisterOrganisation records an organisation.
func (c Client) RegisterOrganisation(ctx context.Context, o Organisation) (Organisation, error) {
	return submit[Organisation](ctx, c, FuncRegisterOrganisation, o, nil)
}

// Organisation returns an organisation's record.
func (c Client) Organisation(ctx context.Context, id string) (Organisation, error) {
	return evaluate[Organisation](ctx, c, FuncOrganisation, ByID{ID: id})
}

// Organisations returns all organisations' records.
func (c Client) Organisations(ctx context.Context) ([]Organisation, error) {
	return evaluate[[]Organisation](ctx, c, FuncOrganisations, Nothing{})
}

// SetOrganisationStatus moves an organisation. The newest decision has the last
// word: what was sent before and did not come through by then never will.
func (c Client) SetOrganisationStatus(ctx context.Context, id string, status Status) (Organisation, error) {
	return c.decide(ctx, id, func(after string) (Organisation, error) {
		return submit[Organisation](ctx, c, FuncSetOrganisationStatus, OrganisationStatus{ID: id, Status: status, After: after}, nil)
	})
}

// SetOrganisationKey gives an organisation the key that what it may read is
// wrapped for. The newest decision has the last word, as of a status.
func (c Client) SetOrganisationKey(ctx context.Context, id string, key PublicKey) (Organisation, error) {
	return c.decide(ctx, id, func(after string) (Organisation, error) {
		return submit[Organisation](ctx, c, FuncSetOrganisationKey, OrganisationKey{ID: id, Key: key, After: after}, nil)
	})
}

// decide makes a change of an organisation from the record as it is now, and
// anew if others changed it in between.
func (c Client) decide(ctx context.Context, id string, change func(after string) (Organisation, error)) (Organisation, error) {
	const tries = 5
	for try := 1; ; try++ {
		now, err := c.Organisation(ctx, id)
		var refusal *Error
		if err != nil && !errors.As(err, &refusal) {
			return Organisation{}, err
		}
		o, err := change(now.TxID) // of nobody there is none: the contract has the word
		if try == tries || !errors.Is(err, ErrStale) {
			return o, err
		}
	}
}

// AddKey gives a subscriber a public key.
func (c Client) AddKey(ctx context.Context, r KeyRequest) (SubscriberKey, error) {
	return submit[SubscriberKey](ctx, c, FuncAddKey, r, nil)
}

// RevokeKey ends the use of a subscriber's public key.
func (c Client) RevokeKey(ctx context.Context, r KeyRequest) (SubscriberKey, error) {
	return submit[SubscriberKey](ctx, c, FuncRevokeKey, r, nil)
}

// Keys returns an identity's public keys, those revoked among them.
func (c Client) Keys(ctx context.Context, id string) ([]SubscriberKey, error) {
	return evaluate[[]SubscriberKey](ctx, c, FuncKeys, ByID{ID: id})
}

// GrantConsent records a consent, in the place of an earlier one of the pair.
func (c Client) GrantConsent(ctx context.Context, consent Consent) (Consent, error) {
	return submit[Consent](ctx, c, FuncGrantConsent, consent, nil)
}

// RevokeConsent ends a consent.
func (c Client) RevokeConsent(ctx context.Context, p Pair) (Consent, error) {
	return submit[Consent](ctx, c, FuncRevokeConsent, p, nil)
}

// Consents returns an identity's consents, those that ended among them.
func (c Client) Consents(ctx context.Context, id string) ([]Consent, error) {
	return evaluate[[]Consent](ctx, c, FuncConsents, ByID{ID: id})
}

// Disclose returns what an organisation may read of an identity now.
func (c Client) Disclose(ctx context.Context, p Pair) (Disclosure, error) {
	return evaluate[Disclosure](ctx, c, FuncDisclose, p)
}

// IssueCredential records a credential.
func (c Client) IssueCredential(ctx context.Context, credential Credential) (Credential, error) {
	return submit[Credential](ctx, c, FuncIssueCredential, credential, nil)
}

// SetCredentialStatus moves a credential.
func (c Client) SetCredentialStatus(ctx context.Context, id string, status Status, reason string) (Credential, error) {
	return submit[Credential](ctx, c, FuncSetCredentialStatus, StatusChange{ID: id, Status: status, Reason: reason}, nil)
}

// CredentialStatus returns whether a credential is valid now.
func (c Client) CredentialStatus(ctx context.Context, id string) (CredentialStatus, error) {
	return evaluate[CredentialStatus](ctx, c, FuncCredentialStatus, ByID{ID: id})
}

func submit[T any](ctx context.Context, c Client, function string, request any, transient map[string][]byte) (v T, err error) {
	b, err := json.Marshal(request)
	if err != nil {
		return v, fmt.Errorf("ledger: encode request: %w", err)
	}
	a, err := c.Transport.Submit(ctx, Call{Function: function, Request: b, Transient: transient})
	if err != nil {
		return v, err
	}
	return recordIn[T](a)
}

func evaluate[T any](ctx context.Context, c Client, function string, request any) (v T, err error) {
	b, err := json.Marshal(request)
	if err != nil {
		return v, fmt.Errorf("ledger: encode request: %w", err)
	}
	a, err := c.Transport.Evaluate(ctx, Call{Function: function, Request: b})
	if err != nil {
		return v, err
	}
	return recordIn[T](a)
}

func recordIn[T any](a Answer) (v T, err error) {
	if err := json.Unmarshal(a.Record, &v); err != nil {
		return v, fmt.Errorf("ledger: decode record: %w", err)
	}
	return v, nil
}
