package kyc_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

// registrar is a registrar that notes what it is asked.
type registrar struct {
	mu       sync.Mutex
	dropped  []string
	hungUp   int
	contacts []pbx.Contact
	err      error
}

func (d *registrar) Contacts(context.Context, pbx.AOR) ([]pbx.Contact, error) {
	return d.contacts, d.err
}

func (d *registrar) Drop(_ context.Context, aor pbx.AOR, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dropped = append(d.dropped, aor.User()+"/"+id)
	return d.err
}

func (d *registrar) HangUp(context.Context, pbx.AOR) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hungUp++
	return d.err
}

// line returns the first line of an enrollment as the store has it.
func (b *bench) line(t *testing.T, id string) pbx.Account {
	t.Helper()
	accounts, err := b.store.AccountsOf(t.Context(), b.identity(t, id).ID)
	must(t, err)
	return accounts[0]
}

// usernames are those that the PBX lets in to a line now, in order.
func (b *bench) usernames(a pbx.Account) []string {
	on, _ := b.pbx.Lookup(a.AOR)
	var names []string
	for _, c := range on.Credentials(b.now) {
		names = append(names, c.Username)
	}
	slices.Sort(names)
	return names
}

// opens fails the test unless what a phone was given lets it in, or does not.
func (b *bench) opens(t *testing.T, what string, s pbx.Setup, want bool) {
	t.Helper()
	on, _ := b.pbx.Lookup(pbx.NewAOR(s.Extension, s.Domain))
	got := slices.ContainsFunc(on.Credentials(b.now), func(c pbx.Credential) bool {
		return on.Enabled && c.Username == s.Username && c.HA1SHA256 == pbx.HA1(pbx.SHA256, s.Username, s.Realm, s.Password)
	})
	if got != want {
		t.Errorf("%s: the PBX lets it in is %t, want %t", what, got, want)
	}
}

var office = kyc.NewDevice{Name: "Office", Kind: pbx.App}

func TestDeviceIsAddedRotatedAndSignedOut(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id, d := b.issued(t), &registrar{}
	b.flow.Registrar, b.flow.Settings.Overlap = d, time.Hour
	first := b.usernames(b.line(t, id))
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	b.work(t)
	b.opens(t, "added", setup, true)
	if len(setup.Password.Reveal()) != 26 || strings.Contains(b.line(t, id).AOR.User(), setup.Username) {
		t.Errorf("the set-up is %+v, want 128 bits and a name of its own", setup)
	}
	rotated, err := b.flow.RotateDevice(t.Context(), id, setup.Extension, setup.DeviceID)
	must(t, err)
	if rotated.DeviceID != setup.DeviceID || rotated.Username == setup.Username || rotated.Password == setup.Password {
		t.Error("a rotation gave the password of before")
	}
	b.work(t)
	b.opens(t, "rotated", rotated, true)
	b.opens(t, "before, while it overlaps", setup, true)
	b.advance(time.Hour + time.Second)
	b.work(t)
	b.opens(t, "rotated, later", rotated, true)
	if got := b.usernames(b.line(t, id)); slices.Contains(got, setup.Username) {
		t.Errorf("the PBX has %v, with one that ended", got)
	}
	if len(d.dropped) > 0 {
		t.Errorf("%v was dropped, though nobody was signed out", d.dropped)
	}
	d.contacts = []pbx.Contact{{ID: "of the one"}, {ID: "of the other"}} // of which the PBX says no more
	must(t, b.flow.RemoveDevice(t.Context(), id, setup.Extension, setup.DeviceID))
	b.work(t)
	b.opens(t, "signed out", rotated, false)
	if got := b.usernames(b.line(t, id)); !slices.Equal(got, first) {
		t.Errorf("the PBX has %v, want the first device's alone, %v", got, first)
	}
	if !slices.Contains(d.dropped, setup.Extension+"/") || d.hungUp > 0 {
		t.Errorf("dropped %v, hung up %d, want all contacts of the line and no calls", d.dropped, d.hungUp)
	}
	if err := b.flow.RemoveDevice(t.Context(), id, setup.Extension, setup.DeviceID); !errors.Is(err, kyc.ErrNotFound) {
		t.Errorf("RemoveDevice again = %v", err)
	}
}

