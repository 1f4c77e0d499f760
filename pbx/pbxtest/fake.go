package pbxtest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/vouchline/vouchline/pbx"
)

// A Fake is a PBX in memory. It passes [Run], so that tests which use it rest
// on the same contract as production does. Its zero value is ready and may be
// used by several goroutines.
type Fake struct {
	// Fail, when set, is asked before each change and stops it with its error.
	Fail func(operation string, aor pbx.AOR) error

	mu       sync.Mutex
	accounts map[pbx.AOR]pbx.Account
}

// Provision sets up a line.
func (f *Fake) Provision(ctx context.Context, a pbx.Account) error {
	if err := f.before(ctx, "provision", a.AOR); err != nil {
		return err
	}
	if err := a.Validate(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.accounts == nil {
		f.accounts = make(map[pbx.AOR]pbx.Account)
	}
	if a.Enabled {
		f.accounts[a.AOR] = a
	} else {
		delete(f.accounts, a.AOR)
	}
	return nil
}

// Deprovision forgets a line.
func (f *Fake) Deprovision(ctx context.Context, aor pbx.AOR) error {
	if err := f.before(ctx, "deprovision", aor); err != nil {
		return err
	}
	if _, err := pbx.ParseAOR(string(aor)); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.accounts, aor)
	return nil
}

func (f *Fake) before(ctx context.Context, operation string, aor pbx.AOR) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.Fail != nil {
		return f.Fail(operation, aor)
	}
	return nil
}

// Lookup returns what the PBX believes.
func (f *Fake) Lookup(aor pbx.AOR) (pbx.Account, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, ok := f.accounts[aor]
	return a, ok
}

// Accounts returns all lines in the order of their addresses.
func (f *Fake) Accounts() []pbx.Account {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.SortedFunc(maps.Values(f.accounts), func(a, b pbx.Account) int {
		return strings.Compare(string(a.AOR), string(b.AOR))
	})
}
