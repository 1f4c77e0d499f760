package pbx_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/pbx"
)

func usernames(a pbx.Account, at time.Time) []string {
	var names []string
	for _, c := range a.Credentials(at) {
		names = append(names, c.Username)
	}
	return names
}

// Old and new password work side by side until the overlap ends, also when the
// next rotation comes before that.
func TestRotationOverlaps(t *testing.T) {
	t.Parallel()
	a := alice()
	at := func(minutes int) time.Time { return march.Add(time.Duration(minutes) * time.Minute) }
	rotate := func(username string, now, until time.Time) {
		d := a.Device("k3f9ab2c")
		d.Rotate(pbx.NewCredential(username, a.Realm, "p"), now, until)
	}
	expect := func(minutes int, want ...string) {
		t.Helper()
		if got := usernames(a, at(minutes)); !slices.Equal(got, want) {
			t.Errorf("after %d minutes = %v, want %v", minutes, got, want)
		}
	}
	rotate("1001-second", at(0), at(10))
	expect(0, "1001-k3f9ab", "1001-second")
	rotate("1001-third", at(5), at(15))
	expect(9, "1001-k3f9ab", "1001-second", "1001-third")
	expect(10, "1001-second", "1001-third")
	expect(15, "1001-third")
	if end := a.NextEnd(); !end.Equal(at(10)) {
		t.Errorf("NextEnd = %v, want %v", end, at(10))
	}
	if !a.Prune(at(12)) || a.Prune(at(12)) {
		t.Error("Prune does not forget once what has ended")
	}
	rotate("1001-fourth", at(20), at(20)) // without an overlap
	expect(20, "1001-fourth")
	if err := a.Validate(); err != nil {
		t.Error(err)
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	a := alice()
	before := a.Clone()
	before.Devices[0].Credentials[0].Username = "of the copy"
	if !a.Equal(alice()) {
		t.Error("a change of the clone changed the account")
	}
	d := pbx.Device{ID: "desk", Kind: pbx.Desk, Credentials: []pbx.Credential{pbx.NewCredential("1001-desk00", a.Realm, "p")}}
	if err := a.AddDevice(d); err != nil {
		t.Fatal(err)
	}
	if err := a.AddDevice(d); !errors.Is(err, &pbx.Error{Code: pbx.CodeDuplicate}) {
		t.Errorf("AddDevice again = %v, want duplicate", err)
	}
	if err := errors.Join(a.RemoveDevice("k3f9ab2c"), a.RemoveDevice("desk")); err != nil {
		t.Fatal(err)
	}
	if err := a.RemoveDevice("desk"); !errors.Is(err, pbx.ErrNoDevice) {
		t.Errorf("RemoveDevice again = %v, want %v", err, pbx.ErrNoDevice)
	}
	if err := a.Validate(); !errors.Is(err, &pbx.Error{Code: pbx.CodeNoDigest}) {
		t.Errorf("Validate() of an enabled line without a device = %v, want no_digest", err)
	}
	for range pbx.MaxDevices {
		d.ID += "x"
		if err := a.AddDevice(d); err != nil {
			t.Fatal(err)
		}
	}
	d.ID += "x"
	if err := a.AddDevice(d); !errors.Is(err, &pbx.Error{Code: pbx.CodeTooMany}) {
		t.Errorf("AddDevice to a full line = %v, want too_many", err)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	for want, change := range map[pbx.Status]func(*pbx.Account){
		pbx.StatusOn:        func(*pbx.Account) {},
		pbx.StatusOff:       func(a *pbx.Account) { a.Enabled = false },
		pbx.StatusSuspended: func(a *pbx.Account) { a.Enabled, a.Suspended = false, true },
		pbx.StatusReleased:  func(a *pbx.Account) { a.Enabled, a.Suspended, a.ReleasedAt = false, true, march },
	} {
		a := alice()
		change(&a)
		if got := a.Status(); got != want {
			t.Errorf("Status() = %s, want %s", got, want)
		}
	}
	if a := alice(); a.IsShell() || !a.Shell().IsShell() {
		t.Error("IsShell does not tell an account from its shell")
	}
}
