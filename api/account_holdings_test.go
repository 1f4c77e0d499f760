package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

// subscriberBrowser is Anna's, signed in, where the clinic may be given a
// consent.
func subscriberBrowser(t *testing.T, f *fakeFlow, r *fakeRegistry) *browser {
	t.Helper()
	f.state, f.data, f.proof = kyc.Issued, anna(), annasProof()
	f.data.Account.ActivatedAt, f.data.Identity.ID = noon, annasProof().Identity.ID
	d := newDesk()
	d.keys = []APIKey{{ID: "k1", Name: "Reader", Scopes: []string{v1.ScopeAttributes}, Organisation: "clinic"}}
	b := newBrowserOf(t, newServerWith(t, f, func(c *Config) {
		c.Console = d.console()
		c.Console.Identities, c.Console.Organisations = r, r
	}))
	b.signIn()
	return b
}

var clinicKey = ledger.PublicKey{Type: "EC", Curve: "P-256", X: "x", Y: "y"}

func TestConsentsPage(t *testing.T) {
	t.Parallel()
	f, r := &fakeFlow{}, newRegistry()
	r.clinic.Key = clinicKey
	b := subscriberBrowser(t, f, r)
	f.consents = []ledger.Consent{
		{Organisation: "clinic", Attributes: []string{"phone"}, Until: noon.Add(time.Hour)},
		{Organisation: "bank", Attributes: []string{"email"}, Until: noon.Add(-time.Hour)},
		{Organisation: "shop", Attributes: []string{"email"}, Until: noon.Add(time.Hour), RevokedAt: noon.Add(-time.Minute)},
	}
	wantPage(t, b, "/account/consents", http.StatusOK, "Clinic of Nantes", "Mobile phone", "holds", "ended", "taken back", `value="clinic"`)
	if _, text := b.get("/account/consents"); strings.Count(text, "/account/consents/revoke") != 1 {
		t.Error("the page does not offer to take back the one consent that holds, and only that")
	}
	b.header.Set("Accept-Language", "fr")
	wantPage(t, b, "/account/consents", http.StatusOK, "Qui peut lire quoi", "en vigueur", "Retirer mon accord")
	if res, _ := b.post("/account/consents/revoke", url.Values{"organisation": {"clinic"}}); res.StatusCode != http.StatusSeeOther || f.calls[len(f.calls)-1] != "RevokeConsent clinic" {
		t.Errorf("POST revoke = %d, calls %v", res.StatusCode, f.calls)
	}
}

// Only who could use a consent is offered.
func TestConsentReaders(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	b := subscriberBrowser(t, &fakeFlow{}, r)
	wantPage(t, b, "/account/consents", http.StatusOK, "No organisation that could read") // it has no key
	r.clinic.Key, r.clinic.Status = clinicKey, ledger.StatusSuspended
	wantPage(t, b, "/account/consents", http.StatusOK, "No organisation that could read")
	r.clinic.Status = ledger.StatusActive
	wantPage(t, b, "/account/consents", http.StatusOK, "Clinic of Nantes")
}

