package e2e

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
	"github.com/vouchline/vouchline/internal/siptest"
)

// A holder is a subscriber who sets up phones, and the PBX that they are for.
type holder struct {
	*life

	pbx     *asterisktest.Server
	secrets []string // what phones were given
}

// Phones are set up by a scan, by a code that they show and by an address that
// is typed into them; each registers at a real Asterisk with what it was given,
// gets another password, and is signed out.
func TestPhonesOfASubscriber(t *testing.T) {
	t.Parallel()
	server := asterisktest.Start(t, telephony)
	s := start(t, func(settings map[string]string) {
		withoutModels(settings)
		settings["PBX_DIR"], settings["PBX_REALM"] = server.Accounts, telephony
		settings["PBX_AMI"], settings["PBX_AMI_USER"], settings["PBX_AMI_SECRET"] = server.Manager, server.ManagerUser, server.ManagerSecret
		settings["PBX_OVERLAP"], settings["SIP_SERVER"] = "20s", server.Address
	})
	h := &holder{life: newLife(t, s, newApplicant("phones"), mobile, desktop), pbx: server}
	if dir := os.Getenv(screenshotsVariable); dir != "" {
		h.shots = filepath.Join(dir, mobile.locale)
	}
	h.b.Submit(h.say("once.button"))
	h.b.WaitURL("/account")
	h.b.Expect("status of 4") // links that were used
	h.scanned()
	h.linphone()
	h.paired()
	h.typed()
	for _, secret := range h.secrets {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the service's log holds %q", secret)
		}
	}
}

// fetch asks as a phone does: without cookies, and saying what it is.
func (h *holder) fetch(address string, header map[string]string) (int, []byte) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, b
}

var linphone = map[string]string{"User-Agent": "LinphoneAndroid/6.0.9 (Pixel 8) LinphoneSDK/5.4.24", "X-Linphone-Provisioning": "1"}

// registers is whether the PBX takes a phone.
func (h *holder) registers(p siptest.Phone) bool {
	h.t.Helper()
	return h.pbx.Register(h.t, p).Status == 200
}

// account is what Linphone makes of the provisioning XML: its keys by section
// and name.
func (h *holder) account(document []byte) siptest.Phone {
	h.t.Helper()
	var config struct {
		Sections []struct {
			Name    string `xml:"name,attr"`
			Entries []struct {
				Name  string `xml:"name,attr"`
				Value string `xml:",chardata"`
			} `xml:"entry"`
		} `xml:"section"`
	}
	if err := xml.Unmarshal(document, &config); err != nil {
		h.t.Fatalf("the configuration is not XML: %v\n%s", err, document)
	}
	keys := map[string]string{}
	for _, section := range config.Sections {
		for _, e := range section.Entries {
			keys[section.Name+"/"+e.Name] = e.Value
		}
	}
	expires, err := strconv.Atoi(keys["proxy_0/reg_expires"])
	if err != nil {
		h.t.Errorf("reg_expires: %v", err)
	}
	if want := "<sip:" + h.pbx.Address + ";transport=udp;lr>"; keys["proxy_0/reg_route"] != want {
		h.t.Errorf("reg_route = %s, want %s", keys["proxy_0/reg_route"], want)
	}
	if !strings.HasSuffix(keys["proxy_0/reg_identity"], "<sip:"+h.extension+"@"+telephony+">") {
		h.t.Errorf("reg_identity = %s, want that of %s", keys["proxy_0/reg_identity"], h.extension)
	}
	return h.phone(siptest.Phone{
		Number: keys["auth_info_0/username"], User: keys["auth_info_0/userid"], Password: keys["auth_info_0/passwd"],
		Realm: keys["auth_info_0/realm"], Domain: keys["auth_info_0/domain"], Algorithm: keys["auth_info_0/algorithm"], Expires: expires,
	})
}

// phone notes what must be found nowhere else.
func (h *holder) phone(p siptest.Phone) siptest.Phone {
	h.secrets = append(h.secrets, p.Password)
	return p
}

