package ledger

import "time"

// MaxCredentialTime is how long a credential may be valid.
const MaxCredentialTime = 10 * 366 * 24 * time.Hour

// IssueCredential records a credential about an active identity. It is
// idempotent by id: other content is CodeExists.
func (c Contract) IssueCredential(s State, in Credential) (Credential, error) {
	if err := c.mayWrite(s); err != nil {
		return Credential{}, err
	}
	if err := in.validate(); err != nil {
		return Credential{}, err
	}
	if _, err := c.issuer(s); err != nil {
		return Credential{}, err
	}
	i, err := c.unerased(s, in.Identity)
	if err != nil {
		return Credential{}, err
	}
	was, found, err := load[Credential](s, credentialKey(in.ID))
	switch {
	case err != nil:
		return Credential{}, err
	case found && was.issuedFrom(in):
		return was, nil
	case found:
		return Credential{}, &Error{CodeExists, "another credential has this id"}
	case i.Status != StatusActive:
		return Credential{}, errNotActive
	}
	now := timeOf(s)
	if err := checkEnd("expires_at", in.ExpiresAt, now, MaxCredentialTime); err != nil {
		return Credential{}, err
	}
	in.Status, in.IssuedAt = StatusActive, now
	return in.change(s, i)
}

// SetCredentialStatus moves a credential by the table of [Status.May].
// Repeating the last change changes nothing.
func (c Contract) SetCredentialStatus(s State, id string, status Status, reason string) (Credential, error) {
	if err := c.mayWrite(s); err != nil {
		return Credential{}, err
	}
	if err := checkChange(status, reason); err != nil {
		return Credential{}, err
	}
	credential, err := c.credential(s, id)
	if err != nil {
		return Credential{}, err
	}
	i, err := c.unerased(s, credential.Identity)
	if err != nil {
		return Credential{}, err
	}
	if credential.Status == status && credential.Reason == reason {
		return credential, nil
	}
	if !credential.Status.May(status) {
		return Credential{}, illegal(credential.Status, status)
	}
	credential.Status, credential.Reason = status, reason
	return credential.change(s, i)
}

// change writes the credential. The identity's record stays as it is: it may
// have any number of credentials, and they do not wait for one another.
func (c Credential) change(s State, i Identity) (Credential, error) {
	c.UpdatedAt, c.TxID = timeOf(s), s.TxID()
	if err := store(s, credentialKey(c.ID), c); err != nil {
		return Credential{}, err
	}
	return c, s.Emit([]Event{{EventCredential, i.ID, i.Version}})
}

// CredentialStatus returns whether a credential is valid at the transaction's
// time.
func (c Contract) CredentialStatus(s State, id string) (CredentialStatus, error) {
	credential, err := c.credential(s, id)
	if err != nil {
		return CredentialStatus{}, err
	}
	i, err := c.Identity(s, credential.Identity)
	if err != nil {
		return CredentialStatus{}, err
	}
	now := timeOf(s)
	return CredentialStatus{
		Credential: credential, Identity: i.Status, At: now,
		Valid: credential.Status == StatusActive && i.Status == StatusActive && now.Before(credential.ExpiresAt),
	}, nil
}

func (c Contract) credential(s State, id string) (Credential, error) {
	if err := checkID(id); err != nil {
		return Credential{}, err
	}
	credential, found, err := load[Credential](s, credentialKey(id))
	if err == nil && !found {
		err = &Error{CodeNotFound, "no such credential"}
	}
	return credential, err
}

func (c Credential) issuedFrom(in Credential) bool {
	return c.ID == in.ID && c.Identity == in.Identity && c.Digest == in.Digest && c.ExpiresAt.Equal(in.ExpiresAt)
}

func (c Credential) validate() error {
	if err := checkID(c.ID); err != nil {
		return err
	}
	if err := checkID(c.Identity); err != nil {
		return err
	}
	if !isDigest(c.Digest) {
		return invalid("digest is not a base64url SHA-256 digest")
	}
	if c.Status != "" || c.Reason != "" || !c.IssuedAt.IsZero() || !c.UpdatedAt.IsZero() || c.TxID != "" {
		return invalid("status, reason, times and tx_id are the ledger's to say")
	}
	return nil
}
