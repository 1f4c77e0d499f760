package kamailio_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/kamailiotest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/kamailio"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/store/storetest"
)

// bench is a running Kamailio over a database of its own, and what we ask of it.
type bench struct {
	published   published
	gate        *kamailiotest.Gate // before the database
	server      *kamailiotest.Server
	registrar   *kamailio.Registrar
	provisioner *kamailio.Provisioner
}

func newBench(t testing.TB) bench {
	t.Helper()
	b := bench{published: newPublished(t)}
	b.gate = kamailiotest.NewGate(t, storetest.PBXRole(t, b.published.dsn, "kamailio").String())
	b.server = kamailiotest.Start(t, kamailiotest.Config{Domain: pbxtest.Domain, Database: b.gate.URL})
	b.registrar = newRegistrar(t, b.server.RPC, b.server.Token)
	var err error
	b.provisioner, err = kamailio.NewProvisioner(kamailio.ProvisionerConfig{
		Publish: b.published.store.Publish, Registrar: b.registrar, HangUp: true, Clock: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The suite. Kamailio keeps no copy of what it may read, so that its view is what
// it believes; the rest of an account it is never told.
func TestKamailio(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	pbxtest.Run(t, func(t *testing.T) pbxtest.Target {
		for _, extension := range []string{"100", "1001", "4711"} {
			if err := b.provisioner.Deprovision(t.Context(), pbx.NewAOR(extension, pbxtest.Domain)); err != nil {
				t.Fatal(err)
			}
		}
		return pbxtest.Target{Provisioner: b.provisioner, Lookup: b.lookup}
	})
}

func (b bench) lookup(t *testing.T, aor pbx.AOR) (pbx.Account, bool) {
	t.Helper()
	shown, err := b.published.store.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(shown, func(a pbx.Account) bool { return a.AOR == aor })
	users := b.published.users(t, aor.User())
	if i < 0 {
		if len(users) > 0 {
			t.Errorf("Kamailio is shown %v of %s, want nothing", users, aor)
		}
		return pbx.Account{}, false
	}
	want := map[string]string{}
	for _, c := range shown[i].Credentials(time.Now()) {
		want[c.Username] = c.HA1MD5 + " " + c.HA1B + " " + shown[i].DisplayName
	}
	if diff := cmp.Diff(want, users); diff != "" {
		t.Errorf("what Kamailio is shown of %s (-want +got):\n%s", aor, diff)
	}
	return shown[i], true
}

// What people do with phones.
func TestKamailioScenarios(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	pbxtest.Scenarios(t, pbxtest.Bench{
		Provisioner: b.provisioner, Registrar: b.registrar, Server: b.server.Address, SIPp: siptest.SIPp{Server: b.server.Address},
		Algorithms: []pbx.Algorithm{pbx.MD5}, Events: b.registrar,
		Database: func(_ *testing.T, answers bool) {
			if answers {
				b.gate.Open()
			} else {
				b.gate.Close()
			}
		},
	})
}

func newRegistrar(t testing.TB, node, token string) *kamailio.Registrar {
	t.Helper()
	r, err := kamailio.NewRegistrar(kamailio.Config{
		Nodes: []string{node}, Token: pbx.Password(token), Clock: time.Now, Timeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (b bench) provision(t testing.TB, a pbx.Account) {
	t.Helper()
	if err := b.provisioner.Provision(t.Context(), a); err != nil {
		t.Fatalf("Provision(%v) = %v, want nil", a, err)
	}
}

// phone is a phone of the line, with its first credential.
func phone(number string, password pbx.Password) siptest.Phone {
	return siptest.Phone{
		Number: number, User: pbxtest.Username(number), Password: password.Reveal(), Realm: pbxtest.Domain, Expires: 60,
	}
}

func (b bench) register(t *testing.T, p siptest.Phone, want int) {
	t.Helper()
	if got := siptest.Register(t, b.server.Address, p); got.Status != want {
		t.Errorf("REGISTER of %s as %s = %d, want %d", p.Number, p.User, got.Status, want)
	}
}

// on registers a phone that stays on.
func (b bench) on(t *testing.T, p siptest.Phone) *siptest.UA {
	t.Helper()
	ua := siptest.NewUA(t, b.server.Address, p)
	if got := ua.Register(t); got.Status != 200 {
		t.Fatalf("REGISTER of %s = %d, want 200", p.Number, got.Status)
	}
	return ua
}

// registered returns the lines that have a device.
func (b bench) registered(t *testing.T) []string {
	t.Helper()
	aors, err := b.registrar.Registered(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	numbers := []string{}
	for _, aor := range aors {
		numbers = append(numbers, aor.User())
	}
	slices.Sort(numbers)
	return numbers
}

// The life of a line, as phones see it.
func TestPhonesRegister(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	a := pbxtest.Account("2001", "first")
	b.register(t, phone("2001", "first"), 401)
	b.provision(t, a)
	b.register(t, phone("2001", "first"), 200)
	b.register(t, phone("2001", "second"), 401)

	// A rotation overlaps: both credentials are users of their own.
	rotated, now := a.Clone(), time.Now()
	rotated.Devices[0].Rotate(pbx.NewCredential("2001-zzzzzz", pbxtest.Domain, "second"), now, now.Add(time.Hour))
	b.provision(t, rotated)
	newer := phone("2001", "second")
	newer.User = "2001-zzzzzz"
	b.register(t, phone("2001", "first"), 200)
	b.register(t, newer, 200)
	mixed := newer
	mixed.Password = "first"
	b.register(t, mixed, 401)

	rotated.Devices[0].Credentials = rotated.Devices[0].Credentials[1:]
	b.provision(t, rotated)
	b.register(t, phone("2001", "first"), 401)
	b.register(t, newer, 200)

	if err := b.provisioner.Deprovision(t.Context(), a.AOR); err != nil {
		t.Fatal(err)
	}
	b.register(t, newer, 401)
}

// A device that was registered when its line went off is called no more, within
// the five seconds that the requirements give; its neighbour's stays.
func TestDevicesOfLinesThatAreOffAreDropped(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	line, neighbour := pbxtest.Account("200", "first"), pbxtest.Account("2001", "neighbour")
	b.provision(t, line)
	b.provision(t, neighbour)
	b.on(t, phone("200", "first"))
	caller := b.on(t, phone("2001", "neighbour"))
	step := func(name string, want ...string) {
		t.Helper()
		if got := b.registered(t); !slices.Equal(got, want) {
			t.Errorf("%s: devices of %v, want of %v", name, got, want)
		}
	}
	step("registered", "200", "2001")
	b.provision(t, line)
	step("provisioned again, without a change", "200", "2001")
	began := time.Now()
	line.Enabled = false
	b.provision(t, line)
	step("off", "2001")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("a line was off after %v, want 5 s at most", took)
	}
	if got := caller.Call(t, "200").Status; got != 480 {
		t.Errorf("call to a line that is off = %d, want 480", got)
	}
	line.Enabled = true
	b.provision(t, line)
	b.on(t, phone("200", "first"))
	line.Devices[0].Credentials[0].NotAfter = time.Now().Add(-time.Second)
	line.Devices[0].Credentials = append(line.Devices[0].Credentials, pbx.NewCredential("200-zzzzzz", pbxtest.Domain, "other"))
	b.provision(t, line)
	step("a credential has ended", "2001")
}

func TestCallsOfLinesThatAreOffAreHungUp(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, off := range []string{"2001", "2002"} { // who called, and who was called
		t.Run(off, func(t *testing.T) {
			b.provision(t, pbxtest.Account("2001", "one"))
			b.provision(t, pbxtest.Account("2002", "two"))
			one, two := b.on(t, phone("2001", "one")), b.on(t, phone("2002", "two"))
			out := one.Call(t, "2002")
			if out.Status != 200 {
				t.Fatalf("call = %d, want 200", out.Status)
			}
			in := two.Incoming(t)
			out.AwaitAudio(t, 5)
			in.AwaitAudio(t, 5)
			if err := b.provisioner.Deprovision(t.Context(), pbx.NewAOR(off, pbxtest.Domain)); err != nil {
				t.Fatal(err)
			}
			out.AwaitEnd(t)
			in.AwaitEnd(t)
		})
	}
}

func TestProvisionSaysWhatFailed(t *testing.T) {
	t.Parallel()
	failed := errors.New("no database")
	r := newRegistrar(t, "http://127.0.0.1:1/rpc", "x") // nobody listens there
	a := pbxtest.Account("2001", "p")
	for _, tc := range []struct {
		name    string
		publish error
		change  func(*pbx.Account)
		ok      bool
	}{
		{"on, and no Kamailio", nil, func(*pbx.Account) {}, true},
		{"off, and no Kamailio", nil, func(a *pbx.Account) { a.Enabled = false }, false},
		{"no database", failed, func(*pbx.Account) {}, false},
		{"invalid", nil, func(a *pbx.Account) { a.Realm = "a b" }, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p, err := kamailio.NewProvisioner(kamailio.ProvisionerConfig{
				Publish: func(context.Context, pbx.Account) error { return tc.publish }, Registrar: r, Clock: time.Now,
			})
			if err != nil {
				t.Fatal(err)
			}
			account := a.Clone()
			tc.change(&account)
			if err := p.Provision(t.Context(), account); (err == nil) != tc.ok || (tc.publish != nil && !errors.Is(err, tc.publish)) {
				t.Errorf("Provision() = %v, want success %v", err, tc.ok)
			}
		})
	}
	if _, err := kamailio.NewProvisioner(kamailio.ProvisionerConfig{Registrar: r, Clock: time.Now}); err == nil {
		t.Error("NewProvisioner() without a publisher = nil, want an error")
	}
}
