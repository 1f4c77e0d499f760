package ledger

import "time"

// EraseIdentity forgets whom an identity was about, from any status and for
// good: what stays says that somebody's identity was valid from, to, and who
// issued it. Attributes, nullifiers, keys, consents and digests leave the
// record; the sealed attributes leave the private collection. Nullifiers are
// freed, except after fraud; its keys stay taken.
func (c Contract) EraseIdentity(s State, id string) (Identity, error) {
	if err := c.mayWrite(s); err != nil {
		return Identity{}, err
	}
	i, err := c.Identity(s, id)
	if err != nil || i.Status == StatusErased {
		return i, err
	}
	if i.Status != StatusRevoked || i.Reason != ReasonFraud {
		if err := free(s, i.ID, i.Nullifiers); err != nil {
			return Identity{}, err
		}
	}
	if err := i.dropRecords(s); err != nil {
		return Identity{}, err
	}
	return Identity{
		ID: i.ID, Attributes: map[string]string{}, Nullifiers: []string{},
		Status: StatusErased, Reason: ReasonErasure, Assurance: i.Assurance, Issuer: i.Issuer,
		IssuedAt: i.IssuedAt, EndedAt: firstOf(i.EndedAt, timeOf(s)), Version: i.Version, TxID: i.TxID,
	}.change(s, EventErased)
}

// dropRecords removes what lies beside the identity's record.
func (i Identity) dropRecords(s State) error {
	for _, thumbprint := range i.Keys {
		if err := s.Put(keyKey(thumbprint), retired); err != nil {
			return err
		}
	}
	for _, organisation := range i.Consents {
		if err := s.Delete(consentKey(Pair{i.ID, organisation})); err != nil {
			return err
		}
	}
	if i.SealedDigest == "" {
		return nil
	}
	return s.PurgePrivate(sealedKey(i.ID))
}

func firstOf(t, otherwise time.Time) time.Time {
	if t.IsZero() {
		return otherwise
	}
	return t
}
