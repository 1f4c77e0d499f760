package ledger_test

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"slices"

	"github.com/vouchline/vouchline/ledger"
)

func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (m *model) register(o ledger.Organisation) (*ledger.Organisation, error) {
	if was := m.organisations[o.ID]; was != nil { // the calls never repeat an id with other content
		return was, nil
	}
	m.transactions++
	o.Status, o.TxID = ledger.StatusActive, m.transaction()
	m.organisations[o.ID] = &o
	return &o, nil
}

func (m *model) allOrganisations() []*ledger.Organisation {
	out := []*ledger.Organisation{}
	for _, id := range slices.Sorted(maps.Keys(m.organisations)) {
		out = append(out, m.organisations[id])
	}
	return out
}

func (m *model) setOrganisationStatus(c ledger.OrganisationStatus) (*ledger.Organisation, error) {
	o, err := of(m.organisations, c.ID)
	if err != nil || c.After != o.TxID && o.Status == c.Status {
		return o, err
	}
	m.transactions++
	o.Status, o.TxID = c.Status, m.transaction()
	return o, nil
}

func (m *model) setOrganisationKey(r ledger.OrganisationKey) (*ledger.Organisation, error) {
	o, err := of(m.organisations, r.ID)
	if err != nil || r.After != o.TxID && o.Key == r.Key {
		return o, err
	}
	m.transactions++
	o.Key, o.TxID = r.Key, m.transaction()
	return o, nil
}

func (m *model) addKey(r ledger.KeyRequest) (*ledger.SubscriberKey, error) {
	i, err := m.unerased(r.Identity)
	if err != nil {
		return nil, err
	}
	thumbprint := r.Key.Thumbprint()
	owner, owned := m.owners[thumbprint]
	if owned && owner != r.Identity {
		return nil, ledger.ErrKeyTaken
	}
	for _, k := range i.keys {
		if k.Thumbprint == thumbprint {
			if !k.RevokedAt.IsZero() {
				return nil, ledger.ErrIllegalStatus
			}
			return k, nil
		}
	}
	if i.Status != ledger.StatusActive {
		return nil, ledger.ErrIllegalStatus
	}
	i.Keys = append(i.Keys, thumbprint)
	m.changed(i, "key_added")
	k := &ledger.SubscriberKey{Thumbprint: thumbprint, Identity: i.ID, Key: r.Key, AddedAt: m.now, TxID: m.transaction()}
	m.owners[thumbprint], i.keys = i.ID, append(i.keys, k)
	return k, nil
}

func (m *model) revokeKey(r ledger.KeyRequest) (*ledger.SubscriberKey, error) {
	i, err := m.unerased(r.Identity)
	if err != nil {
		return nil, err
	}
	for _, k := range i.keys {
		if k.Key != r.Key {
			continue
		}
		if k.RevokedAt.IsZero() {
			m.changed(i, "key_revoked")
			k.RevokedAt, k.TxID = m.now, m.transaction()
		}
		return k, nil
	}
	return nil, ledger.ErrNotFound
}

func (m *model) grant(c ledger.Consent) (*ledger.Consent, error) {
	if !c.Until.After(m.now) {
		return nil, ledger.ErrInvalid
	}
	i, err := m.unerased(c.Identity)
	if err != nil {
		return nil, err
	}
	was := i.consents[c.Organisation]
	if was != nil && was.RevokedAt.IsZero() && was.Until.Equal(c.Until) && slices.Equal(was.Attributes, c.Attributes) {
		return was, nil
	}
	o, err := of(m.organisations, c.Organisation)
	switch {
	case err != nil:
		return nil, err
	case o.Role == ledger.RoleIssuer:
		return nil, ledger.ErrInvalid
	case o.Status != ledger.StatusActive || i.Status != ledger.StatusActive:
		return nil, ledger.ErrIllegalStatus
	}
	for _, name := range c.Attributes {
		if i.Attributes[name] == "" {
			return nil, ledger.ErrInvalid
		}
	}
	i.consents[c.Organisation] = &c
	i.Consents = slices.Sorted(maps.Keys(i.consents))
	m.changed(i, "consent_granted")
	c.GrantedAt, c.TxID = m.now, m.transaction()
	return &c, nil
}

