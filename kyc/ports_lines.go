package kyc

import (
	"context"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// A LineStore numbers the lines and keeps the accounts that PBXs are given.
type LineStore interface {
	// AllocateExtension returns the number of a claim; a second call returns
	// the same.
	AllocateExtension(ctx context.Context, c pbx.Claim, plan pbx.Numbering) (string, error)
	// SaveAccount inserts or replaces an account.
	SaveAccount(ctx context.Context, a pbx.Account) error
	// UpdateAccount loads, changes and saves in one transaction, and enqueues
	// what follows in it. It may run change again after a conflict, so change
	// must have no side effects. An error of change saves nothing.
	UpdateAccount(ctx context.Context, extension string, change func(*pbx.Account) ([]Effect, error)) (pbx.Account, error)
	// Account returns ErrNotFound for a number without one.
	Account(ctx context.Context, extension string) (pbx.Account, error)
	// AccountsOf returns an identity's accounts, the first number first.
	AccountsOf(ctx context.Context, identityID string) ([]pbx.Account, error)
	// Accounts returns the accounts that changed at or after since, ordered
	// by extension.
	Accounts(ctx context.Context, since time.Time) ([]pbx.Account, error)
}

// A Provisioner puts a SIP account on a PBX and has read it back when it
// returns.
type Provisioner interface {
	Provision(ctx context.Context, a pbx.Account) error
}

// A Registrar is what a PBX knows of the devices that are registered now.
type Registrar interface {
	Contacts(ctx context.Context, aor pbx.AOR) ([]pbx.Contact, error)
	// Drop makes the PBX forget one registration of a line, or all of them
	// where contactID is empty. What is not there is no error.
	Drop(ctx context.Context, aor pbx.AOR, contactID string) error
	// HangUp ends the calls of a line.
	HangUp(ctx context.Context, aor pbx.AOR) error
}
