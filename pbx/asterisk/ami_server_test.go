package asterisk_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/siptest"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
)

// manager returns a client of a running Asterisk's manager interface.
func manager(tb testing.TB, s *asterisktest.Server) *asterisk.AMI {
	tb.Helper()
	a, err := asterisk.NewAMI(asterisk.AMIConfig{Address: s.Manager, Username: s.ManagerUser, Secret: s.ManagerSecret, Timeout: time.Minute, Clock: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// benched returns a provisioner by files whose Asterisk is asked through the
// manager interface alone, as one in another container is.
func benched(t *testing.T, s *asterisktest.Server) *asterisk.Provisioner {
	t.Helper()
	return newProvisioner(t, asterisk.Config{Dir: s.Accounts, AMI: manager(t, s), HangUp: true, Timeout: time.Minute, Clock: time.Now})
}

// What people do with phones, with lines from files.
func TestScenarios(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain, asterisktest.Algorithms(pbx.Algorithms()...))
	ami := manager(t, s)
	pbxtest.Scenarios(t, pbxtest.Bench{Provisioner: benched(t, s), Registrar: ami, Events: ami, Server: s.Address, Algorithms: pbx.Algorithms()})
}

// The suite again, through the manager interface.
func TestAsteriskByAMI(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	p := benched(t, s)
	pbxtest.Run(t, func(t *testing.T) pbxtest.Target {
		forget(t, p)
		return pbxtest.Target{Provisioner: p, Lookup: func(t *testing.T, aor pbx.AOR) (pbx.Account, bool) { return lookup(t, s, aor) }}
	})
}

// What a phone writes stays one contact, whatever is in it.
func TestContactsOfStrangePhones(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	if err := benched(t, s).Provision(t.Context(), pbxtest.Account("2001", "password")); err != nil {
		t.Fatal(err)
	}
	p := phone("2001", "password", pbx.MD5)
	p.UserAgent = `A;"phone" {of: Zoë's}, \ and ^4x, Event: "Key"`
	ua := siptest.NewUA(t, s.Address, p)
	if got := ua.Register(t); got.Status != 200 {
		t.Fatalf("REGISTER = %d, want 200", got.Status)
	}
	contacts, err := manager(t, s).Contacts(t.Context(), pbx.NewAOR("2001", pbxtest.Domain))
	if err != nil || len(contacts) != 1 {
		t.Fatalf("Contacts() = %+v, %v, want one", contacts, err)
	}
	if c := contacts[0]; c.UserAgent != p.UserAgent || c.URI != ua.URI() || c.Address != ua.Address() {
		t.Errorf("contact = %+v, want user agent %q at %s", c, p.UserAgent, ua.URI())
	}
}

// Attempts to register are told as they come: right, wrong and on a line that
// does not exist.
func TestWatchTellsOfAttempts(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	if err := benched(t, s).Provision(t.Context(), pbxtest.Account("2001", "password")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	events, ended := make(chan pbx.SecurityEvent, 100), make(chan error, 1)
	go func() {
		ended <- manager(t, s).Watch(ctx, func(e pbx.SecurityEvent) error { events <- e; return nil })
	}()
	expect := func(p siptest.Phone, want pbx.SecurityEvent) {
		t.Helper()
		for { // until the stream is open, and past what was told twice
			s.Register(t, p)
			select {
			case e := <-events:
				if e.Kind != want.Kind || e.Extension != want.Extension {
					continue
				}
				if !strings.HasPrefix(e.Address, "127.0.0.1:") || time.Since(e.At).Abs() > time.Minute {
					t.Errorf("event = %+v, want where from and when", e)
				}
				return
			case <-time.After(100 * time.Millisecond):
			case <-ctx.Done():
				t.Fatalf("nobody told of %+v", want)
			}
		}
	}
	expect(phone("2001", "password", pbx.MD5), pbx.SecurityEvent{Kind: pbx.Accepted, Extension: "2001"})
	expect(phone("2001", "wrong", pbx.MD5), pbx.SecurityEvent{Kind: pbx.Refused, Extension: "2001"})
	expect(phone("2999", "wrong", pbx.MD5), pbx.SecurityEvent{Kind: pbx.Unknown, Extension: "2999"})
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Watch() = %v, want %v", err, context.Canceled)
	}
}

// The user may drop and watch, and not take the machine over: neither run
// commands and programs, nor change files, nor call anybody.
func TestManagerUserIsBounded(t *testing.T) {
	t.Parallel()
	s := asterisktest.Start(t, pbxtest.Domain)
	shown := s.CLI(t, "manager show user "+s.ManagerUser)
	for _, want := range []string{" read perm: security\n", "write perm: system\n"} {
		if !strings.Contains(shown, want) {
			t.Errorf("the user of the manager interface is %s, want %q", shown, want)
		}
	}
	if got := s.CLI(t, "manager show settings"); !strings.Contains(got, "127.0.0.1:") {
		t.Errorf("the manager interface listens beyond this machine:\n%s", got)
	}
}
