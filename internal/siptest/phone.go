package siptest

import (
	"cmp"
	"testing"
)

// A Phone is what somebody has typed into one.
type Phone struct {
	// Number is the line that From, To and Contact carry. User is the digest's
	// user name; when empty, the number.
	Number, User, Password string
	// Realm is the domain of the addresses too, unless Domain says otherwise.
	// The digest answers whatever realm the challenge names.
	Realm, Domain string
	// Algorithm is the challenge it answers: MD5 (when empty), SHA-256 or
	// SHA-512-256.
	Algorithm string
	// Expires is for how many seconds it registers; 0 unregisters.
	Expires int
	// UserAgent is what it calls itself; it may keep silent.
	UserAgent string
}

// user returns the digest's user name.
func (p Phone) user() string { return cmp.Or(p.User, p.Number) }

// domain returns the part after the at sign.
func (p Phone) domain() string { return cmp.Or(p.Domain, p.Realm) }

// algorithm returns the digest it speaks.
func (p Phone) algorithm() string { return cmp.Or(p.Algorithm, "MD5") }

// address returns a SIP URI of the phone's domain.
func (p Phone) address(number string) string { return "sip:" + number + "@" + p.domain() }

// An Outcome is how a registration ended.
type Outcome struct {
	// Status is the final one; 0 means that no challenge had the algorithm.
	Status int
	// Offered are the algorithms of the challenges, in their order.
	Offered []string
}

// Register registers a phone once by UDP, from a port of its own that nobody
// listens on afterwards, and returns what the server answered.
func Register(tb testing.TB, server string, p Phone) Outcome {
	tb.Helper()
	ua := NewUA(tb, server, p)
	defer ua.Close()
	return ua.Register(tb)
}