// scanned sets Linphone up with the code on the page, gives it another password
// in the same way, and signs it out.
func (h *holder) scanned() {
	h.b.Open(h.s.url + "/account/phone/add")
	h.show("phone-add")
	h.b.Fill("device_name", "Cuisine")
	h.b.Submit(h.say("form.continue"))
	first := h.take()
	if !h.registers(first) {
		h.t.Fatal("the PBX refuses what was scanned")
	}
	ua := siptest.NewUA(h.t, h.pbx.Address, first)
	if got := ua.Register(h.t); got.Status != 200 {
		h.t.Fatalf("REGISTER = %+v", got)
	}
	h.b.Open(h.s.url + "/account/phone")
	h.b.WaitText("Cuisine")
	h.b.WaitText(ua.Address())
	h.show("phones")

	h.b.Submit("Cuisine")
	h.show("phone-device")
	h.b.Submit(h.say("device.scan"))
	second := h.take()
	h.countsDown()
	for name, p := range map[string]siptest.Phone{"new": second, "old": first} {
		if !h.registers(p) {
			h.t.Errorf("the %s password is refused while both are good", name)
		}
	}
	wait(h.t, 90*time.Second, "the old password to end", func() bool { return !h.registers(first) })
	if !h.registers(second) {
		h.t.Error("the new password ended with the old one")
	}
	h.signOut("Cuisine")
	wait(h.t, 10*time.Second, "the phone to be gone", func() bool { return !strings.Contains(h.pbx.CLI(h.t, "pjsip show contacts"), h.extension+"/") })
	if h.registers(second) {
		h.t.Error("a phone that was signed out registers")
	}
}

// take scans the code that the page shows and fetches what it leads to: once,
// whoever looked at the link before.
func (h *holder) take() siptest.Phone {
	h.t.Helper()
	h.b.WaitText(h.say("scan.title"))
	h.show("phone-scan")
	address := h.photograph()
	if !strings.HasPrefix(address, h.s.url+"/p/") || !strings.HasSuffix(address, "/linphone.xml") {
		h.t.Fatalf("the code holds %q", address)
	}
	h.secrets = append(h.secrets, strings.Split(address, "/")[4])
	for _, agent := range []string{"WhatsApp/2.24", "Mozilla/5.0 (X11; Linux x86_64)"} {
		if status, b := h.fetch(address, map[string]string{"User-Agent": agent, "Accept": "*/*"}); status != http.StatusOK || strings.Contains(string(b), "auth_info_0") {
			h.t.Errorf("%s is answered %d %s", agent, status, b)
		}
	}
	status, document := h.fetch(address, linphone)
	if status != http.StatusOK {
		h.t.Fatalf("Linphone is answered %d %s", status, document)
	}
	if status, _ := h.fetch(address, linphone); status != http.StatusGone {
		h.t.Errorf("the second phone with that code is answered %d, want %d", status, http.StatusGone)
	}
	return h.account(document)
}

// countsDown winds the page's clock forward: a browser without scripts has
// nothing but the style sheet to see that the code has ended.
func (h *holder) countsDown() {
	h.t.Helper()
	got := h.b.String(`(() => {
		const all = document.getAnimations();
		const at = (seconds) => {
			for (const a of all) a.currentTime = 1000 * seconds;
			const seen = [...document.querySelectorAll(".countdown > *")].filter((e) => getComputedStyle(e).visibility === "visible");
			return seen.map((e) => e.className) + " " + getComputedStyle(document.querySelector(".scan")).opacity;
		};
		return [1, 61, 599, 602].map(at).join("; ");
	})()`)
	if want := "left after-0 1; left after-1 1; left after-9 1; over after-10 0.12"; got != want {
		h.t.Errorf("after 1, 61, 599 and 602 seconds the page shows %q, want %q", got, want)
	}
}

func (h *holder) signOut(name string) {
	h.t.Helper()
	h.b.Open(h.s.url + "/account/phone")
	h.b.Submit(name)
	h.b.Submit(h.say("device.signout_button"))
	h.b.WaitText(h.say("phones_done.signed_out"))
}

// oauth posts a form as RFC 8628 has it.
func (h *holder) oauth(path string, form url.Values) (answer map[string]any) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.s.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		h.t.Fatalf("POST %s = %d, %v", path, resp.StatusCode, err)
	}
	return answer
}

