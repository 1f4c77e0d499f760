// Package pbxtest checks that an adapter sets up lines on its PBX as the rest
// of Vouchline relies on. Every adapter below pbx runs it, and so does [Fake].
//
// It uses the words of package pbx.
//
// It does not place calls or register phones: an adapter's own test does, with
// the real PBX.
//
// Lookup must ask the PBX itself. A suite that reads the adapter's memory back
// proves nothing about the phone line.
package pbxtest

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/pbx"
)

// A Provisioner is what the suite tests; the flow declares the same methods.
type Provisioner interface {
	// Provision makes the PBX believe the account, whatever it believed
	// before; of a disabled account it believes nothing. It returns nil only
	// after reading its own write back.
	Provision(ctx context.Context, a pbx.Account) error
	// Deprovision makes the PBX forget the line. An unknown one is no error.
	Deprovision(ctx context.Context, aor pbx.AOR) error
}

// A Target is a provisioner and a way to ask its PBX what it now believes.
type Target struct {
	Provisioner Provisioner
	// Lookup reads an account back from the PBX, or reports that it is unknown.
	// UpdatedAt need not come back.
	Lookup func(t *testing.T, aor pbx.AOR) (pbx.Account, bool)
}

// Domain is the realm and domain of the suite's accounts; a target's PBX must
// serve it.
const Domain = "pbx.example.org"

// Account returns a valid account with a number of its own and one device,
// whose user name is [Username].
func Account(extension string, password pbx.Password) pbx.Account {
	return pbx.Account{
		Extension: extension, Realm: Domain, DisplayName: "Zoë O'Hara-Łęcka", AOR: pbx.NewAOR(extension, Domain),
		IdentityID: "identity-" + extension, Enabled: true,
		UpdatedAt: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Devices: []pbx.Device{{
			ID: "first", Kind: pbx.App, Credentials: []pbx.Credential{pbx.NewCredential(Username(extension), Domain, password)},
		}},
	}
}

// Username is that of the device of [Account].
func Username(extension string) string { return extension + "-aaaaaa" }

// WithPassword gives the account's device another password, at once and under
// the same name.
func WithPassword(a pbx.Account, password pbx.Password) pbx.Account {
	a = a.Clone()
	a.Devices[0].Credentials = []pbx.Credential{pbx.NewCredential(Username(a.Extension), a.Realm, password)}
	return a
}

// Run runs the suite. newTarget returns a target without accounts.
func Run(t *testing.T, newTarget func(t *testing.T) Target) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Target)
	}{
		{"ProvisionThenLookup", provisionThenLookup},
		{"ProvisionIsIdempotent", provisionIsIdempotent},
		{"ProvisionReplaces", provisionReplaces},
		{"LinesAreApart", linesAreApart},
		{"MD5Alone", md5Alone},
		{"DisabledIsUnknown", disabledIsUnknown},
		{"DeprovisionForgets", deprovisionForgets},
		{"DeprovisionUnknownIsNoError", deprovisionUnknown},
		{"ProvisionAgainAfterDeprovision", provisionAgain},
		{"InvalidChangesNothing", invalidChangesNothing},
		{"CancelledContext", cancelledContext},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newTarget(t)) })
	}
}

func (x Target) provision(t *testing.T, a pbx.Account) {
	t.Helper()
	if err := x.Provisioner.Provision(t.Context(), a); err != nil {
		t.Fatalf("Provision(%v) = %v, want nil", a, err)
	}
}

func (x Target) deprovision(t *testing.T, aor pbx.AOR) {
	t.Helper()
	if err := x.Provisioner.Deprovision(t.Context(), aor); err != nil {
		t.Fatalf("Deprovision(%s) = %v, want nil", aor, err)
	}
}

func (x Target) wantKnown(t *testing.T, want pbx.Account) {
	t.Helper()
	got, ok := x.Lookup(t, want.AOR)
	if !ok {
		t.Errorf("Lookup(%s) finds nothing, want the account", want.AOR)
		return
	}
	if diff := cmp.Diff(fields(want), fields(got)); diff != "" {
		t.Errorf("Lookup(%s) (-want +got):\n%s", want.AOR, diff)
	}
}

func (x Target) wantUnknown(t *testing.T, aor pbx.AOR) {
	t.Helper()
	if got, ok := x.Lookup(t, aor); ok {
		t.Errorf("Lookup(%s) = %v, want nothing", aor, got)
	}
}

