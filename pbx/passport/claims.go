package passport

import (
	"log/slog"
	"slices"
	"time"
	"unicode/utf8"
)

// An Attestation says how much the signer knows of the caller (RFC 8588
// section 4, in the words of ATIS-1000074).
type Attestation string

// The attestations.
const (
	// Full: the signer knows the caller and that the number is the caller's.
	Full Attestation = "A"
	// Partial: the signer knows the caller, and the number is not the point.
	Partial Attestation = "B"
	// Gateway: the call merely came in here. It is read and never signed: a
	// signature that says nothing of the caller would lend weight to anybody.
	Gateway Attestation = "C"
)

const (
	maxDest   = 16 // numbers and addresses together
	maxOrigID = 36 // a UUID, as text
	maxName   = 128
)

// Claims are what a token says.
type Claims struct {
	Attest   Attestation
	Orig     Party
	Dest     []Party
	IssuedAt time.Time // whole seconds
	// OrigID is opaque to everybody but the signer, who finds the call by it.
	OrigID string
	// Name is the caller's, of claim "rcd", key "nam"; empty leaves it out.
	Name string
}

// Check refuses claims that may not be signed.
func (c Claims) Check() error {
	switch {
	case c.Attest != Full && c.Attest != Partial:
		return ErrClaims
	case c.Attest == Full && c.Orig.TN == "": // one attests to a number
		return ErrClaims
	case c.IssuedAt.Unix() <= 0 || !c.complete():
		return ErrClaims
	default:
		return nil
	}
}

// complete reports whether the claims are what a SHAKEN token has, whoever
// signed it.
func (c Claims) complete() bool {
	known := c.Attest == Full || c.Attest == Partial || c.Attest == Gateway
	return known && c.Orig.valid() && len(c.Dest) > 0 && len(c.Dest) <= maxDest &&
		!slices.ContainsFunc(c.Dest, func(p Party) bool { return !p.valid() }) &&
		c.OrigID != "" && len(c.OrigID) <= maxOrigID && len(c.Name) <= maxName && utf8.ValidString(c.Name)
}

// LogValue keeps names and numbers out of the logs.
func (c Claims) LogValue() slog.Value {
	return slog.GroupValue(slog.String("attest", string(c.Attest)), slog.String("origid", c.OrigID))
}

// String keeps names and numbers out of formatted text.
func (c Claims) String() string { return "claims " + string(c.Attest) + " " + c.OrigID }

// GoString keeps names and numbers out of %#v.
func (c Claims) GoString() string { return c.String() }
