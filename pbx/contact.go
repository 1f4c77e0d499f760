package pbx

import "time"

// A Contact is a registered device as the PBX knows it (RFC 3261 section 10).
type Contact struct {
	AOR AOR `json:"aor"`
	// ID names the registration to the PBX that told of it.
	ID        string    `json:"id"`
	URI       string    `json:"uri"`
	UserAgent string    `json:"user_agent,omitempty"`
	Address   string    `json:"address,omitempty"` // host:port that it came from
	Expires   time.Time `json:"expires,omitzero"`
	// Username is that of the credential by which it was made. Empty is unknown:
	// not every PBX tells.
	Username string `json:"username,omitempty"`
}

// A SecurityKind is what a PBX says of an attempt to use a line.
type SecurityKind string

// The kinds.
const (
	Accepted SecurityKind = "accepted" // the right password
	Refused  SecurityKind = "refused"  // a known line, not its password
	Unknown  SecurityKind = "unknown"  // no such line
)

// A SecurityEvent is an attempt to register or call that a PBX reports.
// Strangers write most of it: nothing in it is to be believed but its kind.
type SecurityEvent struct {
	At   time.Time
	Kind SecurityKind
	// Extension is the line that was claimed. Empty is unknown: a PBX may sum
	// attempts up without saying of which lines.
	Extension string
	// Address is where the attempt came from, host:port, or the first of them.
	Address string
	// Count is how many attempts these are; zero is one.
	Count int
}

// Attempts is how many attempts an event tells of.
func (e SecurityEvent) Attempts() int { return max(e.Count, 1) }
