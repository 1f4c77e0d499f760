package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/kyc"
)

func TestBegin(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{data: anna()}
	b := newBrowser(t, f)
	b.header.Set("Accept-Language", "fr")
	form := url.Values{
		"given_names": {"Anna Maria"}, "family_names": {"Eriksson"}, "birth_day": {"12"}, "birth_month": {"8"}, "birth_year": {"1974"},
		"birth_place": {"Uppsala"}, "sex": {"F"}, "nationality": {"SWE"}, "phone": {"+46701234567"}, "email": {"anna@example.org"},
		"username": {"anna"}, "consent_identity_proofing": {"yes"}, "consent_biometrics": {"yes"},
	}
	res, _ := b.post("/enroll/profile", form)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/enroll" {
		t.Fatalf("POST /enroll/profile = %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	a := f.application
	if a.Profile != anna().Profile || a.Locale != "fr" || len(a.Consents) != 2 || a.Source != "127.0.0.1" {
		t.Errorf("Begin got profile right=%t, locale %q, consents %v, source %q", a.Profile == anna().Profile, a.Locale, a.Consents, a.Source)
	}
}

// Faults are summed up at the top with links to the fields, said at the field,
// and nothing typed is lost. What was typed stays text.
func TestFaultsOnThePage(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{err: kyc.FieldErrors{"given_names": kyc.FieldInvalid, "consent_biometrics": kyc.FieldRequired, "birth_date": kyc.FieldTooYoung}}
	b := newBrowser(t, f)
	hostile := `"><script>alert(1)</script>{{.Service}}`
	res, text := b.post("/enroll/profile", url.Values{"given_names": {hostile}, "birth_year": {"2020"}, "nationality": {"SWE"}})
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("POST = %d, want %d", res.StatusCode, http.StatusUnprocessableEntity)
	}
	for _, want := range []string{
		`href="#given_names"`, `id="given_names-error"`, `href="#consent_biometrics"`, `id="birth_date-error"`,
		`value="2020"`, `<option value="SWE" selected>`, `aria-invalid="true"`, "<title>Error: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(text, "<script>alert") {
		t.Error("the page holds the name's script")
	}
	if strings.Index(text, `href="#given_names"`) > strings.Index(text, `href="#birth_date"`) {
		t.Error("the faults are not in the order of the form")
	}
}
