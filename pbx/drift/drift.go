// Package drift says where a PBX is not what the accounts say.
//
// It uses the words of package pbx. Its own words for a drift are stable:
// operators' scripts read them.
//
// It asks nobody: who calls it has read the accounts and the PBX. Nor does it
// mend anything; a Provisioner and a Registrar do.
package drift

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
)

// A Kind is what is wrong with a line on the PBX.
type Kind string

// The kinds.
const (
	Missing          Kind = "missing"            // on here, unknown to the PBX
	Extra            Kind = "extra"              // known to the PBX, and off or unknown here
	Differs          Kind = "differs"            // another name, identity, credential or digest
	RegisteredButOff Kind = "registered_but_off" // a device of a line that is off
)

// A Drift is one thing that is wrong with one line.
type Drift struct {
	Extension string `json:"extension"`
	Kind      Kind   `json:"drift"`
}

// A PBX is what was read from one.
type PBX struct {
	// Lines are those that it lets in.
	Lines []pbx.Account
	// Foreign are the extensions whose lines are there in a form that is not ours.
	Foreign []string
	// Registered are the lines that have a device.
	Registered []pbx.AOR
}

// Compare compares accounts with a PBX that reads them in a format: two lines
// are the same when they are written the same. It returns the drifts in the
// order of their extensions. An account that does not validate is an error, for
// nobody can say what the PBX should have of it.
func Compare(accounts []pbx.Account, p PBX, f format.Format, now time.Time) ([]Drift, error) {
	lines, on := map[string]pbx.Account{}, map[string]bool{}
	for _, line := range p.Lines {
		lines[line.Extension] = line
	}
	for _, extension := range p.Foreign {
		lines[extension] = pbx.Account{} // like no account
	}
	var drifts []Drift
	for _, a := range accounts {
		if !a.Enabled || len(a.Credentials(now)) == 0 {
			continue
		}
		on[a.Extension] = true
		line, there := lines[a.Extension]
		if !there {
			drifts = append(drifts, Drift{a.Extension, Missing})
			continue
		}
		same, err := equal(a, line, f, now)
		if err != nil {
			return nil, fmt.Errorf("line %s: %w", a.Extension, err)
		}
		if !same {
			drifts = append(drifts, Drift{a.Extension, Differs})
		}
	}
	for extension := range lines {
		if !on[extension] {
			drifts = append(drifts, Drift{extension, Extra})
		}
	}
	for _, aor := range p.Registered {
		if !on[aor.User()] {
			drifts = append(drifts, Drift{aor.User(), RegisteredButOff})
		}
	}
	slices.SortFunc(drifts, func(a, b Drift) int {
		return cmp.Or(cmp.Compare(len(a.Extension), len(b.Extension)), cmp.Compare(a.Extension, b.Extension), cmp.Compare(a.Kind, b.Kind))
	})
	return slices.Compact(drifts), nil
}

// equal reports whether the PBX would read the same from both. A line of its own
// that does not validate is not the account's.
func equal(account, line pbx.Account, f format.Format, now time.Time) (bool, error) {
	want, err := f.Render([]pbx.Account{account}, now)
	if err != nil {
		return false, err
	}
	got, err := f.Render([]pbx.Account{line}, now)
	return err == nil && bytes.Equal(want, got), nil
}