// fields spreads an account out, because an account hides itself when printed;
// the suite's own digests are no secret.
func fields(a pbx.Account) map[string]string {
	m := map[string]string{
		"extension": a.Extension, "realm": a.Realm, "display_name": a.DisplayName, "aor": string(a.AOR), "identity_id": a.IdentityID,
		"enabled": strconv.FormatBool(a.Enabled),
	}
	for _, d := range a.Devices {
		for _, c := range d.Credentials {
			for _, alg := range pbx.Algorithms() {
				m[c.Username+" "+string(alg)] = c.HA1(alg)
			}
		}
	}
	return m
}

func provisionThenLookup(t *testing.T, x Target) {
	a := Account("1001", "first password")
	x.wantUnknown(t, a.AOR)
	x.provision(t, a)
	x.wantKnown(t, a)
}

func provisionIsIdempotent(t *testing.T, x Target) {
	a := Account("1001", "first password")
	x.provision(t, a)
	x.provision(t, a)
	x.wantKnown(t, a)
}

func provisionReplaces(t *testing.T, x Target) {
	a := Account("1001", "first password")
	x.provision(t, a)
	a.DisplayName = ""
	a.IdentityID = "identity-of-another"
	a = WithPassword(a, "second password")
	x.provision(t, a)
	x.wantKnown(t, a)
}

func linesAreApart(t *testing.T, x Target) {
	// One number is the beginning of the other: a PBX must not mix them up.
	short, long := Account("100", "a"), Account("1001", "b")
	x.provision(t, short)
	x.provision(t, long)
	x.wantKnown(t, short)
	x.wantKnown(t, long)
	x.deprovision(t, short.AOR)
	x.wantUnknown(t, short.AOR)
	x.wantKnown(t, long)
}

func md5Alone(t *testing.T, x Target) {
	a := Account("1001", "first password")
	c := &a.Devices[0].Credentials[0]
	c.HA1SHA256, c.HA1SHA512256 = "", ""
	x.provision(t, a)
	x.wantKnown(t, a)
}

func disabledIsUnknown(t *testing.T, x Target) {
	a := Account("1001", "first password")
	x.provision(t, a)
	a.Enabled = false
	x.provision(t, a)
	x.wantUnknown(t, a.AOR)
}

func deprovisionForgets(t *testing.T, x Target) {
	a := Account("1001", "first password")
	x.provision(t, a)
	x.deprovision(t, a.AOR)
	x.wantUnknown(t, a.AOR)
	x.deprovision(t, a.AOR)
}

func deprovisionUnknown(t *testing.T, x Target) {
	x.deprovision(t, pbx.NewAOR("4711", Domain))
}

func provisionAgain(t *testing.T, x Target) {
	a := Account("1001", "first password")
	x.provision(t, a)
	x.deprovision(t, a.AOR)
	a = WithPassword(a, "second password")
	x.provision(t, a)
	x.wantKnown(t, a)
}

func invalidChangesNothing(t *testing.T, x Target) {
	good := Account("1001", "first password")
	x.provision(t, good)
	for _, change := range []func(*pbx.Account){
		func(a *pbx.Account) { a.DisplayName = "Eve\n[1002](auth-base)\nusername=eve" },
		func(a *pbx.Account) { a.DisplayName = "Eve; comment" },
		func(a *pbx.Account) { a.Devices[0].Credentials[0].Username = "eve]" },
		func(a *pbx.Account) { a.Realm = "a:b" },
		func(a *pbx.Account) { a.Devices = nil },
	} {
		bad := good.Clone()
		change(&bad)
		err := x.Provisioner.Provision(t.Context(), bad)
		if _, coded := errors.AsType[*pbx.Error](err); !coded {
			t.Errorf("Provision(invalid) = %v, want a *pbx.Error", err)
		}
	}
	for _, aor := range []pbx.AOR{"sip:../1001@" + Domain, "sip:*@" + Domain, "1001", ""} {
		if err := x.Provisioner.Deprovision(t.Context(), aor); err == nil {
			t.Errorf("Deprovision(%q) = nil, want an error", aor)
		}
	}
	x.wantKnown(t, good)
	x.wantUnknown(t, pbx.NewAOR("1002", Domain))
}

func cancelledContext(t *testing.T, x Target) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := Account("1001", "first password")
	if err := x.Provisioner.Provision(ctx, a); !errors.Is(err, context.Canceled) {
		t.Errorf("Provision(cancelled) = %v, want %v", err, context.Canceled)
	}
	x.wantUnknown(t, a.AOR)
}
