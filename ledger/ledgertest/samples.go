package ledgertest

import (
	"crypto/ecdh"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/ledger"
)

// NewIssue returns a valid request for an identity nobody has.
func NewIssue() ledger.Issue {
	return ledger.Issue{
		ID:         newID(),
		Attributes: map[string]string{"family_names": digest(), "birth_date": digest()},
		Nullifiers: []string{digest()},
		HolderKey:  digest(),
		Assurance:  "ial2-shaped",
	}
}

// NewSealedIssue returns what [NewIssue] does, with all its attributes sealed.
func NewSealedIssue() ledger.Issue {
	in := NewIssue()
	in.Sealed, in.SealedDigest = NewSealed(names(in.Attributes)...)
	return in
}

// NewSealed returns sealed attributes that nobody can open, and their digest.
func NewSealed(names ...string) (sealed []byte, sealedDigest string) {
	attributes := map[string]string{}
	for _, name := range names {
		attributes[name] = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0.." + random(12) + "." + random(64) + "." + random(16)
	}
	sealed, err := json.Marshal(attributes)
	if err != nil {
		panic(err) // strings always encode
	}
	sum := sha256.Sum256(sealed)
	return sealed, base64.RawURLEncoding.EncodeToString(sum[:])
}

// NewKey returns the public key of a P-256 key pair that nobody has.
func NewKey() ledger.PublicKey {
	private, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // the machine has no randomness
	}
	point := private.PublicKey().Bytes() // 4, x, y
	encode := base64.RawURLEncoding.EncodeToString
	return ledger.PublicKey{Type: "EC", Curve: "P-256", X: encode(point[1:33]), Y: encode(point[33:])}
}

// NewRSAKey returns what has the form of an RSA public key of 2048 bits.
func NewRSAKey() ledger.PublicKey {
	n := make([]byte, 256)
	_, _ = rand.Read(n)
	n[0] |= 0x80
	n[255] |= 1
	return ledger.PublicKey{Type: "RSA", Exponent: "AQAB", Modulus: base64.RawURLEncoding.EncodeToString(n)}
}

// NewOrganisation returns an organisation nobody has registered.
func NewOrganisation(role ledger.Role) ledger.Organisation {
	id := newID()
	return ledger.Organisation{ID: id, Name: "Test of " + id, Role: role, MSP: "T" + id}
}

// newID has 26 characters of base32, so that a ledger may be shared for ever.
func newID() string { return "t-" + strings.ToLower(rand.Text()) }

func digest() string { return random(32) }

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func names(attributes map[string]string) []string { return slices.Sorted(maps.Keys(attributes)) }
