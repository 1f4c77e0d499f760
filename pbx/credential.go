package pbx

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// A Credential is one user name and password of the digest, kept as what the
// algorithms make of them (RFC 7616 section 3.4.2). A user name is used for one
// password only: a rotation makes a new credential beside the old one, so that
// an overlap is two users to a PBX and needs nothing of it.
type Credential struct {
	Username string `json:"username"`
	// The digests of one password; an empty one is not offered.
	HA1MD5       string `json:"ha1_md5,omitempty"`
	HA1SHA256    string `json:"ha1_sha256,omitempty"`
	HA1SHA512256 string `json:"ha1_sha512_256,omitempty"`
	// HA1B is the MD5 digest of the same password under username@realm, which is
	// what some phones send as their user name; Kamailio looks for it apart.
	HA1B      string    `json:"ha1b,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	// NotAfter is when it ends; zero is never.
	NotAfter time.Time `json:"not_after,omitzero"`
}

// NewCredential digests a password by all algorithms.
func NewCredential(username, realm string, p Password) Credential {
	return Credential{
		Username: username, HA1MD5: HA1(MD5, username, realm, p),
		HA1SHA256: HA1(SHA256, username, realm, p), HA1SHA512256: HA1(SHA512256, username, realm, p),
		HA1B: HA1(MD5, username+"@"+realm, realm, p),
	}
}

// ValidAt reports whether the credential may be used at a time.
func (c Credential) ValidAt(now time.Time) bool { return c.NotAfter.IsZero() || now.Before(c.NotAfter) }

// HA1 returns the digest for an algorithm, or "".
func (c Credential) HA1(alg Algorithm) string {
	switch alg {
	case MD5:
		return c.HA1MD5
	case SHA256:
		return c.HA1SHA256
	case SHA512256:
		return c.HA1SHA512256
	default:
		return ""
	}
}

// SetHA1 sets the digest of one algorithm.
func (c *Credential) SetHA1(alg Algorithm, ha1 string) {
	switch alg {
	case MD5:
		c.HA1MD5 = ha1
	case SHA256:
		c.HA1SHA256 = ha1
	case SHA512256:
		c.HA1SHA512256 = ha1
	}
}

func (c Credential) validate() error {
	if err := checkToken("username", c.Username, maxUser); err != nil {
		return err
	}
	found := false
	for _, d := range []struct {
		field string
		alg   Algorithm
		n     int
	}{{"ha1_md5", MD5, 32}, {"ha1_sha256", SHA256, 64}, {"ha1_sha512_256", SHA512256, 64}} {
		ha1 := c.HA1(d.alg)
		if ha1 == "" {
			continue
		}
		found = true
		if !isDigest(ha1, d.n) {
			return &Error{CodeMalformed, d.field}
		}
	}
	if c.HA1B != "" && !isDigest(c.HA1B, 32) {
		return &Error{CodeMalformed, "ha1b"}
	}
	if !found { // such a user would register without a password
		return &Error{CodeNoDigest, "ha1"}
	}
	return nil
}

// isDigest reports whether s is a digest as Asterisk takes it: n digits of
// lower-case hexadecimal.
func isDigest(s string, n int) bool { return len(s) == n && only(s, "0123456789abcdef") }

// usernameLetters random letters tell a line's credentials apart: 30 bits, so
// that a name is not met again in the life of a line.
const usernameLetters = 6

// NewUsername makes the user name of a new credential of a line, such as
// 2000001-k3f9ab.
func NewUsername(rand io.Reader, extension string) (string, error) {
	suffix, err := letters(rand, usernameLetters)
	return extension + "-" + suffix, err
}

// String names the credential without its digests.
func (c Credential) String() string { return "credential " + c.Username }

// GoString hides the digests from %#v.
func (c Credential) GoString() string { return "pbx.Credential{" + c.Username + "}" }

// Format hides the digests from every verb.
func (c Credential) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// LogValue hides the digests from slog.
func (c Credential) LogValue() slog.Value { return slog.StringValue(c.Username) }
