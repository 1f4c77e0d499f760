package asterisk_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// onServer returns a provisioner that reloads a running Asterisk and waits for
// it, as an operator's on the same machine would.
func onServer(t *testing.T, s *asterisktest.Server) *asterisk.Provisioner {
	t.Helper()
	return newProvisioner(t, asterisk.Config{Dir: s.Accounts, Console: s.Console(), Timeout: time.Minute})
}

// TestAsterisk runs the suite on a real Asterisk and asks Asterisk itself what
// it believes.
func TestAsterisk(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	p := onServer(t, s)
	pbxtest.Run(t, func(t *testing.T) pbxtest.Target {
		forget(t, p)
		return pbxtest.Target{
			Provisioner: p,
			Lookup:      func(t *testing.T, aor pbx.AOR) (pbx.Account, bool) { return lookup(t, s, aor) },
		}
	})
}

// forget takes away the lines of the suite.
func forget(t *testing.T, p pbxtest.Provisioner) {
	t.Helper()
	for _, extension := range []string{"100", "1001"} {
		if err := p.Deprovision(t.Context(), pbx.NewAOR(extension, pbxtest.Domain)); err != nil {
			t.Fatal(err)
		}
	}
}

// lookup reads an account from the console's "pjsip show". Only the domain of
// the address comes from the question: Asterisk has no place for it.
func lookup(t *testing.T, s *asterisktest.Server, aor pbx.AOR) (pbx.Account, bool) {
	t.Helper()
	endpoint := s.CLI(t, "pjsip show endpoint "+aor.User())
	if strings.Contains(endpoint, "Unable to find object") {
		return pbx.Account{}, false
	}
	name, number, named := strings.Cut(shownOption(endpoint, "callerid"), "<")
	if !named { // a number alone is shown without brackets
		name, number = "", name
	}
	a := pbx.Account{
		Extension: strings.TrimSuffix(number, ">"), DisplayName: strings.Trim(strings.TrimSpace(name), `"`),
		AOR:        pbx.NewAOR(shownOption(endpoint, "aors"), aor.Domain()),
		IdentityID: shownOption(endpoint, "accountcode"), Enabled: true, Devices: []pbx.Device{{ID: "shown", Kind: pbx.App}},
	}
	for name := range strings.SplitSeq(shownOption(endpoint, "auth"), ",") {
		auth := s.CLI(t, "pjsip show auth "+name)
		c := pbx.Credential{Username: shownOption(auth, "username")}
		a.Realm = shownOption(auth, "realm")
		for digest := range strings.SplitSeq(shownOption(auth, "password_digest"), ",") {
			alg, ha1, _ := strings.Cut(digest, ":")
			c.SetHA1(pbx.Algorithm(alg), ha1)
		}
		a.Devices[0].Credentials = append(a.Devices[0].Credentials, c)
	}
	return a, true
}

func shownOption(shown, name string) string {
	m := regexp.MustCompile(`(?m)^ *` + name + ` +: *(.*?) *$`).FindStringSubmatch(shown)
	if m == nil {
		return ""
	}
	return m[1]
}

func phone(number string, password pbx.Password, alg pbx.Algorithm) siptest.Phone {
	return siptest.Phone{Number: number, User: pbxtest.Username(number), Password: password.Reveal(), Realm: pbxtest.Domain, Algorithm: string(alg), Expires: 60}
}

// The life of a line, as a phone sees it, with each algorithm.
func TestPhonesRegister(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain, asterisktest.Algorithms(pbx.Algorithms()...))
	p := onServer(t, s)
	a := pbxtest.Account("2001", "first-password")
	expect := func(step string, password pbx.Password, want int) {
		t.Helper()
		for _, alg := range pbx.Algorithms() {
			if got := s.Register(t, phone("2001", password, alg)); got.Status != want {
				t.Errorf("%s: REGISTER by %s = %d, want %d", step, alg, got.Status, want)
			}
		}
	}
	expect("before", "first-password", 401)
	if err := p.Provision(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	expect("right password", "first-password", 200)
	expect("wrong password", "second-password", 401)
	if err := p.Provision(t.Context(), pbxtest.WithPassword(a, "second-password")); err != nil {
		t.Fatal(err)
	}
	expect("old password", "first-password", 401)
	expect("new password", "second-password", 200)
	if err := p.Deprovision(t.Context(), a.AOR); err != nil {
		t.Fatal(err)
	}
	expect("revoked", "second-password", 401)
}

// The same by sipp, whose digests are its own, over UDP and TCP.
func TestSIPpRegisters(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	p := onServer(t, s)
	a := pbxtest.Account("2001", "first-password")
	expect := func(step string, password pbx.Password, want string) {
		t.Helper()
		for _, tcp := range []bool{false, true} {
			if first, second := s.SIPp().Register(t, phone("2001", password, ""), tcp); first != "401" || second != want {
				t.Errorf("%s: sipp (tcp %v) was answered %s, then %s, want 401, then %s", step, tcp, first, second, want)
			}
		}
	}
	if err := p.Provision(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	expect("right password", "first-password", "200")
	expect("wrong password", "other", "401")
	if err := p.Provision(t.Context(), pbxtest.WithPassword(a, "second-password")); err != nil {
		t.Fatal(err)
	}
	expect("old password", "first-password", "401")
	expect("new password", "second-password", "200")
	if err := p.Deprovision(t.Context(), a.AOR); err != nil {
		t.Fatal(err)
	}
	expect("revoked", "second-password", "401")
}

// A stranger cannot tell which numbers exist: an unknown one is challenged in
// the same way as a known one, whatever the installation asks for; MD5 alone
// where nobody says otherwise, since many phones give up before a choice.
func TestUnknownNumbersLookKnown(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		options []asterisktest.Option
		want    []string
	}{
		{"as deployed", nil, []string{"MD5"}},
		{"two digests", []asterisktest.Option{asterisktest.Algorithms("SHA-256", "MD5")}, []string{"SHA-256", "MD5"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := asterisktest.Start(t, pbxtest.Domain, tc.options...)
			p := onServer(t, s)
			if err := p.Provision(t.Context(), pbxtest.Account("2001", "password")); err != nil {
				t.Fatal(err)
			}
			known := s.Register(t, phone("2001", "guess", pbx.MD5))
			unknown := s.Register(t, phone("2999", "guess", pbx.MD5))
			if known.Status != unknown.Status || !slices.Equal(known.Offered, unknown.Offered) {
				t.Errorf("known number: %+v, unknown number: %+v, want no difference", known, unknown)
			}
			if !slices.Equal(known.Offered, tc.want) {
				t.Errorf("challenges = %v, want %v", known.Offered, tc.want)
			}
		})
	}
}

