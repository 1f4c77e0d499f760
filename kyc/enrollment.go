package kyc

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// Errors of the flow that an edge turns into answers. Each has a stable code,
// given by [Code].
var (
	ErrNotFound = errors.New("kyc: no such enrollment")
	// ErrConflict says that somebody else changed the enrollment in between.
	ErrConflict = errors.New("kyc: the enrollment was changed at the same time")
)

// An Enrollment is one person's passage through the flow. Its state can only
// be changed by [Enrollment.Apply], so no package outside can set "approved".
type Enrollment struct {
	ID        string
	CreatedAt time.Time
	UpdatedAt time.Time
	Data      Data

	state   State
	version int
	effects []Effect
}

// NewEnrollment starts an enrollment at its first state.
func NewEnrollment(id string, now time.Time, data Data) *Enrollment {
	return &Enrollment{ID: id, CreatedAt: now, UpdatedAt: now, Data: data, state: Contacts}
}

// A Snapshot is an enrollment as a store keeps it. Only stores use it.
type Snapshot struct {
	ID        string
	State     State
	Version   int // for compare-and-swap; 0 is not stored yet
	CreatedAt time.Time
	UpdatedAt time.Time
	Data      Data // personal: a store seals it under the subject's key
}

// Restore makes an enrollment from what a store kept. An unknown state is an
// error, never a default.
func Restore(s Snapshot) (*Enrollment, error) {
	if !slices.Contains(states, s.State) {
		return nil, fmt.Errorf("kyc: enrollment %s has the unknown state %q", s.ID, s.State)
	}
	return &Enrollment{ID: s.ID, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, Data: s.Data, state: s.State, version: s.Version}, nil
}

// Snapshot returns what a store has to keep.
func (e *Enrollment) Snapshot() Snapshot {
	return Snapshot{ID: e.ID, State: e.state, Version: e.version, CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt, Data: e.Data}
}

// State returns what is already true of the enrollment.
func (e *Enrollment) State() State { return e.state }

// Version counts the saved changes; a page that polls compares it.
func (e *Enrollment) Version() int { return e.version }

// Apply moves the enrollment by one event and adds what must happen outside.
func (e *Enrollment) Apply(ev Event, now time.Time, effects ...Effect) error {
	to, err := Next(e.state, ev)
	if err != nil {
		return err
	}
	e.state, e.UpdatedAt = to, now
	e.effects = append(e.effects, effects...)
	return nil
}

// Schedule adds effects without moving the state, as a resent code does.
func (e *Enrollment) Schedule(effects ...Effect) { e.effects = append(e.effects, effects...) }

// Effects returns the effects of the changes since the enrollment was loaded.
// A store enqueues them in the transaction that saves the state.
func (e *Enrollment) Effects() []Effect { return slices.Clone(e.effects) }

// LookupKeys returns the values by which the enrollment can be found. A store
// keeps only keyed hashes of them.
func (e *Enrollment) LookupKeys() map[Lookup]string {
	keys := map[Lookup]string{}
	add := func(l Lookup, v string) {
		if v != "" {
			keys[l] = v
		}
	}
	add(ByEmail, e.Data.Profile.Email)
	add(ByPhone, e.Data.Profile.Phone)
	add(ByUsername, e.Data.Profile.Username)
	add(ByLink, e.Data.LinkHash)
	add(ByHandOff, e.Data.HandOff.Hash)
	add(BySetup, e.Data.Setup.Hash)
	add(ByIdentity, e.Data.Identity.ID)
	add(ByNullifier, e.Data.Identity.Nullifier)
	return keys
}

// A Lookup names one way to find an enrollment.
type Lookup string

// The ways to find an enrollment.
const (
	ByEmail     Lookup = "email"
	ByPhone     Lookup = "phone"
	ByUsername  Lookup = "username"
	ByLink      Lookup = "link"
	ByHandOff   Lookup = "handoff"
	BySetup     Lookup = "setup"
	ByIdentity  Lookup = "identity"
	ByNullifier Lookup = "nullifier"
)

// LogValue keeps personal data out of the logs.
func (e Enrollment) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", e.ID), slog.String("state", string(e.state)), slog.Int("version", e.version))
}

// String keeps personal data out of formatted text.
func (e Enrollment) String() string { return fmt.Sprintf("enrollment %s (%s)", e.ID, e.state) }

// GoString keeps personal data out of %#v.
func (e Enrollment) GoString() string { return e.String() }