// paired has a desk phone show a code, be let in, and fetch its configuration
// twice: with another password each time.
func (h *holder) paired() {
	begun := h.oauth("/v1/devices/authorize", url.Values{"client_id": {"T54W"}})
	poll := func() map[string]any {
		return h.oauth("/v1/devices/token", url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}, "device_code": {begun["device_code"].(string)}, "client_id": {"T54W"},
		})
	}
	if got := poll(); got["error"] != "authorization_pending" {
		h.t.Fatalf("the phone is told %v before anybody decided", got)
	}
	h.b.Open(begun["verification_uri_complete"].(string))
	h.show("phone-pair")
	h.b.Submit(h.say("form.continue"))
	h.b.WaitText("T54W")
	h.b.WaitText("127.0.0.1")
	h.show("phone-pair-request")
	h.b.Fill("device_name", "Bureau")
	h.b.Submit(h.say("pair_request.allow"))
	h.b.WaitText(h.say("phones_done.allowed"))

	token := h.await(poll, time.Duration(begun["interval"].(float64))*time.Second)
	first, second := h.configured(token), h.configured(token)
	if first.User == second.User || first.Password == second.Password {
		h.t.Error("the phone got the same password twice")
	}
	for name, p := range map[string]siptest.Phone{"first": first, "second": second} {
		if !h.registers(p) {
			h.t.Errorf("the PBX refuses the %s configuration", name)
		}
	}
	h.secrets = append(h.secrets, token, begun["device_code"].(string))
	h.signOut("Bureau")
	if h.registers(second) {
		h.t.Error("a desk phone that was signed out registers")
	}
	if status, _ := h.fetch(h.s.url+"/v1/devices/configuration", bearer(token)); status != http.StatusUnauthorized {
		h.t.Errorf("a desk phone that was signed out fetches: %d", status)
	}
}

// await asks for the token as often as the phone was told it may.
func (h *holder) await(poll func() map[string]any, interval time.Duration) string {
	h.t.Helper()
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for range 5 {
		<-tick.C
		if token, ok := poll()["access_token"].(string); ok {
			return token
		}
	}
	h.t.Fatal("the phone got no token")
	return ""
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token, "Accept": "application/json"}
}

// configured fetches a desk phone's configuration.
func (h *holder) configured(token string) siptest.Phone {
	h.t.Helper()
	status, b := h.fetch(h.s.url+"/v1/devices/configuration", bearer(token))
	var got struct {
		Number, Username, Password, Realm, Domain, Server string
		Expires                                           int
	}
	if err := json.Unmarshal(b, &got); err != nil || status != http.StatusOK || got.Server != h.pbx.Address {
		h.t.Fatalf("GET configuration = %d %s, %v", status, b, err)
	}
	return h.phone(siptest.Phone{Number: got.Number, User: got.Username, Password: got.Password, Realm: got.Realm, Domain: got.Domain, Expires: got.Expires})
}

var setting = regexp.MustCompile(`(?m)^account\.1\.([a-z0-9_.]+) = (.*)$`)

// typed is a desk phone that shows no code: an address is typed into it, and it
// asks there for what its maker calls files.
func (h *holder) typed() {
	h.b.Open(h.s.url + "/account/phone/pair")
	h.b.Click(h.say("pair.no_code"))
	h.b.Submit(h.say("pair.address"))
	h.b.WaitText(h.say("address.title"))
	h.show("phone-address")
	address := h.b.String(`document.getElementById("address").textContent`)
	h.secrets = append(h.secrets, strings.Split(address, "/")[4])
	maker := map[string]string{"User-Agent": "Yealink SIP-T54W 96.86.0.100 00:15:65:ab:cd:ef", "Accept": "*/*"}
	for _, file := range []string{"001565abcdef.boot", "y000000000000.boot", "y000000000096.cfg"} {
		if status, _ := h.fetch(address+file, maker); status != http.StatusNotFound {
			h.t.Errorf("%s is answered %d, want %d", file, status, http.StatusNotFound)
		}
	}
	status, b := h.fetch(address+"001565abcdef.cfg", maker)
	if status != http.StatusOK {
		h.t.Fatalf("the phone is answered %d %s", status, b)
	}
	keys := map[string]string{}
	for _, m := range setting.FindAllStringSubmatch(string(b), -1) {
		keys[m[1]] = m[2]
	}
	if proxy := keys["outbound_proxy.1.address"] + ":" + keys["outbound_proxy.1.port"]; proxy != h.pbx.Address {
		h.t.Errorf("the phone is sent to %s, want %s", proxy, h.pbx.Address)
	}
	if !h.registers(h.phone(siptest.Phone{
		Number: keys["user_name"], User: keys["auth_name"], Password: keys["password"], Realm: telephony, Domain: keys["sip_server.1.address"], Expires: 120,
	})) {
		h.t.Error("the PBX refuses what was fetched")
	}
	if status, _ := h.fetch(address+"001565abcdef.cfg", maker); status != http.StatusGone {
		h.t.Errorf("the next start is answered %d, want %d", status, http.StatusGone)
	}
}
