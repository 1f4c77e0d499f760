package kyc

import (
	"context"

	"github.com/vouchline/vouchline/ledger"
)

// A Ledger is what the flow needs of one. Writing calls are idempotent: each
// is repeated until its outcome is known. Refusals are *ledger.Error.
type Ledger interface {
	Identities
	Holdings
	Organisations
}

// Identities mints identities and moves them. Issue is idempotent by id.
type Identities interface {
	Issue(ctx context.Context, i ledger.Issue) (ledger.Location, error)
	Identity(ctx context.Context, id string) (ledger.Identity, ledger.Location, error)
	SetStatus(ctx context.Context, id string, status ledger.Status, reason string) (ledger.Location, error)
	Erase(ctx context.Context, id string) (ledger.Location, error)
	History(ctx context.Context, id string) ([]ledger.Change, error)
}

// Holdings is what hangs on an identity: keys, consents, credentials.
type Holdings interface {
	AddKey(ctx context.Context, r ledger.KeyRequest) (ledger.SubscriberKey, error)
	RevokeKey(ctx context.Context, r ledger.KeyRequest) (ledger.SubscriberKey, error)
	Keys(ctx context.Context, id string) ([]ledger.SubscriberKey, error)
	GrantConsent(ctx context.Context, c ledger.Consent) (ledger.Consent, error)
	RevokeConsent(ctx context.Context, p ledger.Pair) (ledger.Consent, error)
	Consents(ctx context.Context, id string) ([]ledger.Consent, error)
	Disclose(ctx context.Context, p ledger.Pair) (ledger.Disclosure, error)
	CredentialStatus(ctx context.Context, id string) (ledger.CredentialStatus, error)
}

// Organisations keeps the parties to the channel.
type Organisations interface {
	RegisterOrganisation(ctx context.Context, o ledger.Organisation) (ledger.Organisation, error)
	Organisation(ctx context.Context, id string) (ledger.Organisation, error)
	Organisations(ctx context.Context) ([]ledger.Organisation, error)
	SetOrganisationStatus(ctx context.Context, id string, status ledger.Status) (ledger.Organisation, error)
	SetOrganisationKey(ctx context.Context, id string, key ledger.PublicKey) (ledger.Organisation, error)
}

// Events tells what the ledger committed after a checkpoint: in order, each at
// least once, until ctx ends or handle fails, whose error it then returns.
type Events interface {
	Events(ctx context.Context, after ledger.Checkpoint, handle func(context.Context, ledger.Notice) error) error
}

// Checkpoints keeps how far a listener has come.
type Checkpoints interface {
	// Checkpoint returns the zero value for a listener that never advanced.
	Checkpoint(ctx context.Context, listener string) (ledger.Checkpoint, error)
	// Advance moves the checkpoint and enqueues effects in one transaction. It
	// returns ErrConflict, and does nothing, unless the checkpoint is still
	// from: another process was faster.
	Advance(ctx context.Context, listener string, from, to ledger.Checkpoint, effects []Effect) error
}
