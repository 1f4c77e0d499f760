package ledger

import "time"

// Bounds of an identity's history, so that it can be read at once. What the
// subscriber asks for ends at the first; suspensions and resumptions, which
// must work whatever the subscriber did, at the second; revocation and erasure
// are never refused for it.
const (
	MaxVersions       = 1000
	maxStatusVersions = 2 * MaxVersions
)

var errErased = &Error{CodeErased, "the identity was erased"}

// Identity returns the identity with this id, as it is or as erasure left it.
// Every organisation may read.
func (c Contract) Identity(s State, id string) (Identity, error) {
	if err := checkID(id); err != nil {
		return Identity{}, err
	}
	identity, found, err := load[Identity](s, identityKey(id))
	if err == nil && !found {
		err = &Error{CodeNotFound, "no such identity"}
	}
	return identity, err
}

// unerased returns an identity that can still change.
func (c Contract) unerased(s State, id string) (Identity, error) {
	identity, err := c.Identity(s, id)
	if err == nil && identity.Status == StatusErased {
		err = errErased
	}
	return identity, err
}

// SetStatus moves an identity by the table of [Status.May]. Repeating the last
// change changes nothing. Revocation frees the nullifiers, so that the person
// may enroll anew, except after fraud; it ends the time the identity was valid.
func (c Contract) SetStatus(s State, id string, status Status, reason string) (Identity, error) {
	if err := c.mayWrite(s); err != nil {
		return Identity{}, err
	}
	if err := checkChange(status, reason); err != nil {
		return Identity{}, err
	}
	i, err := c.unerased(s, id)
	if err != nil {
		return Identity{}, err
	}
	if i.Status == status && i.Reason == reason {
		return i, nil
	}
	if !i.Status.May(status) {
		return Identity{}, illegal(i.Status, status)
	}
	if status == StatusRevoked {
		i.EndedAt = timeOf(s)
		if reason != ReasonFraud {
			if err := free(s, i.ID, i.Nullifiers); err != nil {
				return Identity{}, err
			}
		}
	}
	i.Status, i.Reason = status, reason
	return i.change(s, kinds[status])
}

var kinds = map[Status]EventKind{
	StatusActive: EventResumed, StatusSuspended: EventSuspended, StatusRevoked: EventRevoked,
}

// change writes the identity's next version, its entry in the history, and the
// event of both. It is the last thing a transaction does.
func (i Identity) change(s State, kind EventKind) (Identity, error) {
	if i.Version >= limits(kind) {
		return Identity{}, &Error{CodeTooMany, "the identity has changed too often"}
	}
	i.Version++
	i.UpdatedAt, i.UpdateTxID = timeOf(s), s.TxID()
	if err := store(s, identityKey(i.ID), i); err != nil {
		return Identity{}, err
	}
	if err := store(s, changeKey(i.ID, i.Version), Change{i.Version, kind, i.Status, i.Reason, i.UpdatedAt, i.UpdateTxID}); err != nil {
		return Identity{}, err
	}
	return i, s.Emit([]Event{{kind, i.ID, i.Version}})
}

func limits(kind EventKind) int {
	switch kind {
	case EventRevoked, EventErased:
		return maxStatusVersions + 2
	case EventSuspended, EventResumed:
		return maxStatusVersions
	default:
		return MaxVersions
	}
}

// EraseIdentity forgets whom an identity was about, from any status and for
// good: what stays says that somebody's identity was valid from, to, and who
// issued it. Attributes, nullifiers, keys, consents and digests leave the
// record; the sealed attributes leave the private collection. Nullifiers are
// freed, except after fraud. A key of an erased identity is nobody's again.
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

func illegal(from, to Status) error {
	return &Error{CodeIllegalStatus, string(from) + " may not become " + string(to)}
}
