package pbxtest

import (
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/siptest"
)

// packets of audio prove that a call carries it: half a second.
const packets = 25

// on switches a registered phone on.
func (b Bench) on(t *testing.T, p siptest.Phone) *siptest.UA {
	t.Helper()
	ua := siptest.NewUA(t, b.Server, p)
	if got := ua.Register(t); got.Status != 200 {
		t.Fatalf("REGISTER of %s = %d, want 200", p.Number, got.Status)
	}
	return ua
}

// connect calls a line and waits until both sides hear each other.
func connect(t *testing.T, from, to *siptest.UA, number string) (caller, called *siptest.Call) {
	t.Helper()
	caller = from.Call(t, number)
	if caller.Status != 200 {
		t.Fatalf("call to %s = %d, want 200", number, caller.Status)
	}
	called = to.Incoming(t)
	caller.AwaitAudio(t, packets)
	called.AwaitAudio(t, packets)
	return caller, called
}

func callScenario(t *testing.T, b Bench, n numbers) {
	a, p := n.line(t, 1)
	c, q := n.line(t, 2)
	alice, carol := b.on(t, p), b.on(t, q)
	caller, called := connect(t, alice, carol, c.Extension)
	if from := called.Header.Get("From"); !strings.Contains(from, "sip:"+a.Extension+"@") {
		t.Errorf("From of the call = %s, want number %s", from, a.Extension)
	}
	caller.HangUp(t)
	called.AwaitEnd(t)
	wrong := p
	wrong.Password += "x"
	if got := siptest.NewUA(t, b.Server, wrong).Call(t, c.Extension); got.Status < 400 {
		t.Errorf("call with a wrong password = %d, want a refusal", got.Status)
	}
	if got := alice.Call(t, "9999999"); got.Status < 400 {
		t.Errorf("call to a line that is not there = %d, want a refusal", got.Status)
	}
}

// falseCaller: who calls by his own credential may not show another number.
func falseCaller(t *testing.T, b Bench, n numbers) {
	_, p := n.line(t, 1)
	victim, _ := n.line(t, 2)
	c, q := n.line(t, 3)
	callee := b.on(t, q)
	mallory := p
	mallory.Number = victim.Extension
	call := siptest.NewUA(t, b.Server, mallory).Call(t, c.Extension)
	if call.Status < 400 {
		t.Errorf("a call as %s with another line's credential = %d and rings as %q, want a refusal",
			victim.Extension, call.Status, callee.Incoming(t).Header.Get("From"))
	}
}

// severalDevices: any of a line's phones may take a call.
func severalDevices(t *testing.T, b Bench, n numbers) {
	_, p := n.line(t, 1)
	c, q := n.line(t, 2)
	second := b.on(t, addDevice(t, b, &c, "second"))
	first := b.on(t, q)
	b.wantContacts(t, "both", c, 2)
	alice := b.on(t, p)
	for _, ua := range []*siptest.UA{first, second} {
		other := first
		if ua == first {
			other = second
		}
		if got := other.Unregister(t); got.Status != 200 {
			t.Fatalf("unregister = %d, want 200", got.Status)
		}
		caller, _ := connect(t, alice, ua, c.Extension)
		caller.HangUp(t)
		if got := other.Register(t); got.Status != 200 {
			t.Fatalf("REGISTER again = %d, want 200", got.Status)
		}
	}
	caller := alice.Call(t, c.Extension)
	if caller.Status != 200 {
		t.Errorf("call to a line with two phones = %d, want 200", caller.Status)
	}
	caller.HangUp(t)
}

// revokeScenario: a line that is taken away is refused at once, and its device
// is gone within the limit: it neither calls nor rings.
func revokeScenario(t *testing.T, b Bench, n numbers) {
	_, p := n.line(t, 1)
	c, q := n.line(t, 2)
	alice, carol := b.on(t, p), b.on(t, q)
	caller, _ := connect(t, alice, carol, c.Extension)
	caller.HangUp(t)
	begin := b.off(t, c)
	b.refuses(t, "at once", q)
	eventually(t, "the device is gone", func() bool { return len(b.contacts(t, c)) == 0 })
	took := time.Since(begin)
	if took > RevocationLimit {
		t.Errorf("the device was gone after %v, want %v at most", took, RevocationLimit)
	}
	t.Logf("revoked to gone: %v", took.Round(time.Millisecond))
	if got := alice.Call(t, c.Extension); got.Status < 400 {
		t.Errorf("call to a revoked line = %d, want a refusal", got.Status)
	}
	if got := carol.Call(t, p.Number); got.Status < 400 {
		t.Errorf("call from a revoked line = %d, want a refusal", got.Status)
	}
	if got := carol.Register(t); got.Status != 401 {
		t.Errorf("the device registers again: %d, want 401", got.Status)
	}
	b.wantContacts(t, "after all", c, 0)
}

func revokeDuringCall(t *testing.T, b Bench, n numbers) {
	a, p := n.line(t, 1)
	c, q := n.line(t, 2)
	caller, called := connect(t, b.on(t, p), b.on(t, q), c.Extension)
	begin := b.off(t, a)
	caller.AwaitEnd(t)
	called.AwaitEnd(t)
	if took := time.Since(begin); took > RevocationLimit {
		t.Errorf("the call of a revoked line ended after %v, want %v at most", took, RevocationLimit)
	}
}

// numberChangesHands: the device of who had a number before gets no calls of
// who has it now.
func numberChangesHands(t *testing.T, b Bench, n numbers) {
	before, p := n.line(t, 1)
	_, q := n.line(t, 2)
	old := b.on(t, p)
	b.off(t, before)
	after, fresh := rotated(t, before, "dddddd", time.Now())
	after.IdentityID = "identity-of-another"
	b.set(t, after)
	alice := b.on(t, q)
	if got := alice.Call(t, after.Extension); got.Status < 400 {
		t.Errorf("call to the number before its new device is there = %d, want a refusal", got.Status)
	}
	caller, _ := connect(t, alice, b.on(t, fresh), after.Extension)
	caller.HangUp(t)
	if got := old.Register(t); got.Status != 401 {
		t.Errorf("REGISTER of the old device = %d, want 401", got.Status)
	}
}