func TestGrantConsent(t *testing.T) {
	t.Parallel()
	whole := url.Values{"organisation": {"clinic"}, "attributes": {"phone", "birth_date"}, "days": {"30"}}
	without := func(field string) url.Values {
		form := url.Values{}
		for name, values := range whole {
			if name != field {
				form[name] = values
			}
		}
		return form
	}
	for _, tt := range []struct {
		name  string
		form  url.Values
		err   error
		field string
	}{
		{"granted", whole, nil, ""},
		{"nobody", without("organisation"), nil, "organisation"},
		{"nothing", without("attributes"), nil, "attributes"},
		{"no time", without("days"), nil, "days"},
		{"suspended", whole, ledger.ErrIllegalStatus, "organisation"},
		{"too many", whole, ledger.ErrTooMany, "organisation"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, r := &fakeFlow{}, newRegistry()
			r.clinic.Key = clinicKey
			b := subscriberBrowser(t, f, r)
			f.refusal = tt.err
			res, text := b.post("/account/consents", tt.form)
			if tt.field != "" {
				if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="`+tt.field+`-error"`) {
					t.Errorf("POST = %d, want the form again with a fault at %s", res.StatusCode, tt.field)
				}
				return
			}
			want := []ledger.Consent{{Organisation: "clinic", Attributes: []string{"birth_date", "phone"}, Until: noon.Add(30 * 24 * time.Hour)}}
			if diff := cmp.Diff(want, f.granted); diff != "" || res.Header.Get("Location") != "/account/consents?done=granted" {
				t.Errorf("POST = %d, granted (-want +got):\n%s", res.StatusCode, diff)
			}
		})
	}
}

func TestSubscriberKeys(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{}
	b := subscriberBrowser(t, f, newRegistry())
	if _, text := b.get("/account"); !strings.Contains(text, "data-first") {
		t.Error("the account without a key does not ask for one")
	}
	f.proof.Identity.Status = ledger.StatusSuspended
	if _, text := b.get("/account"); strings.Contains(text, "data-first") {
		t.Error("the account asks for a key that the ledger would refuse")
	}
	f.proof.Identity.Status, f.proof.Identity.Keys = ledger.StatusActive, []string{"thumb"}
	if _, text := b.get("/account"); strings.Contains(text, "data-first") {
		t.Error("the account with a key asks for another")
	}
	f.keys = []ledger.SubscriberKey{{Thumbprint: "thumb", Key: ledger.PublicKey{Type: "RSA"}, AddedAt: noon}, {Thumbprint: "old", AddedAt: noon, RevokedAt: noon}}
	wantPage(t, b, "/account/keys", http.StatusOK, "RSA, 2048 bits", "/account/keys/thumb/revoke", "Revoked")
	for body, status := range map[string]int{
		`{"kty":"RSA","e":"AQAB","n":"AA"}`:                      http.StatusOK,
		`{"kty":"RSA","e":"AQAB","n":"AA","d":"a private half"}`: http.StatusBadRequest,
		`nonsense`: http.StatusBadRequest,
	} {
		if res, text := b.do(http.MethodPost, "/account/keys", "application/json", strings.NewReader(body)); res.StatusCode != status {
			t.Errorf("POST %s = %d %s, want %d", body, res.StatusCode, text, status)
		}
	}
	if res, _ := b.post("/account/keys/thumb/revoke", nil); res.StatusCode != http.StatusSeeOther || f.calls[len(f.calls)-1] != "RevokeKey thumb" {
		t.Errorf("POST revoke = %d, calls %v", res.StatusCode, f.calls)
	}
}

// Being forgotten needs password and code once more, and ends the session.
func TestEraseMyself(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{}
	b := subscriberBrowser(t, f, newRegistry())
	wantPage(t, b, "/account/erase", http.StatusOK, "What goes", "What stays", "cannot be undone")
	f.err = kyc.ErrSignInRefused
	if res, text := b.post("/account/erase", url.Values{"password": {"x"}, "totp": {"1"}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="password-error"`) || f.gone {
		t.Errorf("POST erase with wrong secrets = %d, want the form again", res.StatusCode)
	}
	f.err = nil
	res, text := b.post("/account/erase", url.Values{"password": {"right"}, "totp": {"123456"}})
	if res.StatusCode != http.StatusOK || !f.gone || !strings.Contains(text, "You are being forgotten") || !strings.Contains(text, "/i/idabc234") {
		t.Errorf("POST erase = %d, want a farewell", res.StatusCode)
	}
	if diff := cmp.Diff([]string{"SignIn", "RequestErasure"}, f.calls[len(f.calls)-2:]); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if res, _ := b.get("/account"); res.Header.Get("Location") != "/signin" {
		t.Errorf("GET /account afterwards leads to %q, want /signin", res.Header.Get("Location"))
	}
}

// Who is erased by staff while signed in is signed in no more.
func TestErasedElsewhere(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{}
	b := subscriberBrowser(t, f, newRegistry())
	f.gone = true
	for _, path := range []string{"/account", "/account/consents", "/account/keys", "/account/erase"} {
		if res, _ := b.get(path); res.Header.Get("Location") != "/signin" {
			t.Errorf("GET %s leads to %q, want /signin", path, res.Header.Get("Location"))
		}
	}
}

// The public page says of an erased identity when it was valid, and asks and
// tells nothing else.
func TestProofOfAnErasedIdentity(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{proof: annasProof()}
	f.proof.Identity.Status, f.proof.From, f.proof.To = ledger.StatusErased, noon, noon.Add(48*time.Hour)
	b := newBrowser(t, f)
	wantPage(t, b, "/i/idabc234?phone=salt", http.StatusOK, "Erased", "from 20 November 2026 to 22 November 2026", "vouchline ledger prove idabc234", "vouchline ledger check")
	if _, text := b.get("/i/idabc234?phone=salt"); strings.Contains(text, `name="value"`) {
		t.Error("the page asks for a value")
	}
	b.header.Set("Accept-Language", "fr")
	wantPage(t, b, "/i/idabc234", http.StatusOK, "Effacée", "du 20 novembre 2026 au 22 novembre 2026")
	for status, words := range map[ledger.Status]string{ledger.StatusActive: "Valable", ledger.StatusSuspended: "Suspendue", ledger.StatusRevoked: "Révoquée"} {
		f.proof.Identity.Status = status
		wantPage(t, b, "/i/idabc234", http.StatusOK, words)
	}
}
