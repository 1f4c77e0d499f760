package kyc

import (
	"context"
	"errors"

	"github.com/vouchline/vouchline/ledger"
)

// A Lifeline is what staff see of an identity after it was issued. It has no
// attributes.
type Lifeline struct {
	EnrollmentID string // empty once the subject is forgotten
	Identity     ledger.Identity
	Location     ledger.Location // of the issue
	Changes      []ledger.Change // the first one first
	Consents     []ledger.Consent
	Keys         []ledger.SubscriberKey
	Extension    string // empty without a line
	Enabled      bool   // the line
	Standing     StatusIntent
	Erasing      bool // the subject is being forgotten
}

// Lifeline returns an identity's life for a member of staff; the look is
// recorded.
func (f *Flow) Lifeline(ctx context.Context, actor, identityID string) (Lifeline, error) {
	if err := checkID("identity", identityID); err != nil {
		return Lifeline{}, err
	}
	if err := f.audit(ctx, actor, "view_identity", identityID, ""); err != nil {
		return Lifeline{}, err
	}
	l, err := f.recorded(ctx, identityID)
	if err != nil {
		return Lifeline{}, err
	}
	accounts, err := f.Accounts.AccountsOf(ctx, identityID)
	if err != nil {
		return Lifeline{}, err
	}
	if len(accounts) > 0 {
		l.Extension, l.Enabled = accounts[0].Extension, accounts[0].Enabled
	}
	e, err := f.holder(ctx, identityID)
	switch {
	case errors.Is(err, ErrNotFound):
		return l, nil
	case err != nil:
		return Lifeline{}, err
	}
	l.EnrollmentID, l.Standing, l.Erasing = e.ID, e.Data.Standing, e.State() == Erasing
	return l, nil
}

// recorded reads what the ledger knows of an identity. Keys and consents of an
// erased one are not asked for: nothing of them can be read.
func (f *Flow) recorded(ctx context.Context, identityID string) (l Lifeline, err error) {
	if l.Identity, l.Location, err = f.Ledger.Identity(ctx, identityID); err != nil {
		return l, err
	}
	if l.Changes, err = f.Ledger.History(ctx, identityID); err != nil || l.Identity.Status == ledger.StatusErased {
		return l, err
	}
	if l.Consents, err = f.Ledger.Consents(ctx, identityID); err != nil {
		return l, err
	}
	l.Keys, err = f.Ledger.Keys(ctx, identityID)
	return l, err
}

// History returns an identity's versions, the first one first. It is public,
// as the ledger is.
func (f *Flow) History(ctx context.Context, identityID string) ([]ledger.Change, error) {
	return f.Ledger.History(ctx, identityID)
}

// CredentialStatus tells whether a credential is valid now.
func (f *Flow) CredentialStatus(ctx context.Context, id string) (ledger.CredentialStatus, error) {
	return f.Ledger.CredentialStatus(ctx, id)
}
