package pbxtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
)

func registerScenario(t *testing.T, b Bench, n numbers) {
	a, good := n.line(t, 1)
	for _, alg := range b.Algorithms {
		p := good
		p.Algorithm = string(alg)
		b.accepts(t, "right password by "+string(alg), p)
	}
	wrong := good
	wrong.Password += "x"
	b.refuses(t, "wrong password", wrong)
	wrong = good
	wrong.User = a.Extension
	b.refuses(t, "the number as a user name", wrong)
	unknown := good
	unknown.Number, unknown.User = "9999999", "9999999-aaaaaa"
	b.refuses(t, "unknown line", unknown)
	// A stranger learns nothing from the difference.
	wrong = good
	wrong.Password += "x"
	known, stranger := siptest.Register(t, b.Server, wrong), siptest.Register(t, b.Server, unknown)
	if known.Status != stranger.Status || !slices.Equal(known.Offered, stranger.Offered) {
		t.Errorf("a known number is answered %+v, an unknown one %+v, want no difference", known, stranger)
	}
	b.off(t, a)
	b.refuses(t, "revoked", good)
	b.set(t, a)
	b.accepts(t, "resumed", good)
}

// foreignLine: whose credential is right may register no other line than its
// own, or he would get its calls.
func foreignLine(t *testing.T, b Bench, n numbers) {
	_, mallory := n.line(t, 1)
	victim, _ := n.line(t, 2)
	mallory.Number = victim.Extension
	if got := siptest.Register(t, b.Server, mallory); got.Status < 400 {
		t.Errorf("REGISTER of %s with another line's credential = %d, want a refusal", victim.Extension, got.Status)
	}
	b.wantContacts(t, "after it", victim, 0)
}

func rotateScenario(t *testing.T, b Bench, n numbers) {
	a, old := n.line(t, 1)
	a, second := rotated(t, a, "bbbbbb", time.Now().Add(time.Hour))
	b.set(t, a)
	b.accepts(t, "old password while it overlaps", old)
	b.accepts(t, "new password", second)
	mixed := second
	mixed.Password = old.Password
	b.refuses(t, "old password under the new name", mixed)
	a, third := rotated(t, a, "cccccc", time.Now())
	b.set(t, a)
	b.refuses(t, "old password after a rotation without overlap", old)
	b.refuses(t, "second password after it", second)
	b.accepts(t, "third password", third)
}

// credentialEnds: an overlap ends by itself, on time.
func credentialEnds(t *testing.T, b Bench, n numbers) {
	a, old := n.line(t, 1)
	a, second := rotated(t, a, "bbbbbb", time.Now().Add(2*time.Second))
	b.set(t, a)
	phone := b.on(t, old) // one device, however often it registers: a line has room for so many
	end := a.NextEnd()
	eventually(t, "the old password is refused", func() bool {
		b.set(t, a) // what the schedule does for a PBX that knows no time
		return phone.Register(t).Status == 401
	})
	if time.Now().Before(end) {
		t.Error("the old password ended before its time")
	}
	b.accepts(t, "new password", second)
}

// browserEnds: when a browser's hour is over the line's phone stays, both while
// the account still tells of it and when that is forgotten.
func browserEnds(t *testing.T, b Bench, n numbers) {
	a, p := n.line(t, 1)
	browser := pbx.NewCredential(a.Extension+"-browser", Domain, "of the browser")
	browser.NotAfter = time.Now().Add(time.Hour)
	if err := a.AddDevice(pbx.Device{ID: "web", Kind: pbx.Browser, Credentials: []pbx.Credential{browser}}); err != nil {
		t.Fatal(err)
	}
	b.set(t, a)
	b.on(t, p)
	a = a.Clone()
	a.Devices[1].Credentials[0].NotAfter = time.Now()
	b.set(t, a)
	b.wantContacts(t, "when the browser has ended", a, 1)
	a.Prune(time.Now())
	b.set(t, a)
	b.wantContacts(t, "when it is forgotten", a, 1)
}

// fullLine: as many devices as a line may have are registered at once.
func fullLine(t *testing.T, b Bench, n numbers) {
	a, p := n.line(t, 1)
	phones := []siptest.Phone{p}
	for len(a.Devices) < pbx.MaxDevices {
		phones = append(phones, addDevice(t, b, &a, fmt.Sprintf("device%d", len(phones))))
	}
	for _, p := range phones {
		b.on(t, p)
	}
	b.wantContacts(t, "all", a, pbx.MaxDevices)
}

