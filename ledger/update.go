package ledger

import (
	"encoding/json"
	"maps"
	"slices"
)

// UpdateIdentity replaces what an identity says of its subject. An update that
// was made from another version than the present one is CodeStale; one that
// says what the record says already changes nothing. Nullifiers that are no
// longer among the new ones are freed.
func (c Contract) UpdateIdentity(s State, u Update) (Identity, error) {
	if err := c.mayWrite(s); err != nil {
		return Identity{}, err
	}
	in := u.content().canonical()
	if err := in.validate(); err != nil {
		return Identity{}, err
	}
	if _, err := c.issuer(s); err != nil {
		return Identity{}, err
	}
	i, err := c.unerased(s, u.ID)
	switch {
	case err != nil:
		return Identity{}, err
	case u.Version < 1 || u.Version > i.Version:
		return Identity{}, &Error{CodeStale, "the identity has no such version"}
	case i.says(in):
		return i, nil
	case i.Status == StatusRevoked:
		return Identity{}, &Error{CodeIllegalStatus, "a revoked identity is not updated"}
	case u.Version != i.Version:
		return Identity{}, &Error{CodeStale, "the identity has changed since"}
	}
	if err := claim(s, i.ID, in.Nullifiers); err != nil {
		return Identity{}, err
	}
	if err := free(s, i.ID, without(i.Nullifiers, in.Nullifiers)); err != nil {
		return Identity{}, err
	}
	if err := i.replaceSealed(s, in); err != nil {
		return Identity{}, err
	}
	i.Attributes, i.Nullifiers, i.SealedDigest = in.Attributes, in.Nullifiers, in.SealedDigest
	i.HolderKey, i.Assurance = in.HolderKey, in.Assurance
	return i.change(s, EventUpdated)
}

// says reports whether the record holds this content now.
func (i Identity) says(in Issue) bool {
	return maps.Equal(i.Attributes, in.Attributes) && slices.Equal(i.Nullifiers, in.Nullifiers) &&
		i.HolderKey == in.HolderKey && i.Assurance == in.Assurance && i.SealedDigest == in.SealedDigest
}

func (i Identity) replaceSealed(s State, in Issue) error {
	if in.SealedDigest == "" && i.SealedDigest != "" {
		return s.PurgePrivate(sealedKey(i.ID))
	}
	return keepSealed(s, in)
}

func (u Update) content() Issue {
	return Issue{
		ID: u.ID, Attributes: u.Attributes, Nullifiers: u.Nullifiers,
		HolderKey: u.HolderKey, Assurance: u.Assurance, SealedDigest: u.SealedDigest,
	}
}

// MarshalJSON writes the canonical form, as that of [Issue] does.
func (u Update) MarshalJSON() ([]byte, error) {
	type plain Update
	in := u.content().canonical()
	u.Attributes, u.Nullifiers = in.Attributes, in.Nullifiers
	return json.Marshal(plain(u))
}

// without returns what is in a and not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(v string) bool { return slices.Contains(b, v) })
}
