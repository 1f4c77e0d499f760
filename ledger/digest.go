package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"io"
	"strings"
)

const (
	// MinSaltSize is the shortest salt [Digest] accepts: 128 bits, as RFC 9901
	// (SD-JWT) recommends. A birth date has 16 bits of entropy; without its
	// salt anyone could find it from the digest by trying them all.
	MinSaltSize = 16
	// MinNullifierKeySize is the shortest key [Nullifier] accepts.
	MinNullifierKeySize = 32

	digestSize = sha256.Size

	// refused is returned for a salt or key that is too short. It is not a
	// digest: the contract refuses to store it and nothing stored equals it.
	refused = "!too-short"
)

// strict refuses padding and stray low bits, so a digest has one spelling.
var strict = base64.RawURLEncoding.Strict()

// Digest commits to an attribute: base64url of SHA-256 over a fixed label and
// the name, value and salt, each preceded by its length as eight big-endian
// bytes. The lengths make it unambiguous: no two triples are encoded alike.
// A salt shorter than [MinSaltSize] gives a string that is not a digest.
func Digest(name, value string, salt []byte) string {
	if len(salt) < MinSaltSize {
		return refused
	}
	h := sha256.New()
	framed(h, "vouchline/attribute/v1", name, value, string(salt))
	return strict.EncodeToString(h.Sum(nil))
}

// Nullifier derives from a document what shows that its holder has enrolled
// already: HMAC-SHA-256 under the operator's secret key over issuing state and
// document number. It is keyed because document numbers can be enumerated.
// Case, spaces and MRZ fillers do not matter. A key shorter than
// [MinNullifierKeySize] gives a string that is not a digest.
func Nullifier(key []byte, issuingState, documentNumber string) string {
	if len(key) < MinNullifierKeySize {
		return refused
	}
	h := hmac.New(sha256.New, key)
	framed(h, "vouchline/nullifier/v1", bare(issuingState), bare(documentNumber))
	return strict.EncodeToString(h.Sum(nil))
}

// NewSalt reads a salt for [Digest] from random, which is crypto/rand.Reader
// outside tests.
func NewSalt(random io.Reader) ([]byte, error) {
	salt := make([]byte, 2*MinSaltSize)
	_, err := io.ReadFull(random, salt)
	return salt, err
}

func framed(h hash.Hash, label string, parts ...string) {
	h.Write([]byte(label))
	for _, p := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
}

func bare(s string) string {
	return strings.ToUpper(strings.NewReplacer(" ", "", "<", "").Replace(s))
}

// Discloses reports whether the identity says this value of the attribute under
// this salt: as it was minted, or last updated. A stranger chooses all three
// arguments. An erased identity discloses nothing.
func (i Identity) Discloses(name, value string, salt []byte) bool {
	said, ok := i.Attributes[name]
	return ok && subtle.ConstantTimeCompare([]byte(said), []byte(Digest(name, value, salt))) == 1
}

// sumOf returns the base64url SHA-256 of b.
func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return strict.EncodeToString(sum[:])
}

func isDigest(s string) bool {
	b, err := strict.DecodeString(s)
	return err == nil && len(b) == digestSize && len(s) == strict.EncodedLen(digestSize)
}