// signOut: a device that is taken away is refused and gone. The line's other one
// stays registered where the PBX says by which credential each is, and comes back
// by itself where it does not.
func signOut(t *testing.T, b Bench, n numbers) {
	a, lost := n.line(t, 1)
	kept := addDevice(t, b, &a, "other")
	b.accepts(t, "first device", lost)
	b.accepts(t, "second device", kept)
	told := b.wantUsernames(t, a, lost.User, kept.User)
	if err := a.RemoveDevice(a.Devices[0].ID); err != nil {
		t.Fatal(err)
	}
	b.set(t, a)
	if err := pbx.DropEnded(t.Context(), b.Registrar, a, time.Now()); err != nil {
		t.Fatal(err)
	}
	b.refuses(t, "device that was signed out", lost)
	if told {
		b.wantContacts(t, "after it", a, 1)
		b.wantUsernames(t, a, kept.User)
		return
	}
	b.wantContacts(t, "after it", a, 0)
	b.accepts(t, "device that was not", kept)
	b.wantContacts(t, "when it comes back", a, 1)
}

// wantUsernames wants the devices of a line to be registered by these credentials,
// and reports whether the PBX says so: of all of them, or of none.
func (b Bench) wantUsernames(t *testing.T, a pbx.Account, want ...string) (told bool) {
	t.Helper()
	var got []string
	for _, c := range b.contacts(t, a) {
		got = append(got, c.Username)
	}
	if !slices.ContainsFunc(got, func(username string) bool { return username != "" }) {
		return false
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("devices are registered as %q, want %q", got, want)
	}
	return true
}

// endedAndForgotten: when a rotation's overlap is over and the account has
// forgotten it, the device that stayed with the old password is gone, and the one
// with the new password is not, where the PBX says which is which. One that
// registers again by the new password is not taken for who it was before.
func endedAndForgotten(t *testing.T, b Bench, n numbers) {
	a, old := n.line(t, 1)
	a, fresh := rotated(t, a, "bbbbbb", time.Now().Add(time.Hour))
	b.set(t, a)
	stays, moves := b.on(t, old), b.on(t, old)
	moves.Use(fresh)
	if got := moves.Register(t); got.Status != 200 {
		t.Fatalf("REGISTER by the new password = %d, want 200", got.Status)
	}
	if !b.wantUsernames(t, a, old.User, fresh.User) {
		return
	}
	a = a.Clone()
	a.Devices[0].Credentials = a.Devices[0].Credentials[1:]
	b.set(t, a)
	b.wantUsernames(t, a, fresh.User)
	if left := b.contacts(t, a); len(left) != 1 || left[0].Address != moves.Address() {
		t.Errorf("after the end of the old password = %+v, want that of %s and not that of %s", left, moves.Address(), stays.Address())
	}
}

// addDevice gives a line another device and returns its phone.
func addDevice(t *testing.T, b Bench, a *pbx.Account, id string) siptest.Phone {
	t.Helper()
	const password = pbx.Password("of the other device")
	username := a.Extension + "-" + id
	*a = a.Clone()
	err := a.AddDevice(pbx.Device{ID: id, Kind: pbx.App, Credentials: []pbx.Credential{pbx.NewCredential(username, Domain, password)}})
	if err != nil {
		t.Fatal(err)
	}
	b.set(t, *a)
	return phone(*a, username, password)
}

// dropOne: one registration goes, the other one stays.
func dropOne(t *testing.T, b Bench, n numbers) {
	a, p := n.line(t, 1)
	first, second := siptest.NewUA(t, b.Server, p), siptest.NewUA(t, b.Server, p)
	for _, ua := range []*siptest.UA{first, second} {
		if got := ua.Register(t); got.Status != 200 {
			t.Fatalf("REGISTER = %d, want 200", got.Status)
		}
	}
	contacts := b.contacts(t, a)
	if len(contacts) != 2 {
		t.Fatalf("%d contacts, want 2: %v", len(contacts), contacts)
	}
	i := slices.IndexFunc(contacts, func(c pbx.Contact) bool { return c.Address == first.Address() })
	if i < 0 {
		t.Fatalf("no contact came from %s: %+v", first.Address(), contacts)
	}
	if c := contacts[i]; c.AOR != a.AOR || c.URI == "" || c.ID == "" || !c.Expires.After(time.Now()) {
		t.Errorf("contact = %+v, want line, URI, id and a time to come", c)
	}
	for range 2 { // the second time there is nothing to drop
		if err := b.Registrar.Drop(t.Context(), a.AOR, contacts[i].ID); err != nil {
			t.Fatal(err)
		}
	}
	left := b.contacts(t, a)
	if len(left) != 1 || left[0].Address != second.Address() {
		t.Errorf("after dropping one = %+v, want that of %s", left, second.Address())
	}
}

// databaseAway: a PBX that cannot read its accounts lets nobody in, and is well
// again by itself.
func databaseAway(t *testing.T, b Bench, n numbers) {
	_, p := n.line(t, 1)
	phone := b.on(t, p)
	b.Database(t, false)
	defer b.Database(t, true) // also after a failure: other tests go on
	eventually(t, "a phone is refused while the database is away", func() bool { return phone.Register(t).Status >= 400 })
	b.Database(t, true)
	eventually(t, "the phone registers again", func() bool { return phone.Register(t).Status == 200 })
}
