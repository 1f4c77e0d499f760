package softphone_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/kamailiotest"
	"github.com/vouchline/vouchline/internal/pgtest"
	"github.com/vouchline/vouchline/internal/softphone"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/pbx/phone"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// The phones meet each PBX as it is deployed, with the digests it asks for.
func TestLinphoneCallsBaresip(t *testing.T) {
	t.Parallel()
	t.Run("Asterisk", func(t *testing.T) {
		t.Parallel()
		server := asterisktest.Start(t, pbxtest.Domain)
		lines, err := asterisk.New(asterisk.Config{Dir: server.Accounts, Console: server.Console(), Timeout: time.Minute, Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		linphoneCallsBaresip(t, server.Address, func(a pbx.Account) error { return lines.Provision(t.Context(), a) })
	})
	t.Run("Kamailio", func(t *testing.T) {
		t.Parallel()
		dir, dsn := t.TempDir(), pgtest.Start(t)
		accounts := storetest.Open(t, store.Config{DSN: dsn, Blobs: filepath.Join(dir, "blobs"), KeyFile: filepath.Join(dir, "key"), Clock: time.Now})
		server := kamailiotest.Start(t, kamailiotest.Config{Domain: pbxtest.Domain, Database: storetest.PBXRole(t, dsn, "kamailio").String()})
		linphoneCallsBaresip(t, server.Address, func(a pbx.Account) error { return accounts.Publish(t.Context(), a) })
	})
}

// linphoneCallsBaresip has two real phones of different makers, one scanned and
// one typed, hear each other; one with a wrong password says so.
func linphoneCallsBaresip(t *testing.T, server string, provision func(pbx.Account) error) {
	t.Helper()
	tones := softphone.Tones(t, 2)
	line := func(extension string) pbx.Setup {
		a, s := setup(t, extension, server, "udp")
		if err := provision(a); err != nil {
			t.Fatal(err)
		}
		return s
	}
	l := softphone.NewLinphone(t, tones[0])
	caller, called := line("2001"), line("2002")

	b := softphone.StartBaresip(t, typed(t, called), tones[1])
	if ok, reason := b.Registration(); !ok {
		t.Fatalf("baresip is not registered: %s", reason)
	}
	l.Scan(code(t, caller))
	l.On()
	registers(t, l)
	if !l.Call(called.Extension) {
		t.Fatal("baresip does not answer")
	}
	l.Hears(tones[1])
	b.Hears(tones[0])
	l.HangUp()

	called.Password += "x"
	if ok, reason := softphone.StartBaresip(t, typed(t, called), tones[1]).Registration(); ok || !strings.Contains(reason, "401") {
		t.Errorf("with a wrong password baresip says %t, %q", ok, reason)
	}
}

// typed are the settings as a page shows them.
func typed(t *testing.T, s pbx.Setup) []phone.Setting {
	t.Helper()
	settings, err := phone.Settings(s)
	if err != nil {
		t.Fatal(err)
	}
	return settings
}
