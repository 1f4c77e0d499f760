package ledger

import "time"

// An EventKind names what a transaction did to an identity.
type EventKind string

// The kinds of events.
const (
	EventIssued         EventKind = "issued"
	EventUpdated        EventKind = "updated"
	EventSuspended      EventKind = "suspended"
	EventResumed        EventKind = "resumed"
	EventRevoked        EventKind = "revoked"
	EventErased         EventKind = "erased"
	EventKeyAdded       EventKind = "key_added"
	EventKeyRevoked     EventKind = "key_revoked"
	EventConsentGranted EventKind = "consent_granted"
	EventConsentRevoked EventKind = "consent_revoked"
	EventCredential     EventKind = "credential" // issued, or its status changed
)

// An Event tells that something happened to an identity. What is true now is
// on the ledger: who handles an event reads it there, so that events which
// arrive late or twice do no harm.
type Event struct {
	Kind     EventKind `json:"kind"`
	Identity string    `json:"identity"`
	Version  int       `json:"version"` // of the identity after the change
}

// EventName is the name under which Fabric carries a transaction's events, as a
// JSON array of [Event].
const EventName = "identities"

// A Checkpoint is a place on a ledger: all transactions up to and including
// this one were handled. The zero value is before the first.
type Checkpoint struct {
	Block uint64 `json:"block"`
	TxID  string `json:"tx_id"`
}

// A Notice is the events of one committed transaction.
type Notice struct {
	Checkpoint

	Time   time.Time // of the block or entry; zero where the ledger does not say
	Events []Event
}
