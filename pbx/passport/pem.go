package passport

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
)

const (
	blockCertificate = "CERTIFICATE"
	blockKey         = "PRIVATE KEY"    // PKCS #8
	blockECKey       = "EC PRIVATE KEY" // SEC 1, as openssl ecparam writes it
)

// maxChain bounds a chain: root, a few authorities, the signer.
const maxChain = 8

// ParseChain reads certificates in PEM, the signer's own first.
func ParseChain(text []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != blockCertificate || len(chain) == maxChain {
			return nil, ErrCertificate // a key beside it, perhaps: nothing to hand on
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, ErrCertificate
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, ErrCertificate
	}
	return chain, nil
}

// EncodeChain writes certificates in PEM, and nothing before the first: there
// are verifiers that look at the first line.
func EncodeChain(chain ...*x509.Certificate) []byte {
	var text []byte
	for _, c := range chain {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: blockCertificate, Bytes: c.Raw})...)
	}
	return text
}

// ParseKey reads a private key in PEM: PKCS #8 or SEC 1, not encrypted.
func ParseKey(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case blockKey:
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if signer, ok := key.(*ecdsa.PrivateKey); err == nil && ok {
				return signer, nil
			}
			return nil, errNoKey
		case blockECKey:
			key, err := x509.ParseECPrivateKey(block.Bytes)
			if err != nil {
				return nil, errNoKey
			}
			return key, nil
		}
	}
	return nil, errNoKey
}

// errNoKey quotes nothing of what was read.
var errNoKey = errors.New("passport: no unencrypted private key of an elliptic curve in PEM")

// EncodeKey writes a private key in PKCS #8.
func EncodeKey(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: der}), nil
}

// Name is what a certificate's file is called where verifiers fetch it. It
// follows from the certificate, so that a renewed one has another: verifiers
// keep what they found at a URL for a day (ATIS-1000074).
func Name(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:10]) + ".pem"
}
