package ledger

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// A Contract holds the rules. Its zero value lets nobody write.
type Contract struct {
	// Writer is the MSP id of the one organisation whose requests may change
	// anything. The channel's policies say the same; the contract says it too
	// because an endorsement policy binds who endorses, not who asks.
	Writer string
}

// IssueIdentity writes a new identity. It is idempotent by id: the same
// content again returns the record as it is now, other content is CodeExists.
// A nullifier that a living identity holds makes it CodeDuplicatePerson.
func (c Contract) IssueIdentity(s State, in Issue) (Identity, error) {
	if err := c.mayWrite(s); err != nil {
		return Identity{}, err
	}
	in = in.canonical()
	if err := in.validate(); err != nil {
		return Identity{}, err
	}
	issuer, err := c.issuer(s)
	if err != nil {
		return Identity{}, err
	}
	was, found, err := load[Identity](s, identityKey(in.ID))
	switch {
	case err != nil:
		return Identity{}, err
	case found && was.IssuedFrom(in):
		return was, nil
	case found:
		return Identity{}, &Error{CodeExists, "another identity has this id"}
	}
	if err := claimNullifiers(s, in); err != nil {
		return Identity{}, err
	}
	now := s.Time().UTC().Truncate(time.Millisecond)
	identity := Identity{
		ID: in.ID, Attributes: in.Attributes, Nullifiers: in.Nullifiers, HolderKey: in.HolderKey,
		Status: StatusActive, Assurance: in.Assurance, Issuer: issuer,
		IssuedAt: now, UpdatedAt: now, Version: 1, TxID: s.TxID(), UpdateTxID: s.TxID(),
	}
	return identity, store(s, identityKey(identity.ID), identity)
}

// Identity returns the identity with this id. Every organisation may read.
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

// SetStatus moves an identity by the table of [Status.May]. Repeating the last
// change changes nothing. Revocation frees the nullifiers, so that the person
// may enroll anew, except after fraud.
func (c Contract) SetStatus(s State, id string, status Status, reason string) (Identity, error) {
	if err := c.mayWrite(s); err != nil {
		return Identity{}, err
	}
	if err := checkChange(status, reason); err != nil {
		return Identity{}, err
	}
	identity, err := c.Identity(s, id)
	if err != nil {
		return Identity{}, err
	}
	if identity.Status == status && identity.Reason == reason {
		return identity, nil
	}
	if !identity.Status.May(status) {
		return Identity{}, illegal(identity.Status, status)
	}
	if status == StatusRevoked && reason != ReasonFraud {
		for _, n := range identity.Nullifiers {
			if err := s.Delete(nullifierKey(n)); err != nil {
				return Identity{}, fmt.Errorf("free nullifier: %w", err)
			}
		}
	}
	identity.Status, identity.Reason = status, reason
	identity.UpdatedAt = s.Time().UTC().Truncate(time.Millisecond)
	identity.Version++
	identity.UpdateTxID = s.TxID()
	return identity, store(s, identityKey(identity.ID), identity)
}

func (c Contract) mayWrite(s State) error {
	if c.Writer == "" || s.Caller() != c.Writer {
		return &Error{CodeForbidden, "the caller's organisation may not write"}
	}
	return nil
}

func claimNullifiers(s State, in Issue) error {
	for _, n := range in.Nullifiers {
		holder, err := s.Get(nullifierKey(n))
		if err != nil {
			return fmt.Errorf("read nullifier: %w", err)
		}
		if holder != nil {
			return &Error{CodeDuplicatePerson, "a nullifier belongs to another identity"}
		}
		if err := s.Put(nullifierKey(n), []byte(in.ID)); err != nil {
			return fmt.Errorf("write nullifier: %w", err)
		}
	}
	return nil
}

func illegal(from, to Status) error {
	return &Error{CodeIllegalStatus, fmt.Sprintf("%s may not become %s", from, to)}
}

// load reads one record. Stored bytes were written by store, so a failure to
// decode them is damage, not a refusal.
func load[T any](s State, key string) (v T, found bool, err error) {
	b, err := s.Get(key)
	if err != nil || b == nil {
		return v, false, err
	}
	if err := json.Unmarshal(b, &v); err != nil {
		return v, false, fmt.Errorf("decode record: %w", err)
	}
	return v, true, nil
}

func store(s State, key string, v any) error {
	b, err := json.Marshal(v) // map keys are sorted: every peer writes the same bytes
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	return s.Put(key, b)
}

func (i Issue) canonical() Issue {
	i.Nullifiers = slices.Sorted(slices.Values(i.Nullifiers))
	return i
}
