package pbx

import (
	"crypto/md5" //nolint:gosec // RFC 3261 phones know nothing else; SHA-2 is stored beside it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
)

// An Algorithm is a digest algorithm by its name in RFC 7616 and RFC 8760.
type Algorithm string

// The algorithms, in the words of the IANA registry "HTTP Digest Algorithm
// Values".
const (
	MD5       Algorithm = "MD5"
	SHA256    Algorithm = "SHA-256"
	SHA512256 Algorithm = "SHA-512-256"
)

// Algorithms returns all of them, the one we would rather have first: the
// order in which RFC 8760 section 2.4 wants them offered.
func Algorithms() []Algorithm { return []Algorithm{SHA512256, SHA256, MD5} }

// HA1 is the digest of RFC 7616 section 3.4.2: H(user ":" realm ":" password)
// in lower-case hexadecimal, the only case Asterisk accepts. It panics for an
// algorithm that is not one of the three.
func HA1(alg Algorithm, user, realm string, password Password) string {
	a1 := []byte(user + ":" + realm + ":" + string(password))
	switch alg {
	case MD5:
		sum := md5.Sum(a1) //nolint:gosec // see the import
		return hex.EncodeToString(sum[:])
	case SHA256:
		sum := sha256.Sum256(a1)
		return hex.EncodeToString(sum[:])
	case SHA512256:
		sum := sha512.Sum512_256(a1)
		return hex.EncodeToString(sum[:])
	default:
		panic("pbx: no such digest algorithm: " + string(alg))
	}
}

const (
	// passwordLength characters of 5 bits are 130 bits: a digest caught on the
	// wire cannot be searched, MD5 or not.
	passwordLength = 26
	// passwordAlphabet has no l, o, i or u, as it is typed into phones by hand.
	passwordAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	redacted         = "REDACTED"
)

// A Password is a SIP password before it is digested. It redacts itself;
// [Password.Reveal] shows it, to its subscriber and once.
type Password string

// NewPassword makes a password from rand.
func NewPassword(rand io.Reader) (Password, error) {
	p, err := letters(rand, passwordLength)
	return Password(p), err
}

// letters returns n random characters of the alphabet, 5 bits each.
func letters(rand io.Reader, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(rand, b); err != nil {
		return "", fmt.Errorf("pbx: read randomness: %w", err)
	}
	for i, v := range b {
		b[i] = passwordAlphabet[v%32] // 256 is a multiple of 32: no bias
	}
	return string(b), nil
}

// Reveal returns the password itself.
func (p Password) Reveal() string { return string(p) }

// String hides the password.
func (p Password) String() string { return redacted }

// GoString hides the password from %#v.
func (p Password) GoString() string { return redacted }

// Format hides the password from every verb.
func (p Password) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the password from slog.
func (p Password) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the password from JSON: it is never stored.
func (p Password) MarshalText() ([]byte, error) { return []byte(redacted), nil }