// Where the PBX says who registered by which password, the device that is signed
// out goes and no other. Where it says so of some of them alone, or does not
// answer, all of the line go.
func TestSignOutDropsTheDevice(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		unknown bool
		err     error
		want    string
	}{
		"all are known": {want: "lost"},
		"one is not":    {unknown: true},
		"no answer":     {err: errCrash},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			id, d := b.issued(t), &registrar{}
			first := b.usernames(b.line(t, id))[0]
			setup, err := b.flow.AddDevice(t.Context(), id, office)
			must(t, err)
			b.flow.PBX, b.flow.Registrar = b.pbx, d
			d.contacts = []pbx.Contact{{ID: "kept", Username: first}, {ID: "lost", Username: setup.Username}}
			if tc.unknown {
				d.contacts = append(d.contacts, pbx.Contact{ID: "whose"})
			}
			d.err = tc.err
			must(t, b.flow.RemoveDevice(t.Context(), id, setup.Extension, setup.DeviceID))
			want := setup.Extension + "/" + tc.want
			if !slices.Equal(d.dropped, []string{want}) {
				t.Errorf("dropped %q, want %q", d.dropped, want)
			}
		})
	}
}

// Whoever waits with a phone in hand need not wait for the queue.
func TestPBXIsToldAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	b.flow.PBX, b.flow.Settings.HangUp = b.pbx, true
	d := &registrar{}
	b.flow.Registrar = d
	setup, err := b.flow.AddDevice(t.Context(), id, office)
	must(t, err)
	b.opens(t, "added", setup, true)
	must(t, b.flow.RemoveDevice(t.Context(), id, setup.Extension, setup.DeviceID))
	b.opens(t, "signed out", setup, false)
	if d.hungUp != 1 {
		t.Errorf("calls were ended %d times, want once", d.hungUp)
	}
	b.pbx.Fail = func(string, pbx.AOR) error { return errCrash }
	setup, err = b.flow.AddDevice(t.Context(), id, office)
	must(t, err) // the queue goes on
	b.pbx.Fail = nil
	b.work(t)
	b.opens(t, "added while the PBX was away", setup, true)
}

func TestDeviceOfAnotherIsOutOfReach(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id, other := b.issued(t), b.issued(t)
	theirs := b.line(t, other)
	device := theirs.Devices[0].ID
	for what, do := range map[string]func() error{
		"AddDevice": func() error {
			_, err := b.flow.AddDevice(t.Context(), id, kyc.NewDevice{Extension: theirs.Extension, Kind: pbx.App})
			return err
		},
		"RotateDevice": func() error { _, err := b.flow.RotateDevice(t.Context(), id, theirs.Extension, device); return err },
		"RotateDevice on the own line": func() error {
			_, err := b.flow.RotateDevice(t.Context(), id, b.line(t, id).Extension, device)
			return err
		},
		"RemoveDevice": func() error { return b.flow.RemoveDevice(t.Context(), id, theirs.Extension, device) },
		"RenameDevice": func() error { return b.flow.RenameDevice(t.Context(), id, theirs.Extension, device, "mine") },
		"OfferSetup": func() error {
			_, err := b.flow.OfferSetup(t.Context(), id, kyc.NewDevice{Extension: theirs.Extension, Kind: pbx.App})
			return err
		},
	} {
		if err := do(); !errors.Is(err, kyc.ErrNoLine) && !errors.Is(err, kyc.ErrNotFound) {
			t.Errorf("%s of another's = %v, want it not found", what, err)
		}
	}
	if got := b.line(t, other); !got.Equal(theirs) {
		t.Errorf("the other's line changed to %s", got)
	}
}

func TestLineHasSoManyDevices(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	for range pbx.MaxDevices - 1 {
		_, err := b.flow.AddDevice(t.Context(), id, office)
		must(t, err)
	}
	if _, err := b.flow.AddDevice(t.Context(), id, office); !errors.Is(err, kyc.ErrTooManyDevices) {
		t.Errorf("AddDevice beyond = %v", err)
	}
	if _, err := b.flow.OfferSetup(t.Context(), id, office); !errors.Is(err, kyc.ErrTooManyDevices) {
		t.Errorf("OfferSetup beyond = %v", err)
	}
	b.advance(time.Minute)
	for range 30 {
		_, _ = b.flow.RotateDevice(t.Context(), id, b.line(t, id).Extension, b.line(t, id).Devices[1].ID)
	}
	var rate *kyc.RateError
	if _, err := b.flow.RotateDevice(t.Context(), id, b.line(t, id).Extension, b.line(t, id).Devices[1].ID); !errors.As(err, &rate) {
		t.Errorf("RotateDevice again and again = %v, want a RateError", err)
	}
	if n := len(b.line(t, id).Devices[1].Credentials); n > 4 {
		t.Errorf("the device has %d credentials", n)
	}
}

