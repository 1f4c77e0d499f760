package v1

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ledger/disclosure"
)

type world struct {
	audit []kyc.AuditEntry
	fail  error
	asked kyc.Reader
	lines // accounts_test.go
	pairing
}

func (w *world) Proof(_ context.Context, id string) (kyc.Proof, error) {
	if w.fail != nil {
		return kyc.Proof{}, w.fail
	}
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	switch id {
	case "idknown":
	case "iderased":
		return kyc.Proof{
			Identity: ledger.Identity{ID: id, Status: ledger.StatusErased, Issuer: "manager", IssuedAt: at, UpdatedAt: at, EndedAt: at, Version: 2},
			Location: ledger.Location{TxID: "abc", Block: 7, Network: ledger.NetworkEmbedded},
		}, nil
	default:
		return kyc.Proof{}, ledger.ErrNotFound
	}
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

func (w *world) History(context.Context, string) ([]ledger.Change, error) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	return []ledger.Change{
		{Version: 1, Kind: ledger.EventIssued, Status: ledger.StatusActive, At: at, TxID: "abc"},
		{Version: 2, Kind: ledger.EventSuspended, Status: ledger.StatusSuspended, Reason: ledger.ReasonUnderReview, At: at, TxID: "def"},
	}, w.fail
}

var (
	rsaKey = ledger.PublicKey{Type: "RSA", Exponent: "AQAB", Modulus: strings.Repeat("A", 342)}
	ecKey  = ledger.PublicKey{Type: "EC", Curve: "P-256", X: strings.Repeat("A", 43), Y: strings.Repeat("B", 43)}
)

func (w *world) Keys(context.Context, string) ([]ledger.SubscriberKey, error) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	return []ledger.SubscriberKey{
		{Thumbprint: "t1", Identity: "idknown", Key: rsaKey, AddedAt: at, RevokedAt: at, TxID: "def"},
		{Thumbprint: "t2", Identity: "idknown", Key: ecKey, AddedAt: at, TxID: "abc"},
	}, w.fail
}

func (w *world) CredentialStatus(_ context.Context, id string) (ledger.CredentialStatus, error) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	return ledger.CredentialStatus{
		Credential: ledger.Credential{ID: id, Identity: "idknown", Digest: "d", ExpiresAt: at, Status: ledger.StatusSuspended, Reason: ledger.ReasonUnderReview, IssuedAt: at},
		Identity:   ledger.StatusActive, At: at,
	}, w.fail
}

func (w *world) Organisation(_ context.Context, id string) (ledger.Organisation, error) {
	return ledger.Organisation{ID: id, Name: "Clinic", Role: ledger.RoleRelyingParty, MSP: "Org2MSP", Status: ledger.StatusActive, Key: ecKey}, w.fail
}

func (w *world) Attributes(_ context.Context, r kyc.Reader, id string) (disclosure.Parcel, error) {
	w.asked = r
	return disclosure.Parcel{
		Identity: id, Organisation: r.Organisation, Sealed: map[string]string{"phone": "a.b.c.d.e"}, WrappedKey: "f.g.h.i.j",
		Digests: map[string]string{"phone": "x"}, Until: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
	}, w.fail
}

func (w *world) CheckKey(_ context.Context, token string) (Caller, error) {
	switch token {
	case "reader":
		return Caller{ID: "k1", Scopes: []string{"pbx:read"}}, nil
	case "reader2":
		return Caller{ID: "k5", Scopes: []string{"pbx:read"}}, nil
	case "writer":
		return Caller{ID: "k4", Scopes: []string{"pbx:write"}}, nil
	case "clinic":
		return Caller{ID: "k3", Scopes: []string{"attributes:read"}, Organisation: "clinic"}, nil
	case "acme":
		return Caller{ID: "k7", Scopes: Scopes(), Organisation: "acme"}, nil
	case "other":
		return Caller{ID: "k2", Scopes: []string{"identities:read"}}, nil
	default:
		return Caller{}, ErrUnauthorized
	}
}

func (w *world) Audit(_ context.Context, e kyc.AuditEntry) error {
	w.audit = append(w.audit, e)
	return nil
}

// description is api/openapi.yaml, read and checked once for all tests.
var description = sync.OnceValues(func() (doc *openapi3.T, err error) {
	if doc, err = openapi3.NewLoader().LoadFromFile("../openapi.yaml"); err != nil {
		return nil, err
	}
	return doc, doc.Validate(context.Background())
})

