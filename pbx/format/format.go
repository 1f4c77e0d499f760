package format

import (
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// A Format is a way to write accounts down.
type Format struct {
	Name string
	// ContentType is that of the whole, with its parameters.
	ContentType string
	// Render writes what a PBX has to know now. An account with an illegal value,
	// or a line twice, is a [*pbx.Error] and nothing is written.
	Render func(accounts []pbx.Account, now time.Time) ([]byte, error)
}

// Formats returns all of them.
func Formats() []Format {
	return []Format{
		{"asterisk", "text/plain; charset=utf-8", Asterisk},
		{"kamailio", "application/sql; charset=utf-8", Kamailio},
		{"freeswitch", "application/xml; charset=utf-8", FreeSWITCH},
		{"json", "application/x-ndjson; charset=utf-8", JSON},
		{"csv", "text/csv; charset=utf-8; header=present", CSV},
	}
}

// ByName returns a format by its name.
func ByName(name string) (Format, bool) {
	all := Formats()
	i := slices.IndexFunc(all, func(f Format) bool { return f.Name == name })
	if i < 0 {
		return Format{}, false
	}
	return all[i], true
}

// inOrder returns the accounts by their extensions, each checked and none twice.
// Nor does a user name belong to two lines: a PBX that finds two takes either.
func inOrder(accounts []pbx.Account) ([]pbx.Account, error) {
	sorted := slices.Clone(accounts)
	slices.SortStableFunc(sorted, func(a, b pbx.Account) int { return strings.Compare(a.Extension, b.Extension) })
	last, usernames := "", map[string]bool{}
	for _, a := range sorted {
		if err := a.Validate(); err != nil {
			return nil, err
		}
		if a.Extension == last {
			return nil, &pbx.Error{Code: pbx.CodeDuplicate, Field: "extension"}
		}
		last = a.Extension
		for _, d := range a.Devices {
			for _, c := range d.Credentials {
				if usernames[c.Username] {
					return nil, &pbx.Error{Code: pbx.CodeDuplicate, Field: "username"}
				}
				usernames[c.Username] = true
			}
		}
	}
	return sorted, nil
}

// A user is a credential of a line that is on: what a PBX lets in.
type user struct {
	line       pbx.Account
	credential pbx.Credential
}

// users returns those of all lines that may register now, in order.
func users(accounts []pbx.Account, now time.Time) ([]user, error) {
	lines, err := inOrder(accounts)
	if err != nil {
		return nil, err
	}
	var all []user
	for _, a := range lines {
		if !a.Enabled {
			continue
		}
		for _, c := range a.Credentials(now) {
			all = append(all, user{a, c})
		}
	}
	return all, nil
}
