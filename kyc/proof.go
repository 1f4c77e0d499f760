package kyc

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"time"

	"github.com/vouchline/vouchline/ledger"
)

// A Proof is what anyone may know about an identity: the ledger's record and
// where it stands. It holds no attribute, only their salted digests. Of an
// erased identity it says that it was valid From, To, and nothing else.
type Proof struct {
	Identity ledger.Identity
	Location ledger.Location
	From     time.Time
	To       time.Time // zero while the identity is not revoked or erased
}

// Erased reports whether the subject was forgotten.
func (p Proof) Erased() bool { return p.Identity.Status == ledger.StatusErased }

// Proof reads an identity from the ledger.
func (f *Flow) Proof(ctx context.Context, identityID string) (Proof, error) {
	identity, location, err := f.Ledger.Identity(ctx, identityID)
	if err != nil {
		return Proof{}, err
	}
	return Proof{Identity: identity, Location: location, From: identity.IssuedAt, To: identity.EndedAt}, nil
}

// ProofURL is the public page of an identity.
func (s Settings) ProofURL(identityID string) string { return s.BaseURL + "/i/" + identityID }

// ShareLink returns the address of the identity's page with the salts of the
// chosen attributes. Whoever has the link can check a value that they already
// know or guess; it discloses no value by itself.
func (f *Flow) ShareLink(ctx context.Context, id string, attributes []string) (string, error) {
	e, err := f.Enrollments.Get(ctx, id)
	if err != nil {
		return "", err
	}
	if e.State() != Issued {
		return "", ErrNotSubscriber
	}
	salts := url.Values{}
	for _, name := range attributes {
		salt, ok := e.Data.Identity.Salts[name]
		if !ok || !slices.Contains(AttributeNames(), name) {
			return "", ErrUnknownField
		}
		salts.Set(name, base64.RawURLEncoding.EncodeToString(salt))
	}
	link := f.Settings.ProofURL(e.Data.Identity.ID)
	if len(salts) > 0 {
		link += "?" + salts.Encode()
	}
	return link, f.audit(ctx, "subject", "share", id, "")
}

// Match reports whether an identity was minted with this value of the
// attribute. The salt comes from the subscriber's share link; without it
// nothing can be asked, however often one tries.
func (f *Flow) Match(ctx context.Context, identityID, attribute, value, salt string) (bool, error) {
	if !slices.Contains(AttributeNames(), attribute) {
		return false, ErrUnknownField
	}
	raw, err := base64.RawURLEncoding.DecodeString(salt)
	if err != nil || len(raw) < ledger.MinSaltSize {
		return false, FieldErrors{"salt": FieldInvalid}
	}
	proof, err := f.Proof(ctx, identityID)
	if err != nil {
		return false, err
	}
	return proof.Identity.Discloses(attribute, NormalizeAttribute(attribute, value), raw), nil
}
