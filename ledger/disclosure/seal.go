package disclosure

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/ledger"
)

// KeySize is the size of a subject's key and of each key derived from it.
const KeySize = 32

// ErrUnopened says that something does not open: it was sealed under another
// key, for another name or identity, or was altered. Which of them it was
// cannot be told.
var ErrUnopened = errors.New("disclosure: does not open: another key, another place, or altered")

// NewKey reads a subject's key from random, which is crypto/rand.Reader
// outside tests. Who destroys it makes every attribute sealed under it
// unreadable, wherever its copies lie.
func NewKey(random io.Reader) ([]byte, error) {
	key := make([]byte, KeySize)
	if _, err := io.ReadFull(random, key); err != nil {
		return nil, fmt.Errorf("disclosure: new key: %w", err)
	}
	return key, nil
}

// Seal encrypts the attributes of an identity under the subject's key: the
// canonical JSON object of name to compact JWE that [ledger.ParseSealed]
// reads. It may be repeated; the bytes differ each time.
func Seal(random io.Reader, key []byte, identityID string, attributes map[string]Attribute) ([]byte, error) {
	if n := len(attributes); n == 0 || n > ledger.MaxAttributes {
		return nil, fmt.Errorf("disclosure: %d attributes, from 1 to %d are allowed", n, ledger.MaxAttributes)
	}
	sealed := make(map[string]string, len(attributes))
	for _, name := range slices.Sorted(maps.Keys(attributes)) { // so that a fixed random gives fixed bytes
		own, err := attributeKey(key, identityID, name)
		if err != nil {
			return nil, err
		}
		plain, err := attributes[name].encode()
		if err != nil {
			return nil, err
		}
		if sealed[name], err = encrypt(random, own, header, plain); err != nil {
			return nil, err
		}
	}
	b, err := json.Marshal(sealed)
	if err != nil {
		return nil, fmt.Errorf("disclosure: encode: %w", err)
	}
	if _, err := ledger.ParseSealed(b); err != nil { // here, and not after an approval
		return nil, fmt.Errorf("disclosure: the contract would refuse this: %w", err)
	}
	return b, nil
}

// attributeKey derives the key of one attribute, so that a reader who is given
// it opens that attribute and no other.
func attributeKey(key []byte, identityID, name string) ([]byte, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("disclosure: key is not %d bytes", KeySize)
	}
	// No id and no name contains a slash, so no two places share a label.
	if identityID == "" || name == "" || strings.Contains(identityID+name, "/") {
		return nil, errors.New("disclosure: identity or name is empty or has a slash")
	}
	return hkdf.Key(sha256.New, key, nil, "vouchline/attribute/v1/"+identityID+"/"+name, KeySize)
}

// header is the protected header of every sealed attribute,
// {"alg":"dir","enc":"A256GCM"} (RFC 7518 sections 4.5 and 5.3), and the only
// one that is accepted, here and by the ledger's contract: one with room for
// more could hold a name, or "zip". Name and identity are bound by the key.
const header = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0"

// encrypt makes a compact JWE by RFC 7516 section 5.1 for alg "dir": the
// second part, the encrypted key, is empty. The initialization vector is
// random, which is safe for a key that encrypts a handful of times.
func encrypt(random io.Reader, key []byte, protected string, plain []byte) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("disclosure: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", fmt.Errorf("disclosure: %w", err)
	}
	iv := make([]byte, gcm.NonceSize())
	if _, err := io.ReadFull(random, iv); err != nil {
		return "", fmt.Errorf("disclosure: initialization vector: %w", err)
	}
	out := gcm.Seal(nil, iv, plain, []byte(protected))
	body, tag := out[:len(plain)], out[len(plain):]
	part := base64.RawURLEncoding.EncodeToString
	return strings.Join([]string{protected, "", part(iv), part(body), part(tag)}, "."), nil
}
