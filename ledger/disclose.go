package ledger

// Disclose returns what an organisation may read of an identity now: of the
// attributes it was consented to, those that the identity still has and keeps
// sealed. Only the manager evaluates it, on its own peer, for an organisation
// that it has authenticated; it writes nothing and is never submitted, so that
// no block keeps the answer.
func (c Contract) Disclose(s State, p Pair) (Disclosure, error) {
	if err := c.mayWrite(s); err != nil {
		return Disclosure{}, err
	}
	if err := checkID(p.Organisation); err != nil {
		return Disclosure{}, err
	}
	i, err := c.unerased(s, p.Identity)
	if err != nil {
		return Disclosure{}, err
	}
	consent, found, err := load[Consent](s, consentKey(p))
	if err != nil {
		return Disclosure{}, err
	}
	if !found || !consent.ActiveAt(timeOf(s)) { // before anything else is told of the identity
		return Disclosure{}, &Error{CodeNoConsent, "no consent holds now"}
	}
	if i.Status != StatusActive {
		return Disclosure{}, errNotActive
	}
	o, err := c.Organisation(s, p.Organisation)
	switch {
	case err != nil:
		return Disclosure{}, err
	case o.Status != StatusActive:
		return Disclosure{}, &Error{CodeIllegalStatus, "the organisation is not active"}
	case o.Key == PublicKey{}:
		return Disclosure{}, &Error{CodeNotFound, "the organisation has no key"}
	}
	sealed, err := openPrivate(s, i)
	if err != nil {
		return Disclosure{}, err
	}
	d := Disclosure{Consent: consent, Sealed: map[string]string{}, Attributes: map[string]string{}, Key: o.Key}
	for _, name := range consent.Attributes {
		digest, has := i.Attributes[name]
		jwe, kept := sealed[name]
		if has && kept {
			d.Sealed[name], d.Attributes[name] = jwe, digest
		}
	}
	if len(d.Sealed) == 0 {
		return Disclosure{}, errNotSealed
	}
	return d, nil
}
