package kyc

import (
	"context"

	"github.com/vouchline/vouchline/pbx"
)

// A LineStore numbers the lines and keeps the accounts that PBXs are given. An
// account with a name, devices or digests is sealed under its subject's key; a
// shell ([pbx.Account.IsShell]) must be readable when that key is gone.
type LineStore interface {
	// AllocateExtension returns the number of a claim; a second call returns
	// the same.
	AllocateExtension(ctx context.Context, c pbx.Claim, plan pbx.Numbering) (string, error)
	// SaveAccount inserts or replaces an account.
	SaveAccount(ctx context.Context, a pbx.Account) error
	// UpdateAccount loads, changes and saves in one transaction, and enqueues
	// what follows in it. It may run change again after a conflict, so change
	// must have no side effects. An error of change saves nothing. A change
	// that leaves the account as it was keeps its revision; its effects are
	// enqueued all the same.
	UpdateAccount(ctx context.Context, extension string, change func(*pbx.Account) ([]Effect, error)) (pbx.Account, error)
	// Account returns ErrNotFound for a number without one.
	Account(ctx context.Context, extension string) (pbx.Account, error)
	// AccountsOf returns an identity's accounts, the first number first. Of those
	// that do not open it returns shells, with an error.
	AccountsOf(ctx context.Context, identityID string) ([]pbx.Account, error)
}

// A LineOpener makes the account of a number that was allocated.
type LineOpener interface {
	// OpenAccount inserts an account and returns what there is then. One that
	// the identity has on that number already stays as it is; one that another
	// identity left there is replaced. The effects are enqueued with an account
	// that is new.
	OpenAccount(ctx context.Context, a pbx.Account, effects ...Effect) (pbx.Account, error)
}

// A LineFinder looks for accounts.
type LineFinder interface {
	FindAccounts(ctx context.Context, q pbx.Query) (pbx.Page, error)
}

// A PairingStore keeps the pairings that are under way, by keyed hashes of
// their codes, until some time after they have expired. What names a
// subscriber goes with the subscriber.
type PairingStore interface {
	// CreatePairing returns ErrConflict for a code that another one has which
	// has not expired.
	CreatePairing(ctx context.Context, p PairingRecord) error
	// PairingByUserCode returns ErrNotFound for a code that no pairing has.
	PairingByUserCode(ctx context.Context, userCode string) (PairingRecord, error)
	// UpdatePairing loads, changes and saves in one transaction the pairing
	// with that DeviceHash, ErrNotFound without one. It may run change again,
	// and an error of change saves nothing.
	UpdatePairing(ctx context.Context, deviceHash string, change func(*PairingRecord) error) (PairingRecord, error)
}

// An AuditReader reads the audit log.
type AuditReader interface {
	// AuditLog returns the newest entries about a subject, the newest first.
	AuditLog(ctx context.Context, subject string, limit int) ([]AuditEntry, error)
}

// A Provisioner puts a SIP account on a PBX and has read it back when it
// returns. Who is registered to a line that is disabled is dropped.
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
