package ledger

// Bounds of an identity's history, so that it can be read at once; see mayGrow.
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
// event of both.
func (i Identity) change(s State, kind EventKind) (Identity, error) {
	if !i.mayGrow(kind) {
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

// mayGrow reports whether the history has room. What adds something ends first,
// so that no subscriber can fill it up against a suspension; what takes something
// back, of which there is no more than was added, is never refused.
func (i Identity) mayGrow(kind EventKind) bool {
	switch kind {
	case EventUpdated, EventKeyAdded, EventConsentGranted:
		return i.Version < MaxVersions
	case EventSuspended, EventResumed:
		return i.Version < maxStatusVersions
	default:
		return true
	}
}

func illegal(from, to Status) error {
	return &Error{CodeIllegalStatus, string(from) + " may not become " + string(to)}
}
