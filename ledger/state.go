package ledger

import (
	"strconv"
	"time"
)

// A State is the part of a ledger that one transaction sees: what Fabric's
// stub offers and the contract needs.
//
// Get returns what was committed before the transaction began, as on Fabric:
// the contract must not expect to read its own writes. An error from any
// contract method means that the writes made so far are to be dropped.
type State interface {
	// Get returns nil, nil for a key that does not exist.
	Get(key string) ([]byte, error)
	// GetAll returns what Get returns for each of the keys, in one round trip.
	GetAll(keys []string) ([][]byte, error)
	Put(key string, value []byte) error
	Delete(key string) error

	// Transient returns what the request carries beside its arguments and no
	// block keeps; nil, nil where it carries nothing under that name.
	Transient(name string) ([]byte, error)
	// GetPrivate reads the private data collection, of which the channel knows
	// digests only; nil, nil for what is not there.
	GetPrivate(key string) ([]byte, error)
	PutPrivate(key string, value []byte) error
	// PurgePrivate removes a value and its history. On Fabric that is logical:
	// the bytes may stay in a peer's files, so only ciphertext may be put there.
	PurgePrivate(key string) error

	// Emit hands the transaction's events to who listens, once it is committed.
	// It is called at most once a transaction.
	Emit(events []Event) error

	// Caller is the MSP id of the organisation that signed the request.
	Caller() string
	// TxID identifies the transaction.
	TxID() string
	// Time is the transaction's time, the same on every peer that runs it.
	Time() time.Time
}

// Each kind of record has its own prefix, so that an identity's id can never
// name an organisation's record. No id contains a slash.
func identityKey(id string) string         { return "identity/" + id }
func nullifierKey(nullifier string) string { return "nullifier/" + nullifier }
func organisationKey(id string) string     { return "organisation/" + id }
func mspKey(msp string) string             { return "msp/" + msp }

// organisationsKey is the list of all organisations' ids.
const organisationsKey = "organisations"

func keyKey(thumbprint string) string { return "key/" + thumbprint }
func credentialKey(id string) string  { return "credential/" + id }
func consentKey(p Pair) string        { return "consent/" + p.Identity + "/" + p.Organisation }
func changeKey(id string, version int) string {
	return "change/" + id + "/" + strconv.Itoa(version)
}

// sealedKey is the only key of the private data collection.
func sealedKey(id string) string { return "sealed/" + id }

// A Location says where on a ledger a transaction is found.
type Location struct {
	TxID    string `json:"tx_id"`
	Block   uint64 `json:"block"`
	Network string `json:"network"` // [NetworkFabric] or [NetworkEmbedded]
	Channel string `json:"channel,omitempty"`
}

// The networks a [Location] names.
const (
	NetworkFabric   = "fabric"
	NetworkEmbedded = "embedded"
)
