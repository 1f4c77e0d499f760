package kyc

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

// newIdentity fixes everything that will be minted: id, values, salts, and the
// attributes as they are sealed for whoever the subscriber will consent to.
func (f *Flow) newIdentity(p Profile, assurance string) (Identity, error) {
	id, err := f.newID("id")
	if err != nil {
		return Identity{}, err
	}
	i := Identity{ID: id, Attributes: p.attributes(), Salts: map[string][]byte{}, Assurance: assurance}
	open := make(map[string]disclosure.Attribute, len(i.Attributes))
	for name, value := range i.Attributes {
		if i.Salts[name], err = ledger.NewSalt(f.random()); err != nil {
			return Identity{}, err
		}
		open[name] = disclosure.Attribute{Value: value, Salt: i.Salts[name]}
	}
	if i.AttributeKey, err = disclosure.NewKey(f.random()); err != nil {
		return Identity{}, err
	}
	i.Sealed, err = disclosure.Seal(f.random(), i.AttributeKey, id, open)
	return i, err
}

// request is what the ledger is asked to mint for an approved enrollment:
// salted digests on the channel, values only sealed and beside it. It is the
// same bytes however often it is asked for.
func (i Identity) request() ledger.Issue {
	digests := make(map[string]string, len(i.Attributes))
	for name, value := range i.Attributes {
		digests[name] = ledger.Digest(name, value, i.Salts[name])
	}
	in := ledger.Issue{ID: i.ID, Attributes: digests, Nullifiers: []string{i.Nullifier}, Assurance: i.Assurance, Sealed: i.Sealed}
	if len(i.Sealed) > 0 {
		sum := sha256.Sum256(i.Sealed)
		in.SealedDigest = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return in
}
