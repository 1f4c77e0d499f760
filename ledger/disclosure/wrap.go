package disclosure

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"

	"github.com/vouchline/vouchline/ledger"
)

// The parts of the wrapped key's protected header that are not algorithms.
const (
	contentType   = "jwk-set+json" // RFC 7517 section 8.5.2
	headerSubject = "sub"
	modulusBits   = 2048
)

// keySet is a JWK set of symmetric keys (RFC 7518 section 6.4), each with its
// attribute's name as kid.
type keySet struct {
	Keys []symmetricKey `json:"keys"`
}

type symmetricKey struct {
	Type string `json:"kty"` // "oct"
	Name string `json:"kid"`
	Key  string `json:"k"`
}

// Wrap encrypts the keys of the named attributes for an organisation: a
// compact JWE that opens with the private key that belongs to recipient.
func Wrap(key []byte, identityID string, names []string, recipient ledger.PublicKey) (string, error) {
	if len(names) == 0 || len(names) > ledger.MaxAttributes {
		return "", fmt.Errorf("disclosure: %d names, from 1 to %d are allowed", len(names), ledger.MaxAttributes)
	}
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	subject, err := subjectOf(key, identityID)
	if err != nil {
		return "", err
	}
	var set keySet
	for _, name := range names {
		own, err := subject.attributeKey(name)
		if err != nil {
			return "", err
		}
		set.Keys = append(set.Keys, symmetricKey{"oct", name, base64.RawURLEncoding.EncodeToString(own)})
	}
	content, err := json.Marshal(set)
	if err != nil {
		return "", fmt.Errorf("disclosure: encode keys: %w", err)
	}
	to, err := recipientOf(recipient)
	if err != nil {
		return "", err
	}
	options := (&jose.EncrypterOptions{}).WithContentType(contentType).WithHeader(headerSubject, identityID)
	encrypter, err := jose.NewEncrypter(jose.A256GCM, to, options)
	if err != nil {
		return "", fmt.Errorf("disclosure: wrap keys: %w", err)
	}
	object, err := encrypter.Encrypt(content)
	if err != nil {
		return "", fmt.Errorf("disclosure: wrap keys: %w", err)
	}
	return object.CompactSerialize()
}

// recipientOf chooses the algorithm by the kind of key; the key's thumbprint
// (RFC 7638) tells the reader which of theirs it was.
func recipientOf(k ledger.PublicKey) (jose.Recipient, error) {
	b, err := json.Marshal(k)
	if err != nil {
		return jose.Recipient{}, fmt.Errorf("disclosure: encode public key: %w", err)
	}
	var jwk jose.JSONWebKey
	if err := jwk.UnmarshalJSON(b); err != nil {
		return jose.Recipient{}, fmt.Errorf("disclosure: public key: %w", err)
	}
	thumbprint, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return jose.Recipient{}, fmt.Errorf("disclosure: public key: %w", err)
	}
	algorithm, err := algorithmOf(jwk.Key)
	id := base64.RawURLEncoding.EncodeToString(thumbprint)
	return jose.Recipient{Algorithm: algorithm, Key: jwk.Key, KeyID: id}, err
}

func algorithmOf(public crypto.PublicKey) (jose.KeyAlgorithm, error) {
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		if k.Curve == elliptic.P256() {
			return jose.ECDH_ES_A256KW, nil
		}
	case *rsa.PublicKey:
		if k.N.BitLen() == modulusBits {
			return jose.RSA_OAEP_256, nil
		}
	}
	return "", errors.New("disclosure: key is neither P-256 nor RSA of 2048 bits")
}

// PublicKey returns what an organisation registers of its private key, an
// *ecdsa.PrivateKey on P-256 or an *rsa.PrivateKey of 2048 bits.
func PublicKey(private crypto.PrivateKey) (ledger.PublicKey, error) {
	var k ledger.PublicKey
	signer, ok := private.(crypto.Signer)
	if !ok {
		return k, errors.New("disclosure: not a private key")
	}
	if _, err := algorithmOf(signer.Public()); err != nil {
		return k, err
	}
	b, err := jose.JSONWebKey{Key: signer.Public()}.MarshalJSON()
	if err != nil {
		return k, fmt.Errorf("disclosure: encode public key: %w", err)
	}
	err = json.Unmarshal(b, &k)
	return k, err
}