// A credential without one of the digests that the installation asks for
// registers by those that it has, and spoils nothing for its neighbour.
func TestCredentialWithOneDigest(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain, asterisktest.Algorithms(pbx.Algorithms()...))
	p := onServer(t, s)
	old := pbxtest.Account("2001", "password")
	c := &old.Devices[0].Credentials[0]
	c.HA1SHA256, c.HA1SHA512256 = "", ""
	for _, a := range []pbx.Account{old, pbxtest.Account("2002", "password")} {
		if err := p.Provision(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	for _, phone := range []siptest.Phone{phone("2001", "password", pbx.MD5), phone("2002", "password", pbx.SHA512256)} {
		if got := s.Register(t, phone); got.Status != 200 {
			t.Errorf("REGISTER of %s by %s = %+v, want 200", phone.Number, phone.Algorithm, got)
		}
	}
}

// A file that Asterisk cannot use makes only its own line fail, and Provision
// of the next one works.
func TestBrokenNeighbour(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	p := onServer(t, s)
	if err := p.Provision(t.Context(), pbxtest.Account("2001", "password")); err != nil {
		t.Fatal(err)
	}
	broken := []byte("[2002](auth-base)\nusername = 2002\nnonsense = yes\n")
	if err := os.WriteFile(filepath.Join(s.Accounts, "2002.conf"), broken, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Provision(t.Context(), pbxtest.Account("2003", "password")); err != nil {
		t.Fatal(err)
	}
	for _, number := range []string{"2001", "2003"} {
		if got := s.Register(t, phone(number, "password", pbx.MD5)); got.Status != 200 {
			t.Errorf("REGISTER of %s beside a broken file = %d, want 200", number, got.Status)
		}
	}
}

// A line that registers can call: the deployed dial plan, templates and list
// of modules work together.
func TestLinesCall(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	p := onServer(t, s)
	a := pbxtest.Account("2001", "password")
	if err := p.Provision(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		what, number string
		password     pbx.Password
		want         string
	}{
		{"the echo test", "600", "password", "200"},
		{"with a wrong password", "600", "wrong", "401"},
		{"a line that is not there", "2999", "password", "480"},
	} {
		if got := s.SIPp().Call(t, phone("2001", tc.password, ""), tc.number); got != tc.want {
			t.Errorf("call to %s (%s) = %s, want %s", tc.number, tc.what, got, tc.want)
		}
	}
	if err := p.Deprovision(t.Context(), a.AOR); err != nil {
		t.Fatal(err)
	}
	if got := s.SIPp().Call(t, phone("2001", "password", ""), "600"); got != "401" {
		t.Errorf("call from a revoked line = %s, want 401", got)
	}
}

// A device that was registered when its line was revoked or got another
// password is called no more, also when the number is given out again. The
// line beside it, whose number begins alike, keeps its device.
func TestOldDevicesAreDropped(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	p := onServer(t, s)
	line, neighbour := pbxtest.Account("200", "first"), pbxtest.Account("2001", "neighbour")
	step := func(name string, err error, want ...string) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := contacts(t, s); !slices.Equal(got, want) {
			t.Errorf("%s: contacts of %v, want of %v", name, got, want)
		}
	}
	register := func(number string, password pbx.Password) {
		t.Helper()
		if got := s.Register(t, phone(number, password, pbx.MD5)); got.Status != 200 {
			t.Fatalf("REGISTER of %s = %d, want 200", number, got.Status)
		}
	}
	step("provisioned", errors.Join(p.Provision(t.Context(), line), p.Provision(t.Context(), neighbour)))
	register("200", "first")
	register("2001", "neighbour")
	step("registered", nil, "200", "2001")
	step("provisioned again, without a change", p.Provision(t.Context(), line), "200", "2001")
	step("new password", p.Provision(t.Context(), pbxtest.WithPassword(line, "second")), "2001")
	register("200", "second")
	step("registered again", nil, "200", "2001")
	step("revoked", p.Deprovision(t.Context(), line.AOR), "2001")
	if got := s.SIPp().Call(t, phone("2001", "neighbour", ""), "200"); got != "480" {
		t.Errorf("call to a revoked line = %s, want 480", got)
	}
	step("given to another subscriber", p.Provision(t.Context(), pbxtest.WithPassword(line, "third")), "2001")
}

// contacts returns the numbers that have a device.
func contacts(t *testing.T, s *asterisktest.Server) []string {
	t.Helper()
	var numbers []string
	for _, m := range regexp.MustCompile(`/registrar/contact/(\d+);@`).FindAllStringSubmatch(s.CLI(t, "database show registrar/contact"), -1) {
		numbers = append(numbers, m[1])
	}
	slices.Sort(numbers)
	return numbers
}
