package ledger

import "time"

// An Update replaces what an identity says of its subject: a new document, a
// new name. Version is the version it was made from; another one is CodeStale.
type Update struct {
	ID           string            `json:"id"`
	Version      int               `json:"version"`
	Attributes   map[string]string `json:"attributes"`
	Nullifiers   []string          `json:"nullifiers"`
	HolderKey    string            `json:"holder_key,omitempty"`
	Assurance    string            `json:"assurance"`
	SealedDigest string            `json:"sealed_digest,omitempty"` // of Sealed

	// Sealed travels as transient data and lies in the private collection.
	Sealed []byte `json:"-"`
}

// A Change is one version of an identity: what was done, when, and by which
// transaction. The first is always the issue.
type Change struct {
	Version int       `json:"version"`
	Kind    EventKind `json:"kind"`
	Status  Status    `json:"status"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at"`
	TxID    string    `json:"tx_id"`
}

// A PublicKey is a JSON Web Key (RFC 7517) of which only the required public
// members exist, in the order of RFC 7638: RSA of 2048 bits (requirements A2)
// or P-256.
type PublicKey struct {
	Curve    string `json:"crv,omitempty"` // "P-256"
	Exponent string `json:"e,omitempty"`   // "AQAB"
	Type     string `json:"kty"`           // "EC" or "RSA"
	Modulus  string `json:"n,omitempty"`   // base64url, 2048 bits
	X        string `json:"x,omitempty"`   // base64url, 32 bytes
	Y        string `json:"y,omitempty"`
}

// A KeyRequest adds a public key to an identity, or revokes it.
type KeyRequest struct {
	Identity string    `json:"identity"`
	Key      PublicKey `json:"key"`
}

// A SubscriberKey is a subscriber's public key on the ledger. One key belongs
// to one identity, for ever: CodeKeyTaken.
type SubscriberKey struct {
	Thumbprint string    `json:"thumbprint"` // RFC 7638, SHA-256, base64url
	Identity   string    `json:"identity"`
	Key        PublicKey `json:"key"`
	AddedAt    time.Time `json:"added_at"`
	RevokedAt  time.Time `json:"revoked_at,omitzero"`
	TxID       string    `json:"tx_id"` // that last changed it
}

// A Consent says which organisation may read which attributes of an identity
// until when. There is one for each pair; a new one replaces the old.
type Consent struct {
	Identity     string    `json:"identity"`
	Organisation string    `json:"organisation"`
	Attributes   []string  `json:"attributes"` // names, sorted
	Until        time.Time `json:"until"`      // UTC, whole seconds
	GrantedAt    time.Time `json:"granted_at,omitzero"`
	RevokedAt    time.Time `json:"revoked_at,omitzero"`
	TxID         string    `json:"tx_id,omitempty"` // that last changed it
}

// ActiveAt reports whether the consent holds at a time.
func (c Consent) ActiveAt(now time.Time) bool {
	return c.RevokedAt.IsZero() && now.Before(c.Until)
}

// A Pair names an identity and an organisation.
type Pair struct {
	Identity     string `json:"identity"`
	Organisation string `json:"organisation"`
}

// A Disclosure is what an organisation may read of an identity: sealed
// attributes by name, each under a key of its own (package
// ledger/disclosure), the digests that they were minted with, and the consent.
type Disclosure struct {
	Consent    Consent           `json:"consent"`
	Sealed     map[string]string `json:"sealed"`
	Attributes map[string]string `json:"attributes"` // name to [Digest]
	Key        PublicKey         `json:"key"`        // the organisation's, to wrap the attributes' keys for
}

// A Credential is a credential issued about an identity, such as an SD-JWT VC,
// known by an id that says nothing about its content.
type Credential struct {
	ID        string    `json:"id"`
	Identity  string    `json:"identity"`
	Digest    string    `json:"digest"`     // base64url SHA-256 of the credential
	ExpiresAt time.Time `json:"expires_at"` // UTC, whole seconds
	Status    Status    `json:"status,omitempty"`
	Reason    string    `json:"reason,omitempty"`
	IssuedAt  time.Time `json:"issued_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`
	TxID      string    `json:"tx_id,omitempty"` // that last changed it
}

// A CredentialStatus is what a verifier asks for: Valid only while credential
// and identity are active and the credential has not expired.
type CredentialStatus struct {
	Credential Credential `json:"credential"`
	Identity   Status     `json:"identity_status"`
	Valid      bool       `json:"valid"`
	At         time.Time  `json:"at"` // the transaction's time that Valid was judged at
}
