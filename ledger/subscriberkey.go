package ledger

import (
	"bytes"
	"slices"
)

// MaxKeys is how many public keys an identity may ever have.
const MaxKeys = 32

// retired stands in the place of the key of an erased identity: it names
// nobody and keeps the key from ever being another's.
var retired = []byte("retired")

// AddKey gives an active identity a public key. One key belongs to one identity
// for ever, revoked or not, or what it signed could one day pass for another's:
// CodeKeyTaken, also after its identity was erased.
func (c Contract) AddKey(s State, r KeyRequest) (SubscriberKey, error) {
	if err := c.mayWrite(s); err != nil {
		return SubscriberKey{}, err
	}
	if err := r.Key.Validate(); err != nil {
		return SubscriberKey{}, err
	}
	i, err := c.unerased(s, r.Identity)
	if err != nil {
		return SubscriberKey{}, err
	}
	k, found, err := subscriberKey(s, r)
	switch {
	case err != nil:
		return SubscriberKey{}, err
	case found && k.RevokedAt.IsZero():
		return k, nil
	case found:
		return SubscriberKey{}, &Error{CodeIllegalStatus, "a revoked key does not come back"}
	case i.Status != StatusActive:
		return SubscriberKey{}, errNotActive
	case len(i.Keys) >= MaxKeys:
		return SubscriberKey{}, &Error{CodeTooMany, "the identity has had too many keys"}
	}
	k = SubscriberKey{
		Thumbprint: r.Key.Thumbprint(), Identity: i.ID, Key: r.Key, AddedAt: timeOf(s), TxID: s.TxID(),
	}
	i.Keys = append(i.Keys, k.Thumbprint)
	if _, err := i.change(s, EventKeyAdded); err != nil {
		return SubscriberKey{}, err
	}
	return k, store(s, keyKey(k.Thumbprint), k)
}

// RevokeKey ends the use of an identity's public key, for good.
func (c Contract) RevokeKey(s State, r KeyRequest) (SubscriberKey, error) {
	if err := c.mayWrite(s); err != nil {
		return SubscriberKey{}, err
	}
	if err := r.Key.Validate(); err != nil {
		return SubscriberKey{}, err
	}
	i, err := c.unerased(s, r.Identity)
	if err != nil {
		return SubscriberKey{}, err
	}
	if !slices.Contains(i.Keys, r.Key.Thumbprint()) {
		return SubscriberKey{}, &Error{CodeNotFound, "the identity has no such key"}
	}
	k, _, err := subscriberKey(s, r)
	if err != nil || !k.RevokedAt.IsZero() {
		return k, err
	}
	k.RevokedAt, k.TxID = timeOf(s), s.TxID()
	if _, err := i.change(s, EventKeyRevoked); err != nil {
		return SubscriberKey{}, err
	}
	return k, store(s, keyKey(k.Thumbprint), k)
}

// Keys returns an identity's public keys in the order they came, those revoked
// among them; none of an erased identity.
func (c Contract) Keys(s State, id string) ([]SubscriberKey, error) {
	i, err := c.Identity(s, id)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(i.Keys))
	for k, thumbprint := range i.Keys {
		keys[k] = keyKey(thumbprint)
	}
	return loadAll[SubscriberKey](s, keys)
}

// subscriberKey reads the record of a key, which must be the identity's own.
func subscriberKey(s State, r KeyRequest) (k SubscriberKey, found bool, err error) {
	b, err := s.Get(keyKey(r.Key.Thumbprint()))
	if err != nil || b == nil {
		return k, false, err
	}
	if !bytes.Equal(b, retired) {
		err = decode(b, &k)
	}
	if err == nil && k.Identity != r.Identity {
		return SubscriberKey{}, false, &Error{CodeKeyTaken, "the key belongs to another identity"}
	}
	return k, true, err
}

var errNotActive = &Error{CodeIllegalStatus, "the identity is not active"}
