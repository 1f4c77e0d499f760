package pbx

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"
)

// MaxDevices is how many devices a line has at most. The PBX itself bounds how
// many are registered at a time.
const MaxDevices = 10

// A DeviceKind says how a device gets its settings.
type DeviceKind string

// The kinds.
const (
	App     DeviceKind = "app"     // scanned or typed once
	Desk    DeviceKind = "desk"    // fetches its configuration again and again
	Browser DeviceKind = "browser" // the web phone; its credentials are short-lived
)

// A Device is a phone that may use a line.
type Device struct {
	ID string `json:"id"`
	// Name is what its subscriber calls it.
	Name    string     `json:"name,omitempty"`
	Kind    DeviceKind `json:"kind"`
	AddedAt time.Time  `json:"added_at,omitzero"`
	// TokenHash finds the device that fetches its configuration.
	TokenHash string `json:"token_hash,omitempty"`
	// Credentials are more than one while a rotation overlaps; the newest one
	// is last.
	Credentials []Credential `json:"credentials,omitempty"`
}

// NewDeviceID makes the id of a device.
func NewDeviceID(rand io.Reader) (string, error) { return letters(rand, 8) }

// ErrNoDevice reports that a line has no device with that id.
var ErrNoDevice = errors.New("pbx: no such device")

// Device returns a device of the line, or nil. A change of what it points to is
// a change of the account.
func (a *Account) Device(id string) *Device {
	for i := range a.Devices {
		if a.Devices[i].ID == id {
			return &a.Devices[i]
		}
	}
	return nil
}

// AddDevice adds a device.
func (a *Account) AddDevice(d Device) error {
	if a.Device(d.ID) != nil {
		return &Error{CodeDuplicate, "device"}
	}
	if len(a.Devices) >= MaxDevices {
		return &Error{CodeTooMany, "devices"}
	}
	a.Devices = append(slices.Clone(a.Devices), d)
	return nil
}

// RemoveDevice takes a device and its credentials away.
func (a *Account) RemoveDevice(id string) error {
	if a.Device(id) == nil {
		return ErrNoDevice
	}
	a.Devices = slices.DeleteFunc(slices.Clone(a.Devices), func(d Device) bool { return d.ID == id })
	return nil
}

// Rotate gives a device a new credential. The ones before it end at until at
// the latest; what has ended already is forgotten.
func (d *Device) Rotate(c Credential, now, until time.Time) {
	kept := make([]Credential, 0, len(d.Credentials)+1)
	for _, old := range d.Credentials {
		if !old.ValidAt(now) {
			continue
		}
		if old.NotAfter.IsZero() || until.Before(old.NotAfter) {
			old.NotAfter = until
		}
		if old.ValidAt(now) {
			kept = append(kept, old)
		}
	}
	kept = append(kept, c)
	d.Credentials = kept
}

// Prune forgets the credentials that have ended and reports whether there were
// any. A device without one stays: its subscriber sees that it has to be set up
// again.
func (a *Account) Prune(now time.Time) bool {
	pruned := false
	devices := slices.Clone(a.Devices)
	for i := range devices {
		kept := slices.DeleteFunc(slices.Clone(devices[i].Credentials), func(c Credential) bool { return !c.ValidAt(now) })
		if len(kept) < len(devices[i].Credentials) {
			devices[i].Credentials, pruned = kept, true
		}
	}
	if pruned {
		a.Devices = devices
	}
	return pruned
}

// NextEnd returns when the first of the line's credentials ends, or zero.
func (a Account) NextEnd() time.Time {
	var first time.Time
	for _, d := range a.Devices {
		for _, c := range d.Credentials {
			if !c.NotAfter.IsZero() && (first.IsZero() || c.NotAfter.Before(first)) {
				first = c.NotAfter
			}
		}
	}
	return first
}

// PhoneEnded reports whether a credential has ended that the account still tells
// of: its phone may be registered. A browser's does not count. It ends within the
// hour, and all of the line's phones would go with it, as nobody knows which
// registration was made by which credential.
func (a Account) PhoneEnded(now time.Time) bool {
	return slices.ContainsFunc(a.Devices, func(d Device) bool {
		return d.Kind != Browser && slices.ContainsFunc(d.Credentials, func(c Credential) bool { return !c.ValidAt(now) })
	})
}

func (d Device) validate() error {
	if err := checkToken("device", d.ID, maxUser); err != nil {
		return err
	}
	if err := checkDisplayName("device_name", d.Name); err != nil {
		return err
	}
	if d.Kind != App && d.Kind != Desk && d.Kind != Browser {
		return &Error{CodeMalformed, "device_kind"}
	}
	for _, c := range d.Credentials {
		if err := c.validate(); err != nil {
			return err
		}
	}
	return nil
}

// String names the device without what its subscriber calls it.
func (d Device) String() string { return "device " + d.ID }

// GoString hides name and digests from %#v.
func (d Device) GoString() string { return "pbx.Device{" + d.ID + "}" }

// Format hides name and digests from every verb.
func (d Device) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// LogValue hides name and digests from slog.
func (d Device) LogValue() slog.Value { return slog.StringValue(d.ID) }
