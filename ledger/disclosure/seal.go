package disclosure

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
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
	subject, err := subjectOf(key, identityID)
	if err != nil {
		return nil, err
	}
	members := make([]string, 0, len(attributes))
	for _, name := range slices.Sorted(maps.Keys(attributes)) { // so that a fixed random gives fixed bytes
		own, err := subject.attributeKey(name)
		if err != nil {
			return nil, err
		}
		plain, err := attributes[name].encode()
		if err != nil {
			return nil, err
		}
		jwe, err := encrypt(random, own, header, plain)
		if err != nil {
			return nil, err
		}
		members = append(members, `"`+name+`":"`+jwe+`"`)
	}
	b := []byte("{" + strings.Join(members, ",") + "}") // a name that JSON would escape is refused next
	if _, err := ledger.ParseSealed(b); err != nil {    // here, and not after an approval
		return nil, fmt.Errorf("disclosure: the contract would refuse this: %w", err)
	}
	return b, nil
}

// A subject derives its attributes' keys. What HKDF extracts is the same for all
// of them, so it is done once.
type subject struct {
	extracted  []byte
	identityID string
}

func subjectOf(key []byte, identityID string) (subject, error) {
	if len(key) != KeySize {
		return subject{}, fmt.Errorf("disclosure: key is not %d bytes", KeySize)
	}
	if identityID == "" || strings.Contains(identityID, "/") {
		return subject{}, errors.New("disclosure: identity is empty or has a slash")
	}
	extracted, err := hkdf.Extract(sha256.New, key, nil)
	return subject{extracted, identityID}, err
}

// attributeKey derives the key of one attribute, so that a reader who is given
// it opens that attribute and no other.
func (s subject) attributeKey(name string) ([]byte, error) {
	// No id and no name contains a slash, so no two places share a label.
	if name == "" || strings.Contains(name, "/") {
		return nil, errors.New("disclosure: name is empty or has a slash")
	}
	return hkdf.Expand(sha256.New, s.extracted, "vouchline/attribute/v1/"+s.identityID+"/"+name, KeySize)
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
