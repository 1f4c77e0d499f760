package ledger

import (
	"slices"
	"time"
)

const (
	// MaxConsents is to how many organisations an identity may ever consent.
	MaxConsents = 32
	// MaxConsentTime is how long a consent may hold: one without an end is
	// forgotten, not given.
	MaxConsentTime = 10 * 366 * 24 * time.Hour
)

// GrantConsent records which attributes of an active identity an active
// organisation may read until when, in the place of an earlier consent of the
// pair. The names must be among the identity's attributes; after an update the
// consent covers those that are still there. An issuer takes no consents: it
// reads nothing through the ledger that it did not write.
func (c Contract) GrantConsent(s State, in Consent) (Consent, error) {
	if err := c.mayWrite(s); err != nil {
		return Consent{}, err
	}
	if err := in.validate(timeOf(s)); err != nil {
		return Consent{}, err
	}
	i, err := c.unerased(s, in.Identity)
	if err != nil {
		return Consent{}, err
	}
	was, found, err := load[Consent](s, consentKey(in.pair()))
	if err != nil || found && was.grants(in) {
		return was, err
	}
	if err := c.mayConsent(s, i, in); err != nil {
		return Consent{}, err
	}
	in.GrantedAt, in.TxID = timeOf(s), s.TxID()
	if !found {
		if len(i.Consents) >= MaxConsents {
			return Consent{}, &Error{CodeTooMany, "the identity has consented to too many organisations"}
		}
		i.Consents = slices.Sorted(slices.Values(append(i.Consents, in.Organisation)))
	}
	if _, err := i.change(s, EventConsentGranted); err != nil {
		return Consent{}, err
	}
	return in, store(s, consentKey(in.pair()), in)
}

func (c Contract) mayConsent(s State, i Identity, in Consent) error {
	o, err := c.Organisation(s, in.Organisation)
	switch {
	case err != nil:
		return err
	case o.Role == RoleIssuer:
		return invalid("organisation: an issuer takes no consents")
	case o.Status != StatusActive:
		return &Error{CodeIllegalStatus, "the organisation is not active"}
	case i.Status != StatusActive:
		return errNotActive
	}
	for _, name := range in.Attributes {
		if _, ok := i.Attributes[name]; !ok {
			return invalid("attributes: a name is not one of the identity's")
		}
	}
	return nil
}

// RevokeConsent ends a consent. It works in every status but erased, for who
// takes a consent back need not be asked why.
func (c Contract) RevokeConsent(s State, p Pair) (Consent, error) {
	if err := c.mayWrite(s); err != nil {
		return Consent{}, err
	}
	if err := checkID(p.Organisation); err != nil {
		return Consent{}, err
	}
	i, err := c.unerased(s, p.Identity)
	if err != nil {
		return Consent{}, err
	}
	consent, found, err := load[Consent](s, consentKey(p))
	switch {
	case err != nil:
		return Consent{}, err
	case !found:
		return Consent{}, &Error{CodeNotFound, "no such consent"}
	case !consent.RevokedAt.IsZero():
		return consent, nil
	}
	consent.RevokedAt, consent.TxID = timeOf(s), s.TxID()
	if _, err := i.change(s, EventConsentRevoked); err != nil {
		return Consent{}, err
	}
	return consent, store(s, consentKey(p), consent)
}

// Consents returns an identity's consents by organisation, those that ended
// among them; none of an erased identity.
func (c Contract) Consents(s State, id string) ([]Consent, error) {
	i, err := c.Identity(s, id)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(i.Consents))
	for k, organisation := range i.Consents {
		keys[k] = consentKey(Pair{i.ID, organisation})
	}
	return loadAll[Consent](s, keys)
}

func (c Consent) pair() Pair { return Pair{c.Identity, c.Organisation} }

// grants reports whether the consent stands as it is asked for.
func (c Consent) grants(in Consent) bool {
	return c.RevokedAt.IsZero() && c.Until.Equal(in.Until) && slices.Equal(c.Attributes, in.Attributes)
}

func (c Consent) validate(now time.Time) error {
	if err := checkID(c.Identity); err != nil {
		return err
	}
	if err := checkID(c.Organisation); err != nil {
		return err
	}
	if n := len(c.Attributes); n == 0 || n > MaxAttributes {
		return invalid("attributes: from 1 to 32 are allowed")
	}
	for k, name := range c.Attributes {
		if !isAttributeName(name) || k > 0 && name <= c.Attributes[k-1] {
			return invalid("attributes: not names in lexical order, each once")
		}
	}
	if !c.GrantedAt.IsZero() || !c.RevokedAt.IsZero() || c.TxID != "" {
		return invalid("granted_at, revoked_at and tx_id are the ledger's to say")
	}
	return checkEnd("until", c.Until, now, MaxConsentTime)
}

// checkEnd admits a time in the future, in UTC and whole seconds: in its one
// spelling.
func checkEnd(field string, end, now time.Time, longest time.Duration) error {
	if end.Location() != time.UTC || end.Nanosecond() != 0 {
		return invalid(field + ": not UTC in whole seconds")
	}
	if !end.After(now) || end.Sub(now) > longest {
		return invalid(field + ": not in the future, or too far in it")
	}
	return nil
}
