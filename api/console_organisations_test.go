package api

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/ledger"
)

// rsaPEM is a public key whose private half nobody has.
const rsaPEM = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAk0BvUx0+OvW7mskWtv0u
UhA2twHddw868USeZUHAt4XfntYvwhnip4cS83PJeJAlP8tLVzGq7mGVda37uUgy
c7boqMuJZirayQhlZMU2aYjvc76M/+XXlUpD5JhPvk3/kptuwvVEakv1ldFFXROI
iJjYzz1kP1MWc+Tnz9ph2td8x8cDtEzubvDdnDvFMG1SaYlCLTVq0pVm3uAFt23x
5sZCKjTpXlSKXLn6j5Y9CXWoXGUJtzFoXofGZKwGg0G1kWntwU2w5gmekRJujSzv
xwJNrbex19FDDauSLGNOLHTpc3Cf9P2AXQ10HaomVVZKF+8GzXz46k8LSpn+qmUJ
fwIDAQAB
-----END PUBLIC KEY-----
`

func TestRegisterOrganisation(t *testing.T) {
	t.Parallel()
	form := url.Values{"organisation_id": {" clinic "}, "organisation_name": {"Clinic"}, "organisation_role": {"relying_party"}, "organisation_msp": {"Org2MSP"}}
	for _, tt := range []struct {
		name  string
		err   error
		field string // where it is told; empty where it is done
	}{
		{"registered", nil, ""},
		{"a wrong name", &ledger.Error{Code: ledger.CodeInvalid, Detail: "name: up to 64 letters"}, "organisation_name"},
		{"a wrong role", &ledger.Error{Code: ledger.CodeInvalid, Detail: "role is not one of issuer"}, "organisation_role"},
		{"taken", ledger.ErrExists, "organisation_id"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := newRegistry()
			r.err = tt.err
			b := registryBrowser(t, r, newDesk(), "boss")
			res, text := b.post("/console/organisations", form)
			want := []ledger.Organisation{{ID: "clinic", Name: "Clinic", Role: ledger.RoleRelyingParty, MSP: "Org2MSP"}}
			if diff := cmp.Diff(want, r.made); diff != "" {
				t.Errorf("registered (-want +got):\n%s", diff)
			}
			switch {
			case tt.field == "" && res.Header.Get("Location") != "/console/organisations/clinic?done=registered":
				t.Errorf("POST = %d to %q, want to the organisation", res.StatusCode, res.Header.Get("Location"))
			case tt.field != "" && (res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="`+tt.field+`-error"`) || !strings.Contains(text, `value="Clinic"`)):
				t.Errorf("POST = %d, want the form again with a fault at %s", res.StatusCode, tt.field)
			}
		})
	}
}

func TestOrganisationPages(t *testing.T) {
	t.Parallel()
	r, d := newRegistry(), newDesk()
	b := registryBrowser(t, r, d, "boss")
	wantPage(t, b, "/console/organisations", http.StatusOK, "Clinic of Nantes", "Relying party", "Org2MSP", "Network manager")
	wantPage(t, b, "/console/organisations/clinic", http.StatusOK, "none: it can read nothing yet", "Suspend…", "Revoke for good…")
	wantPage(t, b, "/console/organisations/bank", http.StatusNotFound)
	wantPage(t, b, "/console/organisations/manager", http.StatusOK, "issues and updates no identity", "never issues an identity again")
	if _, text := b.get("/console/organisations/manager"); strings.Contains(text, "reads nobody") || strings.Contains(text, "public_key") {
		t.Error("the issuer's page speaks of reading attributes")
	}
	if res, _ := b.post("/console/organisations/clinic/status", url.Values{"status": {"suspended"}}); res.StatusCode != http.StatusSeeOther || r.status != ledger.StatusSuspended {
		t.Errorf("POST status = %d, asked for %q", res.StatusCode, r.status)
	}
	r.err = ledger.ErrIllegalStatus
	if res, _ := b.post("/console/organisations/clinic/status", url.Values{"status": {"active"}}); res.StatusCode != http.StatusConflict {
		t.Errorf("POST an impossible status = %d, want 409", res.StatusCode)
	}
}

