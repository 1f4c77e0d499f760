package passport

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"log/slog"
	"math/big"
	"slices"
	"time"
)

// Freshness is how far a token's time may be from the verifier's, either way
// (RFC 8224 section 6.2, step 4). A token that was overheard is worth nothing
// after it.
const Freshness = 60 * time.Second

// A Token is what a verified header says, and who signed it.
type Token struct {
	Claims

	Certificate *x509.Certificate
}

// LogValue keeps names and numbers out of the logs.
func (t Token) LogValue() slog.Value { return t.Claims.LogValue() }

// A Call is what the INVITE says of itself: From (or P-Asserted-Identity) and
// To. A zero Orig or Dest is not compared.
type Call struct {
	Orig Party
	Dest Party
}

// A Verifier verifies tokens of signers whose certificates come from a root.
type Verifier struct {
	Roots *x509.CertPool
	Clock func() time.Time
}

// Verify checks a header with the chain found at its URL, the signer's own
// certificate first: whether that may be trusted, whether the signature is its
// owner's, whether the token is fresh and about this call (RFC 8224 section
// 6.2). The order matters: what is said of stale or foreign tokens is said only
// once the signature is known to be right.
func (v Verifier) Verify(u *Unverified, chain []*x509.Certificate, call Call) (Token, error) {
	if len(chain) == 0 {
		return Token{}, ErrCertificate
	}
	leaf, now := chain[0], v.Clock()
	if err := v.trust(leaf, chain[1:], now); err != nil {
		return Token{}, err
	}
	if !u.signedBy(leaf) {
		return Token{}, ErrSignature
	}
	if age := now.Sub(u.claims.IssuedAt); age > Freshness || age < -Freshness || !within(u.claims.IssuedAt, leaf) {
		return Token{}, ErrStale
	}
	if err := covers(leaf, u.claims.Orig); err != nil {
		return Token{}, err
	}
	if call.Orig != (Party{}) && call.Orig != u.claims.Orig {
		return Token{}, ErrOrig
	}
	if call.Dest != (Party{}) && !slices.Contains(u.claims.Dest, call.Dest) {
		return Token{}, ErrDest
	}
	return Token{Claims: u.claims, Certificate: leaf}, nil
}

// trust follows the chain to a root. The extended key usages of these
// certificates are the issuer's affair (RFC 8226 asks for none).
func (v Verifier) trust(leaf *x509.Certificate, others []*x509.Certificate, now time.Time) error {
	intermediates := x509.NewCertPool()
	for _, c := range others {
		intermediates.AddCert(c)
	}
	known := *leaf // of the extensions that may be critical, this package knows one more than the library
	known.UnhandledCriticalExtensions = slices.DeleteFunc(slices.Clone(leaf.UnhandledCriticalExtensions), oidTNAuthList.Equal)
	_, err := known.Verify(x509.VerifyOptions{
		Roots: v.Roots, Intermediates: intermediates, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil || leaf.IsCA || leaf.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		return ErrCertificate
	}
	return nil
}

func (u *Unverified) signedBy(c *x509.Certificate) bool {
	key, ok := c.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return false
	}
	digest := sha256.Sum256([]byte(u.input))
	r := new(big.Int).SetBytes(u.signature[:coordinate])
	s := new(big.Int).SetBytes(u.signature[coordinate:])
	return ecdsa.Verify(key, digest[:], r, s)
}

// covers reports whether a certificate may speak for a caller: for a number if
// its list has it or names a provider, whose numbers no certificate lists; for
// an address if it is of the domain (RFC 8224 section 4.1).
func covers(leaf *x509.Certificate, orig Party) error {
	if orig.TN == "" {
		if leaf.VerifyHostname(orig.domain()) != nil {
			return ErrScope
		}
		return nil
	}
	list, err := TNAuthListOf(leaf)
	if err != nil {
		return ErrCertificate
	}
	if !list.Covers(orig.TN) {
		return ErrScope
	}
	return nil
}
