package passport

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"time"
)

// coordinate is the size of one half of an ES256 signature.
const coordinate = 32

// A Signer signs with one certificate. It may be used by several goroutines.
type Signer struct {
	key  crypto.Signer
	leaf *x509.Certificate
	x5u  string
	rand io.Reader
}

// NewSigner makes a signer of a key, its certificate and the URL where
// verifiers find that. The key may be in a device: it is only asked to sign.
func NewSigner(key crypto.Signer, leaf *x509.Certificate, x5u string, rand io.Reader) (*Signer, error) {
	public, ok := key.Public().(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, errors.New("passport: the key is not one of curve P-256")
	}
	if !public.Equal(leaf.PublicKey) {
		return nil, errors.New("passport: key and certificate do not belong together")
	}
	if _, err := TNAuthListOf(leaf); err != nil {
		return nil, err
	}
	if !plainURL(x5u) {
		return nil, errors.New("passport: the certificate's URL has to be absolute, without user, query or fragment")
	}
	return &Signer{key: key, leaf: leaf, x5u: x5u, rand: rand}, nil
}

// Certificate is the one the signer signs with.
func (s *Signer) Certificate() *x509.Certificate { return s.leaf }

// Sign returns the value of an Identity header about the claims, in the full
// form that SHAKEN wants.
func (s *Signer) Sign(c Claims) (string, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	if !within(c.IssuedAt, s.leaf) {
		return "", ErrCertificate
	}
	if err := covers(s.leaf, c.Orig); err != nil {
		return "", err
	}
	head, err := encode(header(s.x5u))
	if err != nil {
		return "", err
	}
	body, err := encode(c.payload())
	if err != nil {
		return "", err
	}
	input := head + "." + body
	signature, err := s.es256(input)
	if err != nil {
		return "", err
	}
	return input + "." + signature + ";info=<" + s.x5u + ">;alg=" + algES256 + ";ppt=" + pptShaken, nil
}

// es256 signs and turns the signature from ASN.1 into the two coordinates side
// by side (RFC 7518 section 3.4).
func (s *Signer) es256(input string) (string, error) {
	digest := sha256.Sum256([]byte(input))
	der, err := s.key.Sign(s.rand, digest[:], crypto.SHA256)
	if err != nil {
		return "", err
	}
	var halves struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &halves); err != nil || len(rest) > 0 {
		return "", errors.Join(err, errors.New("passport: the key made no ECDSA signature"))
	}
	raw := make([]byte, 2*coordinate)
	halves.R.FillBytes(raw[:coordinate])
	halves.S.FillBytes(raw[coordinate:])
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

// within reports whether a certificate was valid at a time.
func within(at time.Time, c *x509.Certificate) bool {
	return !at.Before(c.NotBefore) && !at.After(c.NotAfter)
}
