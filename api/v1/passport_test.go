package v1

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx/passport"
)

// callers stands in for the flow.
type callers struct {
	actor   string
	asked   kyc.PassportRequest
	check   kyc.PassportCheck
	verdict kyc.PassportVerdict
	fail    error
}

func (c *callers) Passport(_ context.Context, actor string, r kyc.PassportRequest) (kyc.SignedPassport, error) {
	c.actor, c.asked = actor, r
	return kyc.SignedPassport{Header: "a.b.c;info=<https://id.example.org/c>;alg=ES256;ppt=shaken", From: "+33612345678", Attest: passport.Full}, c.fail
}

func (c *callers) CheckPassport(_ context.Context, check kyc.PassportCheck) (kyc.PassportVerdict, error) {
	c.check = check
	return c.verdict, c.fail
}

const certificateName = "0123456789abcdef0123.pem"

func serveCallers(t *testing.T, c *callers) *gin.Engine {
	t.Helper()
	spec, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	err = Mount(engine, Config{
		Spec: spec, PBX: func(string) PBX { return PBX{Callers: c} }, Keys: keyring{}, Auditor: &world{}, Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
		Certificates: func(name string) []byte {
			if name == certificateName {
				return []byte("-----BEGIN CERTIFICATE-----\n")
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// keyring has two PBXs' keys.
type keyring struct{}

func (keyring) CheckKey(_ context.Context, token string) (Caller, error) {
	switch token {
	case "pbx":
		return Caller{ID: "k5", Scopes: []string{ScopePassport}}, nil
	case "reader":
		return Caller{ID: "k6", Scopes: []string{ScopePBX, ScopePBXWrite}}, nil
	default:
		return Caller{}, ErrUnauthorized
	}
}

func post(engine *gin.Engine, path, kind, accept, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer pbx")
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, r)
	return w
}

const form = "application/x-www-form-urlencoded"

func TestSignPassport(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, kind, accept, body string
		want                     kyc.PassportRequest
		answer                   string
	}{
		{
			"json", "application/json", "", `{"extension":"2001","from":"+33612345678","to":["+12155551212","2002"]}`,
			kyc.PassportRequest{Extension: "2001", From: "+33612345678", To: []string{"+12155551212", "2002"}},
			`{"attest":"A","from":"+33612345678","identity":"a.b.c;info=\u003chttps://id.example.org/c\u003e;alg=ES256;ppt=shaken"}`,
		},
		{
			"json without a name", "application/json", "*/*", `{"extension":"2001","to":["2002"],"name":false}`,
			kyc.PassportRequest{Extension: "2001", To: []string{"2002"}, WithoutName: true},
			`{"attest":"A","from":"+33612345678","identity":"a.b.c;info=\u003chttps://id.example.org/c\u003e;alg=ES256;ppt=shaken"}`,
		},
		{
			"form", form, "text/plain", url.Values{"extension": {"2001"}, "from": {"+33612345678"}, "to": {"+12155551212"}}.Encode(),
			kyc.PassportRequest{Extension: "2001", From: "+33612345678", To: []string{"+12155551212"}},
			"a.b.c;info=<https://id.example.org/c>;alg=ES256;ppt=shaken",
		},
		{
			"form without a name", form, "text/plain", "extension=2001&to=2002&name=false",
			kyc.PassportRequest{Extension: "2001", To: []string{"2002"}, WithoutName: true},
			"a.b.c;info=<https://id.example.org/c>;alg=ES256;ppt=shaken",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := &callers{}
			w := post(serveCallers(t, c), "/v1/pbx/passport", tc.kind, tc.accept, tc.body)
			if got := strings.TrimSuffix(w.Body.String(), "\n"); w.Code != http.StatusOK || got != tc.answer {
				t.Errorf("answer = %d %s, want %s", w.Code, got, tc.answer)
			}
			if diff := cmp.Diff(tc.want, c.asked); diff != "" || c.actor != "apikey:k5" {
				t.Errorf("the flow is asked by %s (-want +got):\n%s", c.actor, diff)
			}
		})
	}
}

func TestSignPassportRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, kind, body string
		fail             error
		status           int
		code             string
	}{
		{"nobody called", "application/json", `{"extension":"2001","to":[]}`, nil, 400, "bad_request"},
		{"no line", form, "to=2002", nil, 400, "bad_request"},
		{"a line of letters", form, "extension=abc&to=2002", nil, 400, "bad_request"},
		{"nothing", "application/json", "", nil, 400, "bad_request"},
		{"another kind of body", "text/xml", "<a/>", nil, 400, "bad_request"},
		{"line off", form, "extension=2001&to=2002", kyc.ErrLineOff, 403, "line_off"},
		{"revoked", form, "extension=2001&to=2002", kyc.ErrIdentityNotLive, 403, "identity_not_live"},
		{"another's number", form, "extension=2001&to=2002", kyc.ErrCallersNumber, 403, "callers_number"},
		{"not set up", form, "extension=2001&to=2002", kyc.ErrPassportOff, 501, "passport_off"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := post(serveCallers(t, &callers{fail: tc.fail}), "/v1/pbx/passport", tc.kind, "text/plain", tc.body)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), `"code":"`+tc.code+`"`) {
				t.Errorf("answer = %d %s, want %d %s", w.Code, w.Body, tc.status, tc.code)
			}
		})
	}
}

