package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
)

func TestActivation(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof()}
	b := newBrowser(t, f)
	b.enter()
	res, text := b.get("/enroll/activate")
	if !strings.Contains(text, "GEZDGNBV") || !strings.Contains(text, "<path d=\"M") || res.Header.Get("Cache-Control") != "no-store" {
		t.Error("GET activate lacks the secret, the QR code or the cache header")
	}
	f.err = kyc.ErrPasswordCommon
	if _, text := b.post("/enroll/activate", url.Values{"password": {"password"}, "totp": {"123456"}}); !strings.Contains(text, `id="password-error"`) {
		t.Error("a common password is not refused at its field")
	}
	f.err = nil
	res, _ = b.post("/enroll/activate", url.Values{"password": {"correct horse"}, "totp": {"123456"}})
	if got := res.Header.Get("Location"); got != "/account/secrets" {
		t.Errorf("POST activate leads to %q, want /account/secrets", got)
	}
}

// A page that did not arrive costs nobody their line: the secrets are shown
// until their holder says that they are written down.
func TestSecretsAreShownUntilWrittenDown(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof()}
	b := newBrowser(t, f)
	b.enter()
	b.post("/enroll/activate", url.Values{"password": {"correct horse"}, "totp": {"123456"}})
	for range 2 {
		res, text := b.get("/account/secrets")
		for _, want := range []string{"0123-4567-89AB-CDEF", "line-secret", "pbx.example.org", "example.org", `action="/account/secrets"`} {
			if !strings.Contains(text, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
		if res.Header.Get("Cache-Control") != "no-store" {
			t.Error("the page may be cached")
		}
		if res, _ := b.get("/account"); res.Header.Get("Location") != "/account/secrets" {
			t.Errorf("GET /account leads to %q before the secrets are written down", res.Header.Get("Location"))
		}
	}
	if res, _ := b.post("/account/secrets", nil); res.Header.Get("Location") != "/account" || f.calls[len(f.calls)-1] != "Acknowledge" {
		t.Errorf("POST secrets leads to %q, calls %v", res.Header.Get("Location"), f.calls)
	}
	if res, text := b.get("/account"); res.StatusCode != http.StatusOK || strings.Contains(text, "line-secret") {
		t.Errorf("GET /account afterwards = %d", res.StatusCode)
	}
	if res, _ := b.get("/account/secrets"); res.Header.Get("Location") != "/account" {
		t.Errorf("GET secrets afterwards leads to %q", res.Header.Get("Location"))
	}
}