func (m *model) revokeConsent(p ledger.Pair) (*ledger.Consent, error) {
	i, err := m.unerased(p.Identity)
	if err != nil {
		return nil, err
	}
	c, err := of(i.consents, p.Organisation)
	if err == nil && c.RevokedAt.IsZero() {
		m.changed(i, "consent_revoked")
		c.RevokedAt, c.TxID = m.now, m.transaction()
	}
	return c, err
}

func (m *model) listConsents(id string) ([]*ledger.Consent, error) {
	i, err := of(m.identities, id)
	if err != nil {
		return nil, err
	}
	out := []*ledger.Consent{}
	for _, organisation := range slices.Sorted(maps.Keys(i.consents)) {
		out = append(out, i.consents[organisation])
	}
	return out, nil
}

func (m *model) disclose(p ledger.Pair) (d ledger.Disclosure, err error) {
	i, err := m.unerased(p.Identity)
	if err != nil {
		return d, err
	}
	c, o := i.consents[p.Organisation], m.organisations[p.Organisation]
	switch {
	case c == nil || !c.RevokedAt.IsZero() || !c.Until.After(m.now):
		return d, ledger.ErrNoConsent
	case i.Status != ledger.StatusActive || o.Status != ledger.StatusActive:
		return d, ledger.ErrIllegalStatus
	case o.Key == ledger.PublicKey{}:
		return d, ledger.ErrNotFound
	}
	d = ledger.Disclosure{Consent: *c, Key: o.Key, Sealed: map[string]string{}, Attributes: map[string]string{}}
	for name, jwe := range i.sealed {
		if slices.Contains(c.Attributes, name) {
			d.Sealed[name], d.Attributes[name] = jwe, i.Attributes[name]
		}
	}
	if len(d.Sealed) == 0 {
		return d, ledger.ErrNotFound
	}
	return d, nil
}

func (m *model) issueCredential(c ledger.Credential) (*ledger.Credential, error) {
	i, err := m.unerased(c.Identity)
	if err != nil {
		return nil, err
	}
	was := m.credentials[c.ID]
	switch {
	case was != nil && (was.Identity != c.Identity || was.Digest != c.Digest || !was.ExpiresAt.Equal(c.ExpiresAt)):
		return nil, ledger.ErrExists
	case was != nil:
		return was, nil
	case i.Status != ledger.StatusActive:
		return nil, ledger.ErrIllegalStatus
	}
	m.transactions++
	c.Status, c.IssuedAt, c.UpdatedAt, c.TxID = ledger.StatusActive, m.now, m.now, m.transaction()
	m.credentials[c.ID] = &c
	return &c, nil
}

func (m *model) setCredentialStatus(r ledger.StatusChange) (*ledger.Credential, error) {
	c, err := of(m.credentials, r.ID)
	if err != nil {
		return nil, err
	}
	if _, err := m.unerased(c.Identity); err != nil {
		return nil, err
	}
	if c.Status == r.Status && c.Reason == r.Reason {
		return c, nil
	}
	if !moves(c.Status, r.Status) {
		return nil, ledger.ErrIllegalStatus
	}
	m.transactions++
	c.Status, c.Reason, c.UpdatedAt, c.TxID = r.Status, r.Reason, m.now, m.transaction()
	return c, nil
}

func (m *model) credentialStatus(id string) (s ledger.CredentialStatus, err error) {
	c, err := of(m.credentials, id)
	if err != nil {
		return s, err
	}
	i := m.identities[c.Identity]
	return ledger.CredentialStatus{
		Credential: *c, Identity: i.Status, At: m.now,
		Valid: c.Status == ledger.StatusActive && i.Status == ledger.StatusActive && m.now.Before(c.ExpiresAt),
	}, nil
}
