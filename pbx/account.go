package pbx

import (
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"slices"
	"time"
)

// An Account is one line on the PBX: a number, whose it is, and the devices
// that may use it. Its zero value is disabled.
type Account struct {
	// Extension is the number that is dialled.
	Extension string `json:"extension"`
	// Realm is that of the digests (RFC 7616 section 3.3).
	Realm string `json:"realm"`
	// DisplayName is what the called party sees; see [CleanDisplayName].
	DisplayName string `json:"display_name"`
	AOR         AOR    `json:"aor"`
	// IdentityID is the identity on the ledger that the line belongs to and
	// dies with. A person may have several lines.
	IdentityID string `json:"identity_id"`
	// Organisation is for whose range of the numbering plan the number was
	// taken; empty for everyone's.
	Organisation string   `json:"organisation,omitempty"`
	Devices      []Device `json:"devices,omitempty"`
	// Enabled is what the PBX must do: a line that is not registers nobody.
	Enabled bool `json:"enabled"`
	// Suspended is an administrator's word; the identity may be well.
	Suspended bool `json:"suspended,omitempty"`
	// ReleasedAt is when the line was given up for good. The number rests in
	// quarantine from then on.
	ReleasedAt time.Time `json:"released_at,omitzero"`
	UpdatedAt  time.Time `json:"updated_at,omitzero"`
	// Revision orders all changes of all accounts; the store sets it.
	Revision int64 `json:"revision,omitempty"`
}

// Credentials returns those of all devices that are valid at a time.
func (a Account) Credentials(now time.Time) []Credential {
	var valid []Credential
	for _, d := range a.Devices {
		for _, c := range d.Credentials {
			if c.ValidAt(now) {
				valid = append(valid, c)
			}
		}
	}
	return valid
}

// Shell is what stays of an erased subject's account: that its number is taken
// and registers nobody.
func (a Account) Shell() Account {
	return Account{
		Extension: a.Extension, Realm: a.Realm, AOR: a.AOR, IdentityID: a.IdentityID, Organisation: a.Organisation,
		ReleasedAt: a.ReleasedAt, UpdatedAt: a.UpdatedAt, Revision: a.Revision,
	}
}

// IsShell reports whether nothing of anybody is in the account.
func (a Account) IsShell() bool { return a.Equal(a.Shell()) }

// Clone returns a copy that shares nothing with the account.
func (a Account) Clone() Account {
	a.Devices = slices.Clone(a.Devices)
	for i := range a.Devices {
		a.Devices[i].Credentials = slices.Clone(a.Devices[i].Credentials)
	}
	return a
}

// Equal reports whether two accounts are the same in every field.
func (a Account) Equal(b Account) bool { return reflect.DeepEqual(a, b) }

// Validate checks every field before it goes into a configuration file, a URI
// or a header. Names come from applicants: a line break, bracket, semicolon or
// quote in one would otherwise write somebody else's configuration. The error
// is an [*Error].
func (a Account) Validate() error {
	if err := checkExtension(a.Extension); err != nil {
		return err
	}
	if err := checkDomain("realm", a.Realm); err != nil {
		return err
	}
	if _, err := ParseAOR(string(a.AOR)); err != nil {
		return err
	}
	if a.AOR.User() != a.Extension {
		return &Error{CodeMismatch, "aor"}
	}
	if err := checkDisplayName("display_name", a.DisplayName); err != nil {
		return err
	}
	for _, f := range []struct{ field, value string }{{"identity_id", a.IdentityID}, {"organisation", a.Organisation}} {
		if err := checkToken(f.field, f.value, maxIdentity); err != nil && f.value != "" {
			return err
		}
	}
	return a.validateDevices()
}

// validateDevices also refuses an enabled line that nobody could register:
// some PBXs let everybody in where there is no credential.
func (a Account) validateDevices() error {
	if len(a.Devices) > MaxDevices {
		return &Error{CodeTooMany, "devices"}
	}
	ids, usernames := map[string]bool{}, map[string]bool{}
	for _, d := range a.Devices {
		if err := d.validate(); err != nil {
			return err
		}
		if ids[d.ID] {
			return &Error{CodeDuplicate, "device"}
		}
		ids[d.ID] = true
		for _, c := range d.Credentials {
			if usernames[c.Username] {
				return &Error{CodeDuplicate, "username"}
			}
			usernames[c.Username] = true
		}
	}
	if a.Enabled && len(usernames) == 0 {
		return &Error{CodeNoDigest, "devices"}
	}
	return nil
}

// String names the line without its holder or its digests.
func (a Account) String() string { return "account " + a.Extension }

// GoString hides the digests from %#v.
func (a Account) GoString() string { return "pbx.Account{" + a.Extension + "}" }

// Format hides the digests from every verb.
func (a Account) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, a.String()) }

// LogValue gives slog what an operator may see.
func (a Account) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("extension", a.Extension), slog.String("identity", a.IdentityID), slog.Bool("enabled", a.Enabled),
	)
}
