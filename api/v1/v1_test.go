package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/pbx"
)

type world struct {
	audit []kyc.AuditEntry
	fail  error
}

func (w *world) Proof(_ context.Context, id string) (kyc.Proof, error) {
	if w.fail != nil {
		return kyc.Proof{}, w.fail
	}
	if id != "idknown" {
		return kyc.Proof{}, ledger.ErrNotFound
	}
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	return kyc.Proof{
		Identity: ledger.Identity{
			ID: id, Status: "active", Assurance: kyc.AssurancePolicy, Issuer: "manager", IssuedAt: at, UpdatedAt: at, Version: 1,
			Attributes: map[string]string{"birth_date": ledger.Digest("birth_date", "1990-01-02", make([]byte, 16))},
		},
		Location: ledger.Location{TxID: "abc", Block: 7, Network: ledger.NetworkFabric, Channel: "identity"},
	}, nil
}

func (w *world) Match(ctx context.Context, id, _, value, _ string) (bool, error) {
	if _, err := w.Proof(ctx, id); err != nil {
		return false, err
	}
	return value == "1990-01-02", nil
}

func (w *world) Accounts(context.Context, time.Time) ([]pbx.Account, error) {
	a := pbx.Account{Extension: "2000001", AuthUsername: "2000001", Realm: "vouchline", AOR: "sip:2000001@vouchline", IdentityID: "idknown", Enabled: true}
	return []pbx.Account{a.WithPassword("secret-word-of-the-line")}, w.fail
}

func (w *world) CheckKey(_ context.Context, token string) (string, []string, error) {
	switch token {
	case "reader":
		return "k1", []string{"pbx:read"}, nil
	case "other":
		return "k2", []string{"identities:read"}, nil
	default:
		return "", nil, ErrUnauthorized
	}
}

func (w *world) Audit(_ context.Context, e kyc.AuditEntry) error {
	w.audit = append(w.audit, e)
	return nil
}

func serve(t *testing.T, w *world) (*gin.Engine, *openapi3.T) {
	t.Helper()
	spec, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatalf("api/openapi.yaml: %v", err)
	}
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	engine.Use(func(c *gin.Context) { c.Header("X-Request-Id", "req1") })
	err = Mount(engine, Config{Spec: spec, Prover: w, Accounts: w, Keys: w, Auditor: w, Clock: time.Now, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return engine, doc
}

// TestAnswersFollowTheDescription sends good and bad requests and validates
// every answer against api/openapi.yaml, so that the two cannot drift apart.
func TestAnswersFollowTheDescription(t *testing.T) {
	t.Parallel()
	salt := strings.Repeat("A", 22)
	for _, c := range []struct {
		name, method, path, key, body string
		fail                          error
		status                        int
		kind                          string
	}{
		{name: "identity", method: "GET", path: "/v1/identities/idknown", status: 200},
		{name: "unknown identity", method: "GET", path: "/v1/identities/idnobody", status: 404, kind: "not_found"},
		{name: "impossible identity", method: "GET", path: "/v1/identities/a%20b", status: 400, kind: "bad_request"},
		{name: "ledger away", method: "GET", path: "/v1/identities/idknown", fail: ledger.ErrUnavailable, status: 503, kind: "unavailable"},
		{name: "unknown failure shows nothing", method: "GET", path: "/v1/identities/idknown", fail: errors.New("dial tcp 10.0.0.1"), status: 500, kind: "internal"},
		{name: "match", method: "POST", path: "/v1/identities/idknown/match", body: `{"attribute":"birth_date","value":"1990-01-02","salt":"` + salt + `"}`, status: 200},
		{name: "unknown attribute", method: "POST", path: "/v1/identities/idknown/match", body: `{"attribute":"shoe","value":"x","salt":"` + salt + `"}`, status: 400, kind: "bad_request"},
		{name: "unknown member", method: "POST", path: "/v1/identities/idknown/match", body: `{"attribute":"sex","value":"F","salt":"` + salt + `","x":1}`, status: 400, kind: "bad_request"},
		{name: "no body", method: "POST", path: "/v1/identities/idknown/match", status: 400, kind: "bad_request"},
		{name: "huge body", method: "POST", path: "/v1/identities/idknown/match", body: `{"value":"` + strings.Repeat("x", maxBody) + `"}`, status: 413, kind: "too_large"},
		{name: "accounts", method: "GET", path: "/v1/pbx/accounts", key: "reader", status: 200},
		{name: "accounts since", method: "GET", path: "/v1/pbx/accounts?since=2026-11-20T00:00:00Z", key: "reader", status: 200},
		{name: "bad since", method: "GET", path: "/v1/pbx/accounts?since=yesterday", key: "reader", status: 400, kind: "bad_request"},
		{name: "accounts without key", method: "GET", path: "/v1/pbx/accounts", status: 401, kind: "unauthorized"},
		{name: "accounts with unknown key", method: "GET", path: "/v1/pbx/accounts", key: "stolen", status: 401, kind: "unauthorized"},
		{name: "accounts without scope", method: "GET", path: "/v1/pbx/accounts", key: "other", status: 403, kind: "forbidden"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &world{fail: c.fail}
			engine, doc := serve(t, w)
			req := httptest.NewRequestWithContext(t.Context(), c.method, c.path, strings.NewReader(c.body))
			if c.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			if c.key != "" {
				req.Header.Set("Authorization", "Bearer "+c.key)
			}
			rec := httptest.NewRecorder()
			engine.ServeHTTP(rec, req)
			if rec.Code != c.status {
				t.Fatalf("%s %s = %d %s, want %d", c.method, c.path, rec.Code, rec.Body, c.status)
			}
			checkResponse(t, doc, req, rec)
			if c.kind == "" {
				return
			}
			var p Problem
			if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
			if p.Type != "urn:vouchline:problem:"+c.kind || p.Code != c.kind || p.Status != c.status {
				t.Errorf("problem = %+v, want code %s at the end of its type and status %d", p, c.kind, c.status)
			}
			if p.Instance != "urn:vouchline:request:req1" {
				t.Errorf("instance = %s, want the request's id", p.Instance)
			}
			if strings.Contains(rec.Body.String(), "10.0.0.1") {
				t.Errorf("the answer shows an inner error: %s", rec.Body)
			}
		})
	}
}

func checkResponse(t *testing.T, doc *openapi3.T, req *http.Request, rec *httptest.ResponseRecorder) {
	t.Helper()
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Fatal(err)
	}
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route},
		Status:                 rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	})
	if err != nil {
		t.Errorf("the answer does not follow the description: %v\n%s", err, rec.Body)
	}
}

// TestFetchingAccountsIsAudited: every access to subscribers' data leaves a
// trace of who it was.
func TestFetchingAccountsIsAudited(t *testing.T) {
	t.Parallel()
	w := &world{}
	engine, _ := serve(t, w)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/pbx/accounts", nil)
	req.Header.Set("Authorization", "Bearer reader")
	rec := httptest.NewRecorder()
	engine.ServeHTTP(rec, req)
	if len(w.audit) != 1 || w.audit[0].Actor != "apikey:k1" {
		t.Errorf("audit = %+v, want one entry of apikey:k1", w.audit)
	}
	if strings.Contains(rec.Body.String(), "secret-word") {
		t.Error("the answer holds the SIP password")
	}
}
