package asterisk

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/format"
)

// users are the credentials of a line by user name, each with the digests of
// its password. Nil is a line that is not there, which is not one without
// credentials: that one lets everybody in.
type users map[string]string

// untold stands for digests that Asterisk's console does not show.
const untold = ""

// usersOf returns what Asterisk must believe about an account.
func usersOf(a pbx.Account, now time.Time) users {
	valid := a.Credentials(now)
	if !a.Enabled || len(valid) == 0 {
		return nil
	}
	u := users{}
	for _, c := range valid {
		var digests []string
		for _, alg := range format.Algorithms(c) {
			digests = append(digests, alg+":"+c.HA1(pbx.Algorithm(alg)))
		}
		u[c.Username] = sorted(digests)
	}
	return u
}

// sorted joins digests in an order of their own: Asterisk has another than we.
func sorted(digests []string) string {
	slices.Sort(digests)
	return strings.Join(digests, ",")
}

// is reports whether these are the wanted users and no others.
func (u users) is(want users) bool {
	return (u == nil) == (want == nil) && maps.EqualFunc(u, want, func(got, want string) bool { return got == want || got == untold })
}

// outlive reports whether somebody who could use the line before cannot now.
// Only then do devices have to go: a line that was given one more phone would
// otherwise lose its calls until all the others have come back.
func (u users) outlive(after users) bool {
	for name, digests := range u {
		if now, ok := after[name]; !ok || digests != now && digests != untold {
			return true
		}
	}
	return false
}

// phones are the users but for the account's browsers. When one of those ends, the
// line's phones stay: a browser's registration outlives its credential by one
// expiry at most.
func (u users) phones(a pbx.Account) users {
	kept := maps.Clone(u)
	for _, d := range a.Devices {
		for _, c := range d.Credentials {
			if d.Kind == pbx.Browser {
				delete(kept, c.Username)
			}
		}
	}
	return kept
}
