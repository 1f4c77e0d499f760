package pbxtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
)

// A Registrar is what an adapter tells of registered devices; the flow
// declares the same methods.
type Registrar interface {
	Contacts(ctx context.Context, aor pbx.AOR) ([]pbx.Contact, error)
	Drop(ctx context.Context, aor pbx.AOR, contactID string) error
	HangUp(ctx context.Context, aor pbx.AOR) error
}

// A Bench is a PBX that runs, its realm and domain being [Domain], and the
// adapter that sets its lines. It ends the calls of lines that are taken away.
type Bench struct {
	Provisioner Provisioner
	Registrar   Registrar
	// Server is where phones find it.
	Server string
	// SIPp finds it too.
	SIPp siptest.SIPp
	// Algorithms are the digests that it offers.
	Algorithms []pbx.Algorithm
	// Events tells of attempts to use lines.
	Events Watcher
	// Database, of a PBX that reads one, lets it answer or not.
	Database func(t *testing.T, answers bool)
}

// A Watcher is what an adapter tells of attempts to use lines; the flow declares
// the same method.
type Watcher interface {
	Watch(ctx context.Context, handle func(pbx.SecurityEvent) error) error
}

// RevocationLimit is how soon a device is gone whose line was taken away
// (requirements: revocation).
const RevocationLimit = 5 * time.Second

type scenario struct {
	name string
	run  func(*testing.T, Bench, numbers)
}

// Scenarios runs what people do with phones on a real PBX. Each scenario has
// numbers of its own.
func Scenarios(t *testing.T, b Bench) {
	scenarios := []scenario{
		{"Register", registerScenario},
		{"ForeignLine", foreignLine},
		{"Rotate", rotateScenario},
		{"CredentialEnds", credentialEnds},
		{"BrowserEnds", browserEnds},
		{"Call", callScenario},
		{"CallerCannotNameHimself", falseCaller},
		{"SeveralDevicesRing", severalDevices},
		{"FullLine", fullLine},
		{"SignOut", signOut},
		{"EndedAndForgotten", endedAndForgotten},
		{"Revoke", revokeScenario},
		{"RevokeDuringCall", revokeDuringCall},
		{"NumberChangesHands", numberChangesHands},
		{"DropOne", dropOne},
	}
	if b.Events != nil {
		scenarios = append(scenarios, scenario{"Attempts", attemptsScenario})
	}
	if b.Database != nil {
		scenarios = append(scenarios, scenario{"DatabaseAway", databaseAway})
	}
	for i, s := range scenarios {
		t.Run(s.name, func(t *testing.T) { s.run(t, b, numbers{b, firstBlock + i}) })
	}
}

// firstBlock begins the first scenario's numbers.
const firstBlock = 20

// numbers makes a scenario's lines.
type numbers struct {
	bench Bench
	block int
}

// line sets up a line with one device and returns it with its phone.
func (n numbers) line(t *testing.T, i int) (pbx.Account, siptest.Phone) {
	t.Helper()
	password, err := pbx.NewPassword(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := Account(fmt.Sprintf("%d%02d", n.block, i), password)
	n.bench.set(t, a)
	return a, phone(a, Username(a.Extension), password)
}

func phone(a pbx.Account, username string, password pbx.Password) siptest.Phone {
	return siptest.Phone{Number: a.Extension, User: username, Password: password.Reveal(), Realm: Domain, Expires: 60}
}

func (b Bench) set(t *testing.T, a pbx.Account) {
	t.Helper()
	if err := b.Provisioner.Provision(t.Context(), a); err != nil {
		t.Fatalf("Provision(%v) = %v, want nil", a, err)
	}
}

// off takes a line away and returns when that was asked.
func (b Bench) off(t *testing.T, a pbx.Account) time.Time {
	t.Helper()
	a.Enabled = false
	begin := time.Now()
	b.set(t, a)
	return begin
}

// rotated returns the account with a new credential for its device, and a
// phone that knows it.
func rotated(t *testing.T, a pbx.Account, suffix string, until time.Time) (pbx.Account, siptest.Phone) {
	t.Helper()
	password, err := pbx.NewPassword(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a, username := a.Clone(), a.Extension+"-"+suffix
	a.Devices[0].Rotate(pbx.NewCredential(username, Domain, password), time.Now(), until)
	return a, phone(a, username, password)
}

func (b Bench) accepts(t *testing.T, what string, p siptest.Phone) {
	t.Helper()
	if got := siptest.Register(t, b.Server, p); got.Status != 200 {
		t.Errorf("%s: REGISTER of %s = %d, want 200", what, p.Number, got.Status)
	}
}

// refuses wants an answer that tells a stranger nothing: 401 for whatever is
// wrong.
func (b Bench) refuses(t *testing.T, what string, p siptest.Phone) {
	t.Helper()
	if got := siptest.Register(t, b.Server, p); got.Status != 401 {
		t.Errorf("%s: REGISTER of %s = %d, want 401", what, p.Number, got.Status)
	}
}

func (b Bench) contacts(t *testing.T, a pbx.Account) []pbx.Contact {
	t.Helper()
	contacts, err := b.Registrar.Contacts(t.Context(), a.AOR)
	if err != nil {
		t.Fatalf("Contacts(%s) = %v", a.AOR, err)
	}
	return contacts
}

func (b Bench) wantContacts(t *testing.T, what string, a pbx.Account, want int) {
	t.Helper()
	if got := b.contacts(t, a); len(got) != want {
		t.Errorf("%s: %d devices of %s are registered, want %d: %v", what, len(got), a.Extension, want, got)
	}
}

// patience is how long a scenario waits for what must happen, on a machine that
// has other things to do; only a failing one waits that long.
const patience = 30 * time.Second

// eventually looks again until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s: not so after %v", what, patience)
		}
	}
}
