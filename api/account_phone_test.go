package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// phoneBrowser is Anna's, signed in.
func phoneBrowser(t *testing.T) (*browser, *fakeFlow) {
	t.Helper()
	f := &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof(), fakePhones: annasPhones()}
	b := newBrowser(t, f)
	b.signIn()
	return b, f
}

// tags are what a reader does not see.
var tags = regexp.MustCompile(`<[^>]*>`)

func TestPhonesPage(t *testing.T) {
	t.Parallel()
	b, _ := phoneBrowser(t)
	res, text := b.get("/account/phone")
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("GET /account/phone = %d, kept as %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	for _, want := range []string{
		"2000001", "2000002", "Kitchen", "Due for a new password", "Desk phone", "Has to be set up again", "Suspended", "The operator has turned this number off",
		"192.0.2.7:5060", `href="/account/phone/devices/2000001/k3f9ab2c"`, `href="/account/phone/add?line=2000001"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"<script>alert", "add?line=2000002", "/account/phone/call"} {
		if strings.Contains(text, not) {
			t.Errorf("the page holds %q", not)
		}
	}
}

func TestPhonesPageWithoutWordOfThePBX(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	f.lines[0].ContactsKnown, f.lines[0].Contacts = false, nil
	if _, text := b.get("/account/phone"); !strings.Contains(text, "does not tell us which phones") {
		t.Error("phones that nobody knows of are said to be none")
	}
	f.lines = nil
	if _, text := b.get("/account/phone"); !strings.Contains(text, "no phone number yet") {
		t.Error("the page does not say that there is no number")
	}
}

func TestPhonesNeedASubscriber(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{state: kyc.Issued, data: anna(), fakePhones: annasPhones()})
	const device = "/account/phone/devices/2000001/k3f9ab2c"
	for path, method := range map[string]string{
		"/account/phone": http.MethodGet, "/account/phone/add": http.MethodGet, device: http.MethodGet, "/account/phone/pair": http.MethodGet,
		"/account/phone/pair/decide": http.MethodPost, device + "/name": http.MethodPost, device + "/password": http.MethodPost, device + "/signout": http.MethodPost,
	} {
		if res, _ := b.do(method, path, "", nil); res.Header.Get("Location") != "/signin" {
			t.Errorf("%s %s = %d, want the way to sign in", method, path, res.StatusCode)
		}
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	res, text := b.post("/account/phone/add", url.Values{"app": {"linphone"}, "line": {"2000001"}, "device_name": {" Hall\n[x] "}})
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Location") != "" {
		t.Fatalf("POST = %d to %q, kept as %q", res.StatusCode, res.Header.Get("Location"), res.Header.Get("Cache-Control"))
	}
	code, err := newQR("http://id.example.org/p/setup-token/linphone.xml")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, code.Path) {
		t.Error("the page has no code of the file's address")
	}
	if shown := tags.ReplaceAllString(text, " "); strings.Contains(shown, "setup-token") {
		t.Error("the key is in the page's text, to be copied and sent")
	}
	if n := strings.Count(text, "minutes left"); n != 9 || !strings.Contains(text, "Less than a minute left") || !strings.Contains(text, `class="over after-10"`) {
		t.Errorf("the page counts %d minutes down, want ten", n+1)
	}
	want := kyc.NewDevice{Extension: "2000001", Name: "Hall x", Kind: pbx.App}
	if diff := cmp.Diff(want, f.device); diff != "" || f.asked[0] != "OfferSetup en1" {
		t.Errorf("asked %v for (-want +got):\n%s", f.asked, diff)
	}
	if !strings.Contains(text, `name="device_name" value="Hall x"`) {
		t.Error("the button for a new code forgets the name")
	}
}

// Over https a phone that shows the page itself is led into the app.
func TestOpenInTheApp(t *testing.T) {
	t.Parallel()
	if got := newSetupLink("https://id.example.org", "x").Open; got != "linphone-config://id.example.org/p/x/linphone.xml" {
		t.Errorf("Open = %q", got)
	}
	if got := newSetupLink("http://id.example.org", "x").Open; got != "" {
		t.Errorf("Open without https = %q: the app would ask by https", got)
	}
}

func TestTypedSettings(t *testing.T) {
	t.Parallel()
	for app, want := range map[string][]string{
		"zoiper": {"2000001@example.org", "2000001-k3f9ab", "0123456789abcdefghjkmnpqrs", "sip.example.org:5061", "TLS (encrypted)", "Zoiper’s own QR codes"},
		"other":  {"2000001-k3f9ab", "0123456789abcdefghjkmnpqrs", "sip.example.org:5061", "stun.example.org:3478"},
	} {
		t.Run(app, func(t *testing.T) {
			t.Parallel()
			b, f := phoneBrowser(t)
			res, text := b.post("/account/phone/add", url.Values{"app": {app}, "line": {"2000001"}})
			if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || f.asked[0] != "AddDevice en1 2000001 " {
				t.Fatalf("POST = %d, asked %v", res.StatusCode, f.asked)
			}
			for _, w := range want {
				if !strings.Contains(text, w) {
					t.Errorf("the page lacks %q", w)
				}
			}
			// Reloading asks for the list: nothing of the answer has an address.
			for _, path := range []string{"/account/phone/add", "/account/phone", "/account/phone/devices/2000001/k3f9ab2c"} {
				if _, again := b.get(path); strings.Contains(again, "0123456789abcdefghjkmnpqrs") {
					t.Errorf("GET %s shows the password", path)
				}
			}
		})
	}
}

func TestAddPhoneFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, app, want string
		err             error
	}{
		{"nothing chosen", "", "Choose what you want to set up", nil},
		{"made up", "fax", "Choose what you want to set up", nil},
		{"too many", "other", "Ten phones", kyc.ErrTooManyDevices},
		{"off meanwhile", "linphone", "off", kyc.ErrLineOff},
		{"another's number", "other", "number", kyc.ErrNoLine},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b, f := phoneBrowser(t)
			f.over = tc.err
			res, text := b.post("/account/phone/add", url.Values{"app": {tc.app}, "line": {"2000001"}, "device_name": {"Hall"}})
			_, fault, _ := strings.Cut(text, `id="app-error"`)
			fault, _, _ = strings.Cut(fault, "</p>")
			if res.StatusCode != http.StatusUnprocessableEntity || fault == "" || !strings.Contains(text, `value="Hall"`) {
				t.Errorf("POST = %d, fault %q", res.StatusCode, fault)
			}
			if tc.err == nil && !strings.Contains(fault, tc.want) {
				t.Errorf("fault = %q, want %q", fault, tc.want)
			}
		})
	}
}

// Nothing can be added to a number that is off; the list says why it is.
func TestAddPhoneToALineThatIsOff(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	f.lines = f.lines[1:]
	for _, path := range []string{"/account/phone/add", "/account/phone/pair"} {
		if res, _ := b.get(path); res.Header.Get("Location") != "/account/phone" {
			t.Errorf("GET %s = %d", path, res.StatusCode)
		}
	}
}

// A number without a phone is off for no other reason than that.
func TestLineWithoutAPhone(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	for _, devices := range [][]kyc.DeviceView{nil, f.lines[0].Devices[1:2]} {
		f.lines = []kyc.LineView{{Extension: "2000003", Status: pbx.StatusOff, Devices: devices}}
		if _, text := b.get("/account/phone"); !strings.Contains(text, "add?line=2000003") || strings.Contains(text, "not active") {
			t.Errorf("a number with the phones %v takes no other", devices)
		}
		if res, _ := b.get("/account/phone/add"); res.StatusCode != http.StatusOK {
			t.Errorf("GET /account/phone/add = %d", res.StatusCode)
		}
	}
	f.lines[0].Devices = []kyc.DeviceView{{ID: "a", Kind: pbx.App}}
	if _, text := b.get("/account/phone"); strings.Contains(text, "add?line=2000003") || !strings.Contains(text, "not active") {
		t.Error("a number whose phone was turned off by its identity takes another phone")
	}
}

func TestDevicePage(t *testing.T) {
	t.Parallel()
	const path = "/account/phone/devices/2000001/k3f9ab2c"
	for _, tc := range []struct {
		name, post string
		form       url.Values
		asked      string
		location   string
	}{
		{"renamed", "/name", url.Values{"device_name": {"Cellar;"}}, "RenameDevice en1 2000001 k3f9ab2c Cellar", "/account/phone?done=renamed"},
		{"signed out", "/signout", nil, "RemoveDevice en1 2000001 k3f9ab2c", "/account/phone?done=signed_out"},
		{"new password, typed", "/password", url.Values{"how": {"type"}}, "RotateDevice en1 2000001 k3f9ab2c", ""},
		{"new password, scanned", "/password", url.Values{"how": {"scan"}}, "OfferSetup en1", ""},
		{"new password, fetched", "/password", url.Values{"how": {"address"}}, "OfferSetup en1", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b, f := phoneBrowser(t)
			if res, text := b.get(path); res.StatusCode != http.StatusOK || !strings.Contains(text, "within a minute or two") || len(f.asked) != 0 {
				t.Fatalf("GET = %d, asked %v", res.StatusCode, f.asked)
			}
			res, text := b.post(path+tc.post, tc.form)
			if len(f.asked) != 1 || f.asked[0] != tc.asked || res.Header.Get("Location") != tc.location {
				t.Fatalf("POST = %d to %q, asked %v", res.StatusCode, res.Header.Get("Location"), f.asked)
			}
			if tc.location != "" {
				if _, text = b.get(tc.location); !strings.Contains(text, `role="status"`) {
					t.Error("the list does not say what was done")
				}
				return
			}
			how := tc.form.Get("how")
			if res.Header.Get("Cache-Control") != "no-store" || how != "address" && !strings.Contains(text, "goes on for a while") {
				t.Errorf("POST = %d, kept as %q", res.StatusCode, res.Header.Get("Cache-Control"))
			}
			if how != "type" && f.device.DeviceID != "k3f9ab2c" {
				t.Errorf("the code is for %+v", f.device)
			}
		})
	}
}

// A device that is not the subscriber's does not exist for them.
func TestAnothersDevice(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	for _, path := range []string{"2000001/other", "2000002/k3f9ab2c", "2000009/k3f9ab2c"} {
		for _, end := range []string{"", "/password"} {
			method := map[string]string{"": http.MethodGet, "/password": http.MethodPost}[end]
			if res, _ := b.do(method, "/account/phone/devices/"+path+end, "", nil); res.StatusCode != http.StatusNotFound || len(f.asked) != 0 {
				t.Errorf("%s %s%s = %d, asked %v", method, path, end, res.StatusCode, f.asked)
			}
		}
	}
}

func TestDeskAddress(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	if res, _ := b.post("/account/phone/add", url.Values{"app": {"desk"}}); res.Header.Get("Location") != "/account/phone/pair" {
		t.Errorf("a desk phone leads to %q", res.Header.Get("Location"))
	}
	res, text := b.post("/account/phone/add", url.Values{"app": {"desk_address"}, "line": {"2000001"}})
	if res.StatusCode != http.StatusOK || !strings.Contains(text, ">http://id.example.org/p/setup-token/<") || f.device.Kind != pbx.Desk || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("POST = %d for %+v", res.StatusCode, f.device)
	}
}

// The first password's page leads to the same code, for the same device.
func TestOncePageOffersAScan(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	f.data.Line = kyc.Line{Extension: "2000001", Device: "k3f9ab2c", Password: "line-secret"}
	_, text := b.get("/account/secrets")
	if !strings.Contains(text, `action="/account/phone/devices/2000001/k3f9ab2c/password"`) || !strings.Contains(text, `name="how" value="scan"`) {
		t.Error("the page offers no code")
	}
}
