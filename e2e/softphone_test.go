package e2e

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/softphone"
)

// linphone sets a real Linphone up with the code on the page, where the machine
// has one.
func (h *holder) linphone() {
	h.b.Open(h.s.url + "/account/phone/add")
	h.b.Fill("device_name", "Salon")
	h.b.Submit(h.say("form.continue"))
	h.b.WaitText(h.say("scan.title"))
	address := h.photograph()
	h.secrets = append(h.secrets, strings.Split(address, "/")[4])
	h.t.Run("Linphone", func(t *testing.T) { h.linphoneLife(t, address) })
}

// linphoneLife is what happens to that phone: it registers and hears itself; the
// same code again gives nobody anything and takes nothing from it; it goes with
// the line and comes back with it; signed out, it is refused for good.
func (h *holder) linphoneLife(t *testing.T, address string) {
	tone := softphone.Tones(t, 1)[0]
	l := softphone.NewLinphone(t, tone)
	registers := func(when string) {
		t.Helper()
		l.On()
		if ok, reason := l.Registration(); !ok {
			t.Fatalf("Linphone is not registered %s: %s", when, reason)
		}
	}
	gone := func(when string) {
		t.Helper()
		wait(t, lineWithin, "the phone to be gone", func() bool { return !strings.Contains(h.pbx.CLI(t, "pjsip show contacts"), h.extension+"/") })
		if l.Call("600") {
			t.Errorf("Linphone calls %s", when)
		}
		l.Off()
	}

	l.Scan(address)
	registers("after the scan")
	h.b.Open(h.s.url + "/account/phone")
	h.b.WaitText("Salon")
	if !l.Call("600") {
		t.Fatal("the echo service does not answer")
	}
	l.Hears(tone)
	l.HangUp()
	l.Quit()
	password := regexp.MustCompile(`(?m)^passwd=(.+)$`).FindStringSubmatch(l.Config())
	if password == nil {
		t.Fatal("Linphone keeps no password")
	}
	h.secrets = append(h.secrets, password[1])

	stranger := softphone.NewLinphone(t, tone)
	stranger.Scan(address)
	stranger.On()
	if got := stranger.Provisioning(); got != http.StatusGone {
		t.Errorf("another Linphone with that code is answered %d, want %d", got, http.StatusGone)
	}
	stranger.Quit()
	if strings.Contains(stranger.Config(), "[proxy_0]") {
		t.Error("another Linphone got an account")
	}
	l.Scan(address)
	registers("after the same scan again")
	if got := l.Fetched(); !slices.Equal(got, []int{http.StatusGone}) {
		t.Errorf("the second scan is answered %v", got)
	}

	h.desk.b.Open(h.s.url + "/console/lines/" + h.extension)
	h.move("suspend")
	gone("on a suspended line")
	h.desk.b.Open(h.s.url + "/console/lines/" + h.extension)
	h.move("resume")
	registers("on a resumed line")
	h.signOut("Salon")
	gone("after it was signed out")
	l.On()
	if ok, reason := l.Registration(); ok || reason != "401 Unauthorized" {
		t.Errorf("signed out, Linphone says %t, %q", ok, reason)
	}
}
