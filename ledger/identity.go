package ledger

import (
	"encoding/json"
	"slices"
	"time"
)

// An Issue is what is asked for when an identity is minted. The issuer is not
// in it: the contract takes it from who signed the request.
type Issue struct {
	ID         string            `json:"id"`
	Attributes map[string]string `json:"attributes"`           // name to [Digest]
	Nullifiers []string          `json:"nullifiers"`           // see [Nullifier]; a set
	HolderKey  string            `json:"holder_key,omitempty"` // RFC 7638 SHA-256 thumbprint, base64url
	Assurance  string            `json:"assurance"`
	// SealedDigest is the base64url SHA-256 of Sealed, empty without it.
	SealedDigest string `json:"sealed_digest,omitempty"`

	// Sealed holds the attributes themselves, encrypted (package
	// ledger/disclosure). It travels under its digest as transient data, which
	// no block keeps, and lies in the private collection.
	Sealed []byte `json:"-"`
}

// An Identity is the ledger's record of a subscriber.
type Identity struct {
	ID         string            `json:"id"`
	Attributes map[string]string `json:"attributes"`
	Nullifiers []string          `json:"nullifiers"`
	HolderKey  string            `json:"holder_key,omitempty"`
	Status     Status            `json:"status"`
	Reason     string            `json:"reason,omitempty"` // of the last change of status
	Assurance  string            `json:"assurance"`
	Issuer     string            `json:"issuer"` // the organisation's id
	IssuedAt   time.Time         `json:"issued_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
	EndedAt    time.Time         `json:"ended_at,omitzero"` // since when it is valid no more, for good
	Version    int               `json:"version"`
	TxID       string            `json:"tx_id"`        // the transaction that issued it
	UpdateTxID string            `json:"update_tx_id"` // the transaction that last changed it

	// IssueDigest is the base64url SHA-256 of the request that it was minted
	// from, which an update does not change.
	IssueDigest  string   `json:"issue_digest,omitempty"`
	SealedDigest string   `json:"sealed_digest,omitempty"`
	Keys         []string `json:"keys,omitempty"`     // thumbprints of its public keys, in the order they came
	Consents     []string `json:"consents,omitempty"` // organisations it ever consented to, sorted
}

// IssuedFrom reports whether the identity was minted from this request,
// whatever became of it since. Of an erased one nobody can tell.
func (i Identity) IssuedFrom(in Issue) bool {
	return i.IssueDigest != "" && i.IssueDigest == in.digest()
}

// digest covers the canonical form: all that the channel sees of the request.
func (i Issue) digest() string {
	b, err := json.Marshal(plainIssue(i.canonical())) // what MarshalJSON writes, without a second pass over it
	if err != nil {
		return refused // strings always encode
	}
	return sumOf(b)
}

func (i Issue) canonical() Issue {
	i.Nullifiers = slices.Sorted(slices.Values(i.Nullifiers))
	if i.Nullifiers == nil {
		i.Nullifiers = []string{}
	}
	if i.Attributes == nil {
		i.Attributes = map[string]string{}
	}
	return i
}

// MarshalJSON writes the canonical form: the set of nullifiers sorted, and
// neither set nor map ever null.
func (i Issue) MarshalJSON() ([]byte, error) {
	return json.Marshal(plainIssue(i.canonical()))
}

// A plainIssue is encoded as it is.
type plainIssue Issue
