package ledger

import (
	"crypto/ecdh"
	"encoding/json"
)

const (
	rsaBytes    = 256    // 2048 bits, requirements A2
	rsaExponent = "AQAB" // 65537
	p256        = "P-256"
	p256Bytes   = 32
)

// Thumbprint returns the key's RFC 7638 thumbprint: base64url SHA-256 of the
// required members in their lexical order, which is that of the type.
func (k PublicKey) Thumbprint() string {
	b, err := json.Marshal(k)
	if err != nil {
		return refused // a struct of strings always encodes
	}
	return sumOf(b)
}

// Validate refuses as CodeInvalid what is not a public key of the two kinds,
// each in its one spelling: two spellings of a key would be two keys.
func (k PublicKey) Validate() error {
	switch k.Type {
	case "RSA":
		return k.validateRSA()
	case "EC":
		return k.validateEC()
	default:
		return invalid("key: kty is not RSA or EC")
	}
}

func (k PublicKey) validateRSA() error {
	if k.Curve != "" || k.X != "" || k.Y != "" {
		return invalid("key: members of another type")
	}
	if k.Exponent != rsaExponent {
		return invalid("key: the exponent is not 65537")
	}
	n, ok := number(k.Modulus, rsaBytes)
	if !ok || n[0] < 0x80 || n[rsaBytes-1]%2 == 0 {
		return invalid("key: the modulus is not an odd number of 2048 bits")
	}
	return nil
}

// validateEC has NewPublicKey check that the point is on the curve: a key off
// it would give away the private key of who agrees on a secret with it.
func (k PublicKey) validateEC() error {
	if k.Exponent != "" || k.Modulus != "" {
		return invalid("key: members of another type")
	}
	x, okX := number(k.X, p256Bytes)
	y, okY := number(k.Y, p256Bytes)
	if k.Curve != p256 || !okX || !okY {
		return invalid("key: not a point of P-256")
	}
	if _, err := ecdh.P256().NewPublicKey(append(append([]byte{4}, x...), y...)); err != nil {
		return invalid("key: not a point of P-256")
	}
	return nil
}

// number decodes the one base64url spelling of size bytes.
func number(s string, size int) ([]byte, bool) {
	if len(s) != strict.EncodedLen(size) {
		return nil, false
	}
	b, err := strict.DecodeString(s)
	return b, err == nil && len(b) == size
}
