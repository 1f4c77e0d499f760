package ledger

import (
	"encoding/json"
	"maps"
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
	Version    int               `json:"version"`
	TxID       string            `json:"tx_id"`        // the transaction that issued it
	UpdateTxID string            `json:"update_tx_id"` // the transaction that last changed it
}

// IssuedFrom reports whether the identity was minted from this request,
// whatever became of it since.
func (i Identity) IssuedFrom(in Issue) bool {
	return i.ID == in.ID && maps.Equal(i.Attributes, in.Attributes) &&
		slices.Equal(i.Nullifiers, in.canonical().Nullifiers) &&
		i.HolderKey == in.HolderKey && i.Assurance == in.Assurance
}

// MarshalJSON writes the canonical form: the set of nullifiers sorted, and
// neither set nor map ever null.
func (i Issue) MarshalJSON() ([]byte, error) {
	type plain Issue
	i = i.canonical()
	if i.Nullifiers == nil {
		i.Nullifiers = []string{}
	}
	if i.Attributes == nil {
		i.Attributes = map[string]string{}
	}
	return json.Marshal(plain(i))
}
