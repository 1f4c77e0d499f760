package ledger

import (
	"fmt"
	"slices"
)

// MaxOrganisations bounds the parties to a channel, so that their list stays
// one record.
const MaxOrganisations = 1000

// A Role is what an organisation does on the channel.
type Role string

// The roles.
const (
	RoleIssuer       Role = "issuer"        // proofs people and writes identities
	RoleOperator     Role = "operator"      // runs phone lines, reads identities
	RoleRelyingParty Role = "relying_party" // accepts identities, reads them
)

// An Organisation is a party to the channel.
type Organisation struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Role   Role   `json:"role"`
	MSP    string `json:"msp"`
	Status Status `json:"status"`
	// Key is what attributes' keys are wrapped for when a subject consents
	// that this organisation reads them.
	Key  PublicKey `json:"key,omitzero"`
	TxID string    `json:"tx_id,omitempty"` // that last changed it
}

// RegisterOrganisation records an organisation as active. Repeating the same
// registration changes nothing and returns the record as it is now; another
// one under the same id, or for the same MSP, is refused as CodeExists.
func (c Contract) RegisterOrganisation(s State, o Organisation) (Organisation, error) {
	if err := c.mayWrite(s); err != nil {
		return Organisation{}, err
	}
	if err := o.validate(); err != nil {
		return Organisation{}, err
	}
	o.Status, o.TxID = StatusActive, s.TxID()
	was, found, err := load[Organisation](s, organisationKey(o.ID))
	if err != nil {
		return Organisation{}, err
	}
	if found {
		o.Status, o.Key, o.TxID = was.Status, was.Key, was.TxID
		if o != was {
			return Organisation{}, &Error{CodeExists, "another organisation has this id"}
		}
		err := enlistLate(s, &was)
		return was, err
	}
	owner, err := s.Get(mspKey(o.MSP))
	if err != nil {
		return Organisation{}, fmt.Errorf("read MSP: %w", err)
	}
	if owner != nil {
		return Organisation{}, &Error{CodeExists, "another organisation has this MSP"}
	}
	if err := enlist(s, o.ID); err != nil {
		return Organisation{}, err
	}
	if err := s.Put(mspKey(o.MSP), []byte(o.ID)); err != nil {
		return Organisation{}, fmt.Errorf("write MSP: %w", err)
	}
	return o, store(s, organisationKey(o.ID), o)
}

// enlist adds an id to the list of all organisations.
func enlist(s State, id string) error {
	ids, _, err := load[[]string](s, organisationsKey)
	if err != nil {
		return err
	}
	if len(ids) >= MaxOrganisations {
		return &Error{CodeTooMany, "the channel has too many organisations"}
	}
	return store(s, organisationsKey, slices.Sorted(slices.Values(append(ids, id))))
}

// enlistLate mends the record of an organisation that was registered before
// there was a list. It counts as a change of it, or nobody would commit it.
func enlistLate(s State, o *Organisation) error {
	ids, _, err := load[[]string](s, organisationsKey)
	if err != nil || slices.Contains(ids, o.ID) {
		return err
	}
	if err := enlist(s, o.ID); err != nil {
		return err
	}
	o.TxID = s.TxID()
	return store(s, organisationKey(o.ID), *o)
}

// Organisations returns all organisations by their ids, those that are not
// active among them.
func (c Contract) Organisations(s State) ([]Organisation, error) {
	ids, _, err := load[[]string](s, organisationsKey)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(ids))
	for k, id := range ids {
		keys[k] = organisationKey(id)
	}
	return loadAll[Organisation](s, keys)
}

// Organisation returns the organisation with this id.
func (c Contract) Organisation(s State, id string) (Organisation, error) {
	if err := checkID(id); err != nil {
		return Organisation{}, err
	}
	o, found, err := load[Organisation](s, organisationKey(id))
	if err == nil && !found {
		err = &Error{CodeNotFound, "no such organisation"}
	}
	return o, err
}

// SetOrganisationStatus moves an organisation by the table of [Status.May]. A
// suspended or revoked issuer issues nothing. No organisation revokes itself:
// that is final, and nobody else could put an end to a slip of the finger.
//
// After names the transaction that left the record as it was when somebody
// decided; see [Organisation.decided].
func (c Contract) SetOrganisationStatus(s State, id string, status Status, after string) (Organisation, error) {
	if err := c.mayWrite(s); err != nil {
		return Organisation{}, err
	}
	if !status.Valid() {
		return Organisation{}, invalid("status is not one of active, suspended, revoked")
	}
	o, err := c.Organisation(s, id)
	if err != nil {
		return Organisation{}, err
	}
	same := o.Status == status
	if done, err := o.decided(after, same); done || err != nil {
		return o, err
	}
	if !same && !o.Status.May(status) {
		return Organisation{}, illegal(o.Status, status)
	}
	if status == StatusRevoked && o.MSP == s.Caller() {
		return Organisation{}, &Error{CodeIllegalStatus, "an organisation may not revoke itself"}
	}
	o.Status, o.TxID = status, s.TxID()
	return o, store(s, organisationKey(o.ID), o)
}

// SetOrganisationKey gives an organisation the key that what it may read is
// wrapped for, in the place of an earlier one; after is as in
// [Contract.SetOrganisationStatus].
func (c Contract) SetOrganisationKey(s State, id string, key PublicKey, after string) (Organisation, error) {
	if err := c.mayWrite(s); err != nil {
		return Organisation{}, err
	}
	if err := key.Validate(); err != nil {
		return Organisation{}, err
	}
	o, err := c.Organisation(s, id)
	if err != nil {
		return Organisation{}, err
	}
	if done, err := o.decided(after, o.Key == key); done || err != nil {
		return o, err
	}
	if o.Status == StatusRevoked {
		return Organisation{}, &Error{CodeIllegalStatus, "a revoked organisation takes no key"}
	}
	o.Key, o.TxID = key, s.TxID()
	return o, store(s, organisationKey(o.ID), o)
}

// decided reports whether there is nothing left to do for somebody who decided
// when the record was as the transaction after left it, and refuses as
// CodeStale what a newer decision has overtaken. Who decides for what the record
// says already writes it once more: another change may be on its way, its
// outcome unknown, and would have the last word if nothing had been written
// since. Without after, and of a revoked one, which nothing moves any more, what
// is there already is left alone.
func (o Organisation) decided(after string, same bool) (done bool, err error) {
	switch {
	case after != "" && !isTxID(after): // it is kept in a block
		return false, invalid("after is not the id of a transaction")
	case same:
		return after == "" || after != o.TxID || o.Status == StatusRevoked, nil
	case after != "" && after != o.TxID:
		return false, &Error{CodeStale, "the organisation has changed since"}
	default:
		return false, nil
	}
}

// issuer returns the id under which the caller issues.
func (c Contract) issuer(s State) (string, error) {
	id, err := s.Get(mspKey(s.Caller()))
	if err != nil {
		return "", fmt.Errorf("read MSP: %w", err)
	}
	if id == nil {
		return "", &Error{CodeForbidden, "the caller is not a registered organisation"}
	}
	o, err := c.Organisation(s, string(id))
	if err != nil {
		return "", err
	}
	if o.Role != RoleIssuer || o.Status != StatusActive {
		return "", &Error{CodeForbidden, "the caller is not an active issuer"}
	}
	return o.ID, nil
}
