package kyc

import (
	"context"

	"github.com/vouchline/vouchline/pbx"
)

// Within is what a program of one organisation has of the flow: its lines,
// beside which there are none. Whatever it asks of another's is answered as of a
// number that nobody has, so that nobody finds out which there are; empty is the
// operator, who has all. It can do with lines what their callers can and nothing
// else.
//
// The bound is around the store of lines and in no method of its own, so that
// none can forget it.
func (f *Flow) Within(organisation string) *Flow {
	if organisation == "" {
		return f
	}
	return &Flow{
		Accounts: linesWithin{f.Accounts, organisation}, Finder: finderWithin{f.Finder, organisation},
		Enrollments: f.Enrollments, Ledger: f.Ledger, Past: f.Past, Auditor: f.Auditor, Throttle: f.Throttle, Keyring: f.Keyring,
		Passports: f.Passports, Settings: f.Settings, Clock: f.Clock, Rand: f.Rand, PBX: f.PBX, Registrar: f.Registrar,
		everyones: f,
	}
}

// unbounded is the flow that Within was asked of: what the service itself has to
// know is not the caller's.
func (f *Flow) unbounded() *Flow {
	if f.everyones != nil {
		return f.everyones
	}
	return f
}

// linesWithin are the lines of one organisation.
type linesWithin struct {
	LineStore

	organisation string
}

// check is asked of every line that was read: ErrNotFound says as much as of a
// number without one.
func (l linesWithin) check(a pbx.Account) error {
	if a.Organisation != l.organisation {
		return ErrNotFound
	}
	return nil
}

// Account implements LineStore.
func (l linesWithin) Account(ctx context.Context, extension string) (pbx.Account, error) {
	a, err := l.LineStore.Account(ctx, extension)
	if err == nil {
		err = l.check(a)
	}
	if err != nil {
		return pbx.Account{}, err
	}
	return a, nil
}

// UpdateAccount implements LineStore. It looks within the transaction: the line
// may have gone to somebody else since it was read.
func (l linesWithin) UpdateAccount(ctx context.Context, extension string, change func(*pbx.Account) ([]Effect, error)) (pbx.Account, error) {
	return l.LineStore.UpdateAccount(ctx, extension, func(a *pbx.Account) ([]Effect, error) {
		if err := l.check(*a); err != nil {
			return nil, err
		}
		return change(a)
	})
}

// AccountsOf implements LineStore.
func (l linesWithin) AccountsOf(ctx context.Context, identityID string) ([]pbx.Account, error) {
	all, err := l.LineStore.AccountsOf(ctx, identityID)
	var own []pbx.Account
	for _, a := range all {
		if l.check(a) == nil {
			own = append(own, a)
		}
	}
	return own, err
}

// finderWithin looks among the lines of one organisation.
type finderWithin struct {
	LineFinder

	organisation string
}

// FindAccounts implements LineFinder.
func (l finderWithin) FindAccounts(ctx context.Context, q pbx.Query) (pbx.Page, error) {
	q.Within = l.organisation
	return l.LineFinder.FindAccounts(ctx, q)
}
