package pbx

import (
	"fmt"
	"io"
	"log/slog"
	"time"
)

// An Account is one line on the PBX. Its zero value is disabled.
type Account struct {
	// Extension is the number that is dialled.
	Extension string `json:"extension"`
	// AuthUsername is the user name of the digest (RFC 7616 section 3.4).
	AuthUsername string `json:"auth_username"`
	Realm        string `json:"realm"`
	// DisplayName is what the called party sees; see [CleanDisplayName].
	DisplayName string `json:"display_name"`
	AOR         AOR    `json:"aor"`
	// The digests of one password; an empty one is not offered.
	HA1MD5       string `json:"ha1_md5,omitempty"`
	HA1SHA256    string `json:"ha1_sha256,omitempty"`
	HA1SHA512256 string `json:"ha1_sha512_256,omitempty"`
	// IdentityID is the identity on the ledger that the line belongs to and
	// dies with.
	IdentityID string    `json:"identity_id"`
	Enabled    bool      `json:"enabled"`
	UpdatedAt  time.Time `json:"updated_at,omitzero"`
}

// WithPassword returns the account with the digests of a password, for all
// algorithms.
func (a Account) WithPassword(p Password) Account {
	a.HA1MD5 = HA1(MD5, a.AuthUsername, a.Realm, p)
	a.HA1SHA256 = HA1(SHA256, a.AuthUsername, a.Realm, p)
	a.HA1SHA512256 = HA1(SHA512256, a.AuthUsername, a.Realm, p)
	return a
}

// HA1 returns the account's digest for an algorithm, or "".
func (a Account) HA1(alg Algorithm) string {
	switch alg {
	case MD5:
		return a.HA1MD5
	case SHA256:
		return a.HA1SHA256
	case SHA512256:
		return a.HA1SHA512256
	default:
		return ""
	}
}

// SetHA1 sets the digest of one algorithm.
func (a *Account) SetHA1(alg Algorithm, ha1 string) {
	switch alg {
	case MD5:
		a.HA1MD5 = ha1
	case SHA256:
		a.HA1SHA256 = ha1
	case SHA512256:
		a.HA1SHA512256 = ha1
	}
}

// Validate checks every field before it goes into a configuration file, a URI
// or a header. Names come from applicants: a line break, bracket, semicolon or
// quote in one would otherwise write somebody else's configuration. The error
// is an [*Error].
func (a Account) Validate() error {
	if err := checkExtension(a.Extension); err != nil {
		return err
	}
	if err := checkToken("auth_username", a.AuthUsername, maxUser); err != nil {
		return err
	}
	if err := checkDomain("realm", a.Realm); err != nil {
		return err
	}
	if _, err := ParseAOR(string(a.AOR)); err != nil {
		return err
	}
	if a.AOR.User() != a.Extension {
		return &Error{CodeMismatch, "aor"}
	}
	if err := checkDisplayName(a.DisplayName); err != nil {
		return err
	}
	if err := checkToken("identity_id", a.IdentityID, maxIdentity); err != nil && a.IdentityID != "" {
		return err
	}
	return a.validateDigests()
}

func (a Account) validateDigests() error {
	found := false
	for _, d := range []struct {
		field string
		alg   Algorithm
		n     int
	}{{"ha1_md5", MD5, 32}, {"ha1_sha256", SHA256, 64}, {"ha1_sha512_256", SHA512256, 64}} {
		ha1 := a.HA1(d.alg)
		if ha1 == "" {
			continue
		}
		found = true
		if len(ha1) != d.n || !only(ha1, "0123456789abcdef") {
			return &Error{CodeMalformed, d.field}
		}
	}
	if a.Enabled && !found {
		return &Error{CodeNoDigest, "ha1"} // such a line would register without a password
	}
	return nil
}

// String names the line without its holder or its digests.
func (a Account) String() string { return "account " + a.Extension }

// GoString hides the digests from %#v.
func (a Account) GoString() string { return "pbx.Account{" + a.Extension + "}" }

// Format hides the digests from every verb.
func (a Account) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue gives slog what an operator may see.
func (a Account) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("extension", a.Extension), slog.String("identity", a.IdentityID), slog.Bool("enabled", a.Enabled),
	)
}
