package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
)

func TestHandOffToAPhone(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Selfie, data: anna()}
	s := newServer(t, f)
	desk, phone := newBrowserOf(t, s), newBrowserOf(t, s)
	desk.enter()
	res, text := desk.post("/enroll/phone", nil)
	if res.StatusCode != http.StatusOK || !strings.Contains(text, `<svg class="qr"`) || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("POST /enroll/phone = %d, kept as %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	if strings.Contains(text, "token-1") {
		t.Error("the token is in the page's text, to be copied and sent")
	}
	if _, status := desk.get("/enroll/status"); strings.Contains(status, "on_phone") {
		t.Errorf("the status is %s before a phone came", status)
	}

	for range 2 { // as a preview and then a person ask
		res, text = phone.get("/p/token-1")
		if res.StatusCode != http.StatusOK || !strings.Contains(text, "Anna, you have begun an enrollment with Vouchline") {
			t.Fatalf("GET /p/token-1 = %d %s", res.StatusCode, text)
		}
	}
	if strings.Contains(text, "Eriksson") || strings.Contains(text, "Maria") {
		t.Error("the page tells more than a given name to whoever has the link")
	}
	if strings.Contains(text, "identity document</li>") || !strings.Contains(text, "three words on paper") {
		t.Error("the page does not say what is still asked for")
	}
	if res, _ := phone.get("/enroll"); res.Header.Get("Location") != "/resume" {
		t.Error("asking let the phone in")
	}

	if res, _ := phone.post("/p/token-1", nil); res.Header.Get("Location") != "/enroll" {
		t.Fatalf("POST /p/token-1 = %d", res.StatusCode)
	}
	for name, b := range map[string]*browser{"desk": desk, "phone": phone} {
		if res, _ := b.get("/enroll/selfie"); res.StatusCode != http.StatusOK {
			t.Errorf("%s: GET /enroll/selfie = %d, want both to stay in", name, res.StatusCode)
		}
	}
	if _, status := desk.get("/enroll/status"); !strings.Contains(status, `"on_phone":true`) {
		t.Errorf("the status is %s with a phone", status)
	}
}

func TestUsedHandOff(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{state: kyc.Selfie, data: anna(), token: "another"})
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		res, text := b.do(method, "/p/token-1", "", nil)
		if res.StatusCode != http.StatusNotFound || !strings.Contains(text, "<title>This code is no longer valid") || strings.Contains(text, "Anna") {
			t.Errorf("%s of a used code = %d", method, res.StatusCode)
		}
	}
	if res, _ := b.get("/enroll"); res.Header.Get("Location") != "/resume" {
		t.Error("a used code let somebody in")
	}
}

func TestHandOffNeedsAnEnrollment(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Questions, data: anna(), err: &kyc.TransitionError{From: kyc.Questions, Event: "hand_off"}}
	b := newBrowser(t, f)
	if res, _ := b.post("/enroll/phone", nil); res.Header.Get("Location") != "/resume" {
		t.Errorf("without an enrollment: %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	f.err = nil
	b.enter()
	f.err = &kyc.TransitionError{From: kyc.Questions, Event: "hand_off"}
	if res, _ := b.post("/enroll/phone", nil); res.Header.Get("Location") != "/enroll" {
		t.Errorf("past the camera: %d to %q, want the page that is due", res.StatusCode, res.Header.Get("Location"))
	}
	if res, _ := b.get("/enroll/phone"); res.Header.Get("Location") != "/enroll" {
		t.Errorf("GET /enroll/phone leads to %q", res.Header.Get("Location"))
	}
}

// The way to a phone is offered wherever a camera is asked for, and beside
// everything that can be wrong with one.
func TestPhoneIsOffered(t *testing.T) {
	t.Parallel()
	for state, path := range map[kyc.State]string{kyc.Document: "/enroll/document", kyc.Selfie: "/enroll/selfie", kyc.Live: "/enroll/live"} {
		b := newBrowser(t, &fakeFlow{state: state, data: anna()})
		b.enter()
		_, text := b.get(path)
		if !strings.Contains(text, `<form id="phone" class="phone" method="post" action="/enroll/phone">`) {
			t.Errorf("%s: no phone is offered", path)
		}
		for _, fault := range []string{"denied", "none", "busy", "old", "insecure"} {
			_, help, _ := strings.Cut(text, `data-help="`+fault+`"`)
			help, _, _ = strings.Cut(help, "</div>")
			if !strings.Contains(help, `form="phone"`) {
				t.Errorf("%s: no phone is offered beside %q", path, fault)
			}
		}
	}
}