func TestOrganisationKey(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	b := registryBrowser(t, r, newDesk(), "boss")
	res, _ := b.post("/console/organisations/clinic/key", url.Values{"public_key": {`{"kty":"EC","crv":"P-256","x":"AA","y":"BB","kid":"1","use":"enc"}`}})
	if want := (ledger.PublicKey{Type: "EC", Curve: "P-256", X: "AA", Y: "BB"}); res.StatusCode != http.StatusSeeOther || r.key != want {
		t.Errorf("POST a JWK = %d, set %+v, want %+v", res.StatusCode, r.key, want)
	}
	r.key = ledger.PublicKey{}
	for text, code := range map[string]string{
		"nonsense": "not a public key", `{"kty":"EC","d":"secret-half"}`: "a private key",
		"-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWhhbGY=\n-----END PRIVATE KEY-----": "a private key",
	} {
		res, page := b.post("/console/organisations/clinic/key", url.Values{"public_key": {text}})
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, code) || r.key != (ledger.PublicKey{}) {
			t.Errorf("POST %q = %d, want a page that says %q", text, res.StatusCode, code)
		}
		if strings.Contains(page, "secret-half") || strings.Contains(page, "c2VjcmV0") {
			t.Error("the page sends a private key back")
		}
	}
	r.err = ledger.ErrInvalid
	if res, page := b.post("/console/organisations/clinic/key", url.Values{"public_key": {`{"kty":"RSA"}`}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(page, `id="public_key-error"`) {
		t.Errorf("POST a key that the ledger refuses = %d, want the form again", res.StatusCode)
	}
}

func TestReadPublicKeyFromPEM(t *testing.T) {
	t.Parallel()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	key, err := readPublicKey("\n" + string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})))
	if err != nil || key.Validate() != nil {
		t.Errorf("readPublicKey of P-256 = %+v %v, want a key that the ledger takes", key, err)
	}
	block, _ := pem.Decode([]byte(rsaPEM))
	if block == nil {
		t.Fatal("the test's key is damaged")
	}
	if key, err = readPublicKey(rsaPEM); err != nil || key.Validate() != nil || key.Exponent != "AQAB" {
		t.Errorf("readPublicKey of RSA = %+v %v, want a key that the ledger takes", key, err)
	}
}

// A key that reads attributes is for an organisation that the ledger knows, and
// one for lines may be.
func TestKeyOfAnOrganisation(t *testing.T) {
	t.Parallel()
	d := newDesk()
	b := registryBrowser(t, newRegistry(), d, "boss")
	for _, tt := range []struct{ scope, organisation, field string }{
		{v1.ScopeAttributes, "", "key_organisation"},
		{v1.ScopeAttributes, "bank", "key_organisation"},
		{v1.ScopePBX, "bank", "key_organisation"},
		{v1.ScopeAttributes, "clinic", ""},
		{v1.ScopePBX, "clinic", ""},
		{v1.ScopePassport, "", ""},
	} {
		form := url.Values{"key_name": {"Reader"}, "key_scope": {tt.scope}, "key_organisation": {tt.organisation}}
		res, text := b.post("/console/keys", form)
		if tt.field != "" && (res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="`+tt.field+`-error"`) || len(d.keys) > 0) {
			t.Errorf("POST a key for %q = %d, keys %v; want a fault and none", tt.organisation, res.StatusCode, d.keys)
		}
	}
	if want := []APIKey{
		{ID: "k1", Name: "Reader", Scopes: []string{v1.ScopeAttributes}, Organisation: "clinic", Created: noon},
		{ID: "k1", Name: "Reader", Scopes: []string{v1.ScopePBX}, Organisation: "clinic", Created: noon},
		{ID: "k1", Name: "Reader", Scopes: []string{v1.ScopePassport}, Created: noon},
	}; !cmp.Equal(want, d.keys) {
		t.Errorf("keys (-want +got):\n%s", cmp.Diff(want, d.keys))
	}
	if res, text := b.post("/console/keys", url.Values{"key_name": {"x"}, "key_scope": {"admin:all"}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="key_scope-error"`) {
		t.Errorf("POST a key with another scope = %d, want 422", res.StatusCode)
	}
}
