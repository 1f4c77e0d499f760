package kyc

import (
	"context"

	"github.com/vouchline/vouchline/pbx/passport"
)

// Passports speaks to the world about callers (STIR): it has the operator's key
// and certificate, and finds other people's certificates.
type Passports interface {
	// SignPassport returns the value of an Identity header.
	SignPassport(c passport.Claims) (string, error)
	// VerifyPassport returns what a header says, or a *passport.Error where it is
	// not to be believed. own tells that this service signed it.
	VerifyPassport(ctx context.Context, header string, call passport.Call) (t passport.Token, own bool, err error)
}
