package kyc

import (
	"slices"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// A lineState is what the lines of an identity should be.
type lineState int

const (
	lineOff      lineState = iota // the account stays and registers nobody
	lineOn                        // calls, but for what an administrator suspended
	lineReleased                  // for good: no devices, and the number rests
	lineGone                      // as released, and nothing else is kept
)

// apply makes an account what it should be.
func (s lineState) apply(a *pbx.Account, now time.Time) {
	switch s {
	case lineOn:
		a.Enabled = usable(*a, now)
	case lineOff:
		a.Enabled = false
	case lineReleased:
		release(a, now)
	case lineGone:
		release(a, now)
		*a = a.Shell()
	}
}

// usable reports whether nothing but the identity's status can keep a line
// silent. A line that nobody can register to is off: some PBXs let everybody in
// where there is no credential.
func usable(a pbx.Account, now time.Time) bool {
	return !a.Suspended && a.ReleasedAt.IsZero() && len(a.Credentials(now)) > 0
}

// release takes a line from its subscriber; the number rests from now on.
func release(a *pbx.Account, now time.Time) {
	a.Enabled, a.Devices = false, nil
	if a.ReleasedAt.IsZero() {
		a.ReleasedAt = now
	}
}

// refuses says why a line cannot be used now: a device that is added to it would
// not work.
func refuses(a pbx.Account, now time.Time) error {
	switch {
	case !a.ReleasedAt.IsZero():
		return ErrLineReleased
	case a.Suspended || !a.Enabled && usable(a, now):
		return ErrLineOff
	default:
		return nil
	}
}

// dropBrowsers forgets browsers whose credentials have ended: nobody sets one up
// again.
func dropBrowsers(a *pbx.Account) {
	a.Devices = slices.DeleteFunc(slices.Clone(a.Devices), func(d pbx.Device) bool {
		return d.Kind == pbx.Browser && len(d.Credentials) == 0
	})
	if len(a.Devices) == 0 {
		a.Devices = nil
	}
}

// tending is the effect at the next end of a credential, if there is one.
func tending(enrollmentID string, a pbx.Account) []Effect {
	end := a.NextEnd()
	if end.IsZero() {
		return nil
	}
	return []Effect{{Kind: TendLine, EnrollmentID: enrollmentID, Ref: at(a.Extension, int(end.Unix()))}}
}
