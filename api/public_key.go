package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"

	"github.com/vouchline/vouchline/ledger"
)

var (
	errNoKey      = errors.New("api: not a public key")
	errPrivateKey = errors.New("api: a private key where a public one is asked for")
)

// readPublicKey takes a public key as programs write it: a JSON Web Key
// (RFC 7517) or PEM (RFC 7468). Members beside the required ones are left out;
// whether it is a key that the ledger takes, the ledger says.
func readPublicKey(text string) (ledger.PublicKey, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		return readJWK(text)
	}
	block, _ := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return ledger.PublicKey{}, errNoKey
	case strings.Contains(block.Type, "PRIVATE KEY"):
		return ledger.PublicKey{}, errPrivateKey
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return ledger.PublicKey{}, errNoKey
	}
	return publicKeyOf(key)
}

func readJWK(text string) (ledger.PublicKey, error) {
	var key struct {
		ledger.PublicKey
		D json.RawMessage `json:"d"`
		K json.RawMessage `json:"k"` // of a symmetric key
	}
	if err := json.Unmarshal([]byte(text), &key); err != nil {
		return ledger.PublicKey{}, errNoKey
	}
	if key.D != nil || key.K != nil {
		return ledger.PublicKey{}, errPrivateKey
	}
	return key.PublicKey, nil
}

func publicKeyOf(key any) (ledger.PublicKey, error) {
	base64url := base64.RawURLEncoding.EncodeToString
	switch key := key.(type) {
	case *rsa.PublicKey:
		return ledger.PublicKey{
			Type: "RSA", Modulus: base64url(key.N.Bytes()), Exponent: base64url(big.NewInt(int64(key.E)).Bytes()),
		}, nil
	case *ecdsa.PublicKey:
		if key.Curve != elliptic.P256() {
			return ledger.PublicKey{}, errNoKey
		}
		point, err := key.Bytes() // SEC 1: 4, x, y
		if err != nil {
			return ledger.PublicKey{}, errNoKey
		}
		return ledger.PublicKey{Type: "EC", Curve: "P-256", X: base64url(point[1:33]), Y: base64url(point[33:])}, nil
	default:
		return ledger.PublicKey{}, errNoKey
	}
}
