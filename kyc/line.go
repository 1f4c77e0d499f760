package kyc

import (
	"errors"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

// A NewDevice asks for a device on one of a subscriber's lines.
type NewDevice struct {
	// Extension is the line; empty is the subscriber's first.
	Extension string `json:"extension,omitempty"`
	// Name is what the subscriber calls the device.
	Name string         `json:"name,omitempty"`
	Kind pbx.DeviceKind `json:"kind"`
	// DeviceID is a device of the line that there is already: it gets a new
	// password, and its name and kind stay.
	DeviceID string `json:"device_id,omitempty"`
}

// A LineView is a line as its subscriber sees it.
type LineView struct {
	Extension    string
	AOR          pbx.AOR
	DisplayName  string
	Organisation string
	Status       pbx.Status
	Devices      []DeviceView
	// Contacts are the devices that are registered now, if ContactsKnown.
	Contacts      []pbx.Contact
	ContactsKnown bool
}

// A DeviceView is a device as its subscriber and staff see it: without
// digests.
type DeviceView struct {
	ID       string
	Name     string
	Kind     pbx.DeviceKind
	Username string // of the newest credential
	AddedAt  time.Time
	// RotatedAt is when the newest credential was made.
	RotatedAt time.Time
	// DueAt is when the device should get a new password, and EndsAt when the
	// present one ends; both are zero where it never does.
	DueAt, EndsAt time.Time
	// Due says that DueAt has passed, Silent that no credential is valid: the
	// device has to be set up again, or has not fetched its settings yet.
	Due, Silent bool
}

// A LineDetail is what staff see of one line.
type LineDetail struct {
	Account      pbx.Account
	EnrollmentID string // empty once the subject is forgotten
	Devices      []DeviceView
	// Contacts are the devices that are registered now, if ContactsKnown:
	// not every PBX says, and none does while it is away.
	Contacts      []pbx.Contact
	ContactsKnown bool
	History       []AuditEntry // the newest first
	Refusals      []AuditEntry // attempts that the PBX refused, the newest first
}

// A SetupOffer lets one phone take its settings, once. For a desk phone, into
// which somebody types it, the token has ten letters (50 bits, ten minutes, and
// tries are counted by source), for all others 256 bits.
type SetupOffer struct {
	Token   string
	Expires time.Time
	// Device is what is set up.
	Device NewDevice
}

// A Pairing is what a device that cannot show a form gets to begin with (RFC
// 8628 section 3.2).
type Pairing struct {
	DeviceCode string // the device's secret
	UserCode   string // shown on it, as XXXX-XXXX
	Expires    time.Time
	Interval   time.Duration // least time between two polls
}

// A PairingRequest is what a subscriber sees of a device that asks to be
// theirs. Client and Source are the device's own words and address.
type PairingRequest struct {
	UserCode string
	Client   string
	Source   string
	At       time.Time
	Expires  time.Time
}

// A PairingRecord is a pairing as a store keeps it.
type PairingRecord struct {
	DeviceHash string        `json:"device_hash"` // of the device code
	UserCode   string        `json:"user_code"`   // letters alone
	Client     string        `json:"client,omitempty"`
	Source     string        `json:"source,omitempty"`
	CreatedAt  time.Time     `json:"created_at"`
	Expires    time.Time     `json:"expires"`
	Interval   time.Duration `json:"interval"`
	PolledAt   time.Time     `json:"polled_at,omitzero"`

	// EnrollmentID is who decided; empty while nobody has.
	EnrollmentID string    `json:"enrollment_id,omitempty"`
	Allowed      bool      `json:"allowed,omitempty"`
	Extension    string    `json:"extension,omitempty"`
	DeviceID     string    `json:"device_id,omitempty"`
	TakenAt      time.Time `json:"taken_at,omitzero"` // when the device got its token
}

// Errors of a device that waits for its subscriber, by the codes of RFC 8628
// section 3.5. No person reads them.
var (
	ErrPending  = errors.New("kyc: authorization_pending")
	ErrSlowDown = errors.New("kyc: slow_down")
	ErrExpired  = errors.New("kyc: expired_token")
	ErrDenied   = errors.New("kyc: access_denied")
	// ErrToken refuses a device's token: unknown, or its device was signed out.
	ErrToken = errors.New("kyc: invalid_token")
)