// TestPassportNeedsItsScope: a key that reads accounts signs no calls.
func TestPassportNeedsItsScope(t *testing.T) {
	t.Parallel()
	engine := serveCallers(t, &callers{})
	for _, path := range []string{"/v1/pbx/passport", "/v1/pbx/passport/verify"} {
		for token, want := range map[string]int{"reader": http.StatusForbidden, "": http.StatusUnauthorized, "unknown": http.StatusUnauthorized} {
			r := httptest.NewRequest(http.MethodPost, path, strings.NewReader("extension=2001&to=2002"))
			r.Header.Set("Content-Type", form)
			r.Header.Set("Authorization", "Bearer "+token)
			w := httptest.NewRecorder()
			engine.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("POST %s with the key %q = %d, want %d", path, token, w.Code, want)
			}
		}
	}
}

func TestVerifyPassport(t *testing.T) {
	t.Parallel()
	good := kyc.PassportVerdict{
		Claims: passport.Claims{
			Attest: passport.Full, Orig: passport.Party{TN: "33612345678"}, Dest: []passport.Party{{URI: "sip:2002@vouchline"}},
			IssuedAt: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), OrigID: "o1", Name: "Anna Eriksson",
		},
		Signer: "Example Operator SHAKEN", Own: true,
	}
	for _, tc := range []struct {
		name, kind, body string
		verdict          kyc.PassportVerdict
		answer           string
	}{
		{
			"good", "application/json", `{"identity":"x","from":"+33612345678","to":"2002"}`, good,
			`{"attest":"A","dest":[{"uri":"sip:2002@vouchline"}],"issued_at":"2026-11-20T08:00:00Z","name":"Anna Eriksson","orig":{"tn":"33612345678"},` +
				`"origid":"o1","own":true,"signer":"Example Operator SHAKEN","verified":true}`,
		},
		{
			"refused", form, url.Values{"identity": {"x"}, "from": {"+33612345678"}, "to": {"2002"}}.Encode(),
			kyc.PassportVerdict{Refused: "stale", Status: 403, Reason: "Stale Date", Claims: good.Claims},
			`{"refused":"stale","sip_reason":"Stale Date","sip_status":403,"verified":false}`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := &callers{verdict: tc.verdict}
			w := post(serveCallers(t, c), "/v1/pbx/passport/verify", tc.kind, "", tc.body)
			if got := strings.TrimSuffix(w.Body.String(), "\n"); w.Code != http.StatusOK || got != tc.answer {
				t.Errorf("answer = %d %s\nwant %s", w.Code, got, tc.answer)
			}
			if want := (kyc.PassportCheck{Actor: "apikey:k5", Header: "x", From: "+33612345678", To: "2002"}); c.check != want {
				t.Errorf("the flow is asked %+v", c.check)
			}
		})
	}
}

func TestGetCertificate(t *testing.T) {
	t.Parallel()
	engine := serveCallers(t, &callers{})
	for name, want := range map[string]int{
		certificateName: http.StatusOK, "ffffffffffffffffffff.pem": http.StatusNotFound,
		"passport.key": http.StatusBadRequest, "..%2Fpassport.key": http.StatusNotFound,
	} {
		w := httptest.NewRecorder()
		engine.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/pbx/certificates/"+name, http.NoBody))
		if w.Code != want {
			t.Errorf("GET %s = %d, want %d", name, w.Code, want)
		}
		if want == http.StatusOK && (!strings.HasPrefix(w.Body.String(), "-----BEGIN CERTIFICATE-----") || !strings.Contains(w.Header().Get("Cache-Control"), "max-age=86400")) {
			t.Errorf("GET %s = %s with %v", name, w.Body, w.Header())
		}
	}
}
