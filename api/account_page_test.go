package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof(), err: kyc.ErrSignInRefused}
	b := newBrowser(t, f)
	if res, text := b.post("/signin", url.Values{"login": {"anna"}, "password": {"secret-typed"}}); res.StatusCode != http.StatusUnprocessableEntity ||
		!strings.Contains(text, `value="anna"`) || strings.Contains(text, "secret-typed") {
		t.Errorf("refused sign-in = %d", res.StatusCode)
	}
	f.err = nil
	b.signIn()
	if res, text := b.get("/account"); res.StatusCode != http.StatusOK || !strings.Contains(text, "Anna Maria") {
		t.Errorf("GET /account = %d", res.StatusCode)
	}
	if _, text := b.post("/account/share", url.Values{"attributes": {"given_names", "birth_date"}}); !strings.Contains(text, "given_names=s&amp;birth_date=s") {
		t.Error("the share link is not shown")
	}
	if res, _ := b.post("/account/share", nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("share of nothing = %d", res.StatusCode)
	}
	b.post("/signout", nil)
	if res, _ := b.get("/account"); res.Header.Get("Location") != "/signin" {
		t.Error("still signed in after signing out")
	}
}