// The schedule: due, then over, without anybody's doing.
func TestPasswordsEndBySchedule(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.flow.Settings.Rotate, b.flow.Settings.Overlap = 30*24*time.Hour, 24*time.Hour
	id := b.issued(t)
	device := func() kyc.DeviceView {
		t.Helper()
		lines, err := b.flow.Lines(t.Context(), id)
		must(t, err)
		return lines[0].Devices[0]
	}
	if d := device(); d.Due || d.Silent || !d.DueAt.Equal(b.now.Add(30*24*time.Hour)) {
		t.Errorf("a new device is %+v", d)
	}
	b.advance(30 * 24 * time.Hour)
	b.work(t)
	if d := device(); !d.Due || d.Silent {
		t.Errorf("after the time of the rotation the device is %+v, want due", d)
	}
	b.advance(25 * time.Hour)
	b.work(t)
	if _, on := b.pbx.Lookup(b.line(t, id).AOR); on {
		t.Error("the PBX has a line whose only password has ended")
	}
	d := device()
	if !d.Silent {
		t.Errorf("the device is %+v, want silent", d)
	}
	setup, err := b.flow.RotateDevice(t.Context(), id, "", d.ID)
	must(t, err)
	b.work(t)
	b.opens(t, "set up again", setup, true)
}

func TestBrowserLine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	first, err := b.flow.BrowserLine(t.Context(), id)
	must(t, err)
	b.advance(time.Minute)
	second, err := b.flow.BrowserLine(t.Context(), id)
	must(t, err)
	b.work(t)
	b.opens(t, "first tab, for a while", first, true)
	b.opens(t, "second tab", second, true)
	for range 8 {
		_, err := b.flow.BrowserLine(t.Context(), id)
		must(t, err)
	}
	b.opens(t, "first tab, of ten", first, true)
	var rate *kyc.RateError
	if _, err := b.flow.BrowserLine(t.Context(), id); !errors.As(err, &rate) {
		t.Errorf("an eleventh tab in five minutes = %v, want a rate error", err)
	}
	b.advance(6 * time.Minute)
	last, err := b.flow.BrowserLine(t.Context(), id)
	must(t, err)
	b.work(t)
	b.opens(t, "first tab, later", first, false)
	b.opens(t, "last tab", last, true)
	if !last.NotAfter.Equal(b.now.Add(time.Hour)) {
		t.Errorf("it ends at %s, want an hour after it was made", last.NotAfter)
	}
	if n := len(b.line(t, id).Devices); n != 2 {
		t.Errorf("the line has %d devices, want the phone and one browser", n)
	}
	b.advance(time.Hour)
	b.work(t)
	b.opens(t, "last tab, after an hour", last, false)
	if n := len(b.line(t, id).Devices); n != 1 {
		t.Errorf("the line has %d devices, want the phone alone", n)
	}
}

// A line whose identity is suspended takes no device, and a change of it does
// not bring it back.
func TestSuspendedIdentityKeepsItsLineOff(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.issued(t)
	identity := b.identity(t, id).ID
	must(t, b.change(t, identity, ledger.StatusSuspended, ledger.ReasonUnderReview))
	b.work(t)
	if _, err := b.flow.AddDevice(t.Context(), id, office); !errors.Is(err, kyc.ErrLineOff) {
		t.Errorf("AddDevice to a line that is off = %v", err)
	}
	must(t, b.flow.SuspendLine(t.Context(), "agent:1", b.line(t, id).Extension))
	must(t, b.flow.ResumeLine(t.Context(), "agent:1", b.line(t, id).Extension))
	b.work(t)
	if _, on := b.standing(t, identity); on {
		t.Error("resuming a line brought back what the ledger suspends")
	}
	must(t, b.change(t, identity, ledger.StatusActive, ledger.ReasonReviewed))
	b.work(t)
	if _, on := b.standing(t, identity); !on {
		t.Error("the line is not back")
	}
}