func serve(t *testing.T, w *world) (*gin.Engine, *openapi3.T) {
	t.Helper()
	doc, err := description()
	if err != nil {
		t.Fatalf("api/openapi.yaml: %v", err)
	}
	spec, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	gin.SetMode(gin.TestMode)
	engine := gin.New()
	engine.Use(func(c *gin.Context) { c.Header("X-Request-Id", "req1") })
	err = Mount(engine, Config{
		Spec: spec, Prover: w, Records: w, Readers: w, Devices: w, Keys: w, Auditor: w,
		PBX: func(organisation string) PBX {
			if organisation == "acme" {
				return PBX{Lines: nobody{}, Accounts: nobody{}, Callers: nobody{}}
			}
			return PBX{Lines: w, Accounts: w, Callers: &callers{}}
		},
		Clock: func() time.Time { return noon }, Logger: slog.New(slog.DiscardHandler), BaseURL: "https://id.example.org",
	})
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
		{name: "erased identity", method: "GET", path: "/v1/identities/iderased", status: 200},
		{name: "history", method: "GET", path: "/v1/identities/idknown/history", status: 200},
		{name: "history of nobody", method: "GET", path: "/v1/identities/idnobody/history", fail: ledger.ErrNotFound, status: 404, kind: "not_found"},
		{name: "keys", method: "GET", path: "/v1/identities/idknown/keys", status: 200},
		{name: "keys of an erased identity", method: "GET", path: "/v1/identities/iderased/keys", fail: ledger.ErrErased, status: 410, kind: "erased"},
		{name: "credential", method: "GET", path: "/v1/credentials/cr1/status", status: 200},
		{name: "impossible credential", method: "GET", path: "/v1/credentials/-/status", status: 400, kind: "bad_request"},
		{name: "organisation", method: "GET", path: "/v1/organisations/clinic", status: 200},
		{name: "impossible organisation", method: "GET", path: "/v1/organisations/Clinic", status: 400, kind: "bad_request"},
		{name: "attributes", method: "GET", path: "/v1/identities/idknown/attributes", key: "clinic", status: 200},
		{name: "attributes without consent", method: "GET", path: "/v1/identities/idknown/attributes", key: "clinic", fail: ledger.ErrNoConsent, status: 403, kind: "no_consent"},
		{name: "attributes without key", method: "GET", path: "/v1/identities/idknown/attributes", status: 401, kind: "unauthorized"},
		{name: "attributes without scope", method: "GET", path: "/v1/identities/idknown/attributes", key: "reader", status: 403, kind: "forbidden"},
		{name: "accounts", method: "GET", path: "/v1/pbx/accounts", key: "reader", status: 200},
		{name: "accounts since", method: "GET", path: "/v1/pbx/accounts?since=7&limit=2", key: "reader", status: 200},
		{name: "bad since", method: "GET", path: "/v1/pbx/accounts?since=yesterday", key: "reader", status: 400, kind: "bad_request"},
		{name: "too many a page", method: "GET", path: "/v1/pbx/accounts?limit=1001", key: "reader", status: 400, kind: "bad_request"},
		{name: "unknown status", method: "GET", path: "/v1/pbx/accounts?status=lost", key: "reader", status: 400, kind: "bad_request"},
		{name: "unknown format", method: "GET", path: "/v1/pbx/accounts?format=opensips", key: "reader", status: 400, kind: "bad_request"},
		{name: "for Asterisk", method: "GET", path: "/v1/pbx/accounts?format=asterisk", key: "reader", status: 200},
		{name: "for Kamailio", method: "GET", path: "/v1/pbx/accounts?format=kamailio&organisation=acme", key: "reader", status: 200},
		{name: "for FreeSWITCH", method: "GET", path: "/v1/pbx/accounts?format=freeswitch", key: "reader", status: 200},
		{name: "as a table", method: "GET", path: "/v1/pbx/accounts?format=csv", key: "reader", status: 200},
		{name: "half a file", method: "GET", path: "/v1/pbx/accounts?format=asterisk&limit=10", key: "reader", status: 400, kind: "bad_request"},
		{name: "file of changes", method: "GET", path: "/v1/pbx/accounts?format=csv&since=3", key: "reader", status: 400, kind: "bad_request"},
		{name: "accounts while the store is away", method: "GET", path: "/v1/pbx/accounts", key: "reader", fail: errors.New("dial tcp 10.0.0.1"), status: 500, kind: "internal"},
		{name: "account", method: "GET", path: "/v1/pbx/accounts/2000001", key: "reader", status: 200},
		{name: "account of nobody", method: "GET", path: "/v1/pbx/accounts/2999999", key: "reader", status: 404, kind: "not_found"},
		{name: "impossible account", method: "GET", path: "/v1/pbx/accounts/anna", key: "reader", status: 400, kind: "bad_request"},
		{name: "contacts", method: "GET", path: "/v1/pbx/accounts/2000001/contacts", key: "reader", status: 200},
		{name: "contacts of nobody", method: "GET", path: "/v1/pbx/accounts/2999999/contacts", key: "reader", status: 404, kind: "not_found"},
		{name: "suspend", method: "POST", path: "/v1/pbx/accounts/2000001/suspend", key: "writer", status: 204},
		{name: "suspend without the scope", method: "POST", path: "/v1/pbx/accounts/2000001/suspend", key: "reader", status: 403, kind: "forbidden"},
		{name: "suspend without a key", method: "POST", path: "/v1/pbx/accounts/2000001/suspend", status: 401, kind: "unauthorized"},
		{name: "resume", method: "POST", path: "/v1/pbx/accounts/2000001/resume", key: "writer", status: 204},
		{name: "rotate", method: "POST", path: "/v1/pbx/accounts/2000001/rotate", key: "writer", status: 204},
		{name: "rotate nobody's", method: "POST", path: "/v1/pbx/accounts/2999999/rotate", key: "writer", status: 404, kind: "not_found"},
		{name: "release", method: "POST", path: "/v1/pbx/accounts/2000001/release", key: "writer", status: 204},
		{name: "release again", method: "POST", path: "/v1/pbx/accounts/2000003/release", key: "writer", status: 204},
		{name: "suspend a released line", method: "POST", path: "/v1/pbx/accounts/2000003/suspend", key: "writer", status: 409, kind: "line_released"},
		{name: "drop", method: "POST", path: "/v1/pbx/accounts/2000001/drop?contact=2000001%3B%40abc", key: "writer", status: 204},
		{name: "drop all", method: "POST", path: "/v1/pbx/accounts/2000001/drop", key: "writer", status: 204},
		{name: "read with a key that writes", method: "GET", path: "/v1/pbx/accounts", key: "writer", status: 403, kind: "forbidden"},
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

// The validator reads JSON and CSV; a file for a PBX is text to it.
func init() {
	for _, mediaType := range []string{"text/xml", "application/xml", "application/sql"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.FileBodyDecoder)
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
	if len(w.audit) != 1 || w.audit[0].Actor != "apikey:k1" || w.audit[0].Action != "GET /v1/pbx/accounts" || w.audit[0].Detail != "json, 2 accounts" {
		t.Errorf("audit = %+v, want one entry of apikey:k1 with the count", w.audit)
	}
	if len(w.did) != 1 || w.did[0] != "find apikey:k1" {
		t.Errorf("asked the flow %q, want once and as the key, which records filter and count", w.did)
	}
	if strings.Contains(rec.Body.String(), "secret-word") {
		t.Error("the answer holds the SIP password")
	}
}

// The audit log is for good, so what a caller puts in the place of an id does
// not get into it.
func TestAuditHoldsNoWordsOfTheCaller(t *testing.T) {
	t.Parallel()
	w := &world{}
	engine, _ := serve(t, w)
	for _, id := range []string{"anna@example.org", "+33612345678", "Anna%20Maria"} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/identities/"+id+"/attributes", nil)
		req.Header.Set("Authorization", "Bearer clinic")
		rec := httptest.NewRecorder()
		engine.ServeHTTP(rec, req)
		if rec.Code != http.StatusBadRequest {
			t.Errorf("GET attributes of %s = %d, want 400", id, rec.Code)
		}
	}
	for _, e := range w.audit {
		if want := "GET /v1/identities/:id/attributes"; e.Action != want || e.Subject+e.Detail != "" {
			t.Errorf("audited %+v, want the action %q alone", e, want)
		}
	}
}

