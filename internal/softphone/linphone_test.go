package softphone_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/softphone"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/pbx/asterisk"
	"github.com/vouchline/vouchline/pbx/pbxtest"
	"github.com/vouchline/vouchline/pbx/phone"
)

// setup is a line with a new password, and what its phone is told.
func setup(t *testing.T, extension, server, transport string) (pbx.Account, pbx.Setup) {
	t.Helper()
	password, err := pbx.NewPassword(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := pbxtest.Account(extension, password)
	return a, pbx.Setup{
		DisplayName: a.DisplayName, Extension: extension, Username: pbxtest.Username(extension), Password: password,
		Realm: pbxtest.Domain, Domain: pbxtest.Domain, Service: pbx.Service{Server: server, Transport: transport, Expires: 120},
	}
}

// code returns the address of a setup that is handed out once.
func code(t *testing.T, s pbx.Setup) string {
	t.Helper()
	document, err := phone.Linphone(s)
	if err != nil {
		t.Fatal(err)
	}
	taken := make(chan struct{}, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case taken <- struct{}{}:
			w.Header().Set("Content-Type", phone.LinphoneType)
			_, _ = w.Write(document)
		default:
			w.WriteHeader(http.StatusGone)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL + "/linphone.xml"
}

// A real Linphone registers with nothing but the address in the code, hears
// itself through the echo service, and keeps its account over a restart; a new
// code gives it a new password in the place of the old one.
func TestLinphoneOnAsterisk(t *testing.T) {
	t.Parallel()
	tone := softphone.Tones(t, 1)[0]
	l := softphone.NewLinphone(t, tone)
	server := asterisktest.Start(t, pbxtest.Domain)
	lines, err := asterisk.New(asterisk.Config{Dir: server.Accounts, Console: server.Console(), Timeout: time.Minute, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	provision := func(a pbx.Account) {
		t.Helper()
		if err := lines.Provision(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	account, s := setup(t, "2001", server.Address, "udp")
	addresses := startSTUN(t)
	s.Service.STUN = addresses.address()
	provision(account)

	l.Scan(code(t, s))
	l.On()
	registers(t, l)
	t.Logf("Linphone %s", l.Version())
	if got := l.Fetched(); !slices.Equal(got, []int{http.StatusOK}) {
		t.Errorf("it fetched %v", got)
	}
	for _, want := range []string{`username="` + s.Username + `"`, `realm="` + s.Realm + `"`, "algorithm=MD5", `uri="sip:` + s.Domain + `"`} {
		if got := l.Answers(); len(got) == 0 || !strings.Contains(got[0], want) {
			t.Errorf("it answered the challenge with %v, want %s", got, want)
		}
	}
	if !l.Call("600") {
		t.Fatal("the echo service does not answer")
	}
	l.Hears(tone)
	l.HangUp()
	if addresses.asked.Load() == 0 {
		t.Error("it asked the STUN server nothing")
	}
	l.Quit()
	if strings.Contains(l.Config(), "config-uri") {
		t.Error("it keeps the address, which works once")
	}
	l.On()
	registers(t, l)
	if got := l.Fetched(); got != nil {
		t.Errorf("it asked again: %v", got)
	}

	account, s = setup(t, "2001", server.Address, "tcp")
	provision(account)
	if l.Call("600") {
		t.Error("it calls with the old password")
	}
	l.Off()
	l.On()
	if ok, reason := l.Registration(); ok || reason != "401 Unauthorized" {
		t.Errorf("with the old password it says %t, %q", ok, reason)
	}
	l.Off()
	l.Scan(code(t, s))
	l.On()
	registers(t, l)
	if got := l.LookedUp(); got != nil {
		t.Errorf("it looked for %v", got)
	}
}

func registers(t *testing.T, l *softphone.Linphone) {
	t.Helper()
	if ok, reason := l.Registration(); !ok {
		t.Fatalf("Linphone is not registered: %s", reason)
	}
}