// Attributes are read for the key's organisation and for no other, whatever
// the request says.
func TestReaderIsTheKeysOrganisation(t *testing.T) {
	t.Parallel()
	w := &world{}
	engine, _ := serve(t, w)
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/identities/idknown/attributes?organisation=bank", nil)
	req.Header.Set("Authorization", "Bearer clinic")
	engine.ServeHTTP(httptest.NewRecorder(), req)
	if want := (kyc.Reader{Actor: "apikey:k3@clinic", Organisation: "clinic"}); w.asked != want {
		t.Errorf("asked as %+v, want %+v", w.asked, want)
	}
}

// TestScopesAreThoseOfTheDescription: nobody is given a key that opens nothing,
// and every operation has a key that opens it.
func TestScopesAreThoseOfTheDescription(t *testing.T) {
	t.Parallel()
	_, doc := serve(t, &world{})
	used := map[string]bool{}
	for _, path := range doc.Paths.Map() {
		for _, operation := range path.Operations() {
			if operation.Security == nil {
				continue
			}
			for _, requirement := range *operation.Security {
				for _, scope := range requirement["apiKey"] {
					used[scope] = true
				}
			}
		}
	}
	want := slices.Sorted(slices.Values(Scopes()))
	if got := slices.Sorted(maps.Keys(used)); !slices.Equal(got, want) {
		t.Errorf("the description asks for %q, keys are made for %q", got, want)
	}
}
