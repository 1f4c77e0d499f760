package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/api"
	v1 "github.com/vouchline/vouchline/api/v1"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/store"
	"github.com/vouchline/vouchline/store/storetest"
)

// A keyedService is the API over a real store, with lines of several
// organisations.
type keyedService struct {
	store  *store.Store
	engine *gin.Engine
	keys   map[string]string // by organisation
	owner  map[string]string // by number
}

func newKeyedService(t *testing.T, lines int, organisations ...string) *keyedService {
	t.Helper()
	gin.SetMode(gin.TestMode)
	st := storetest.New(t, time.Now)
	flow := &kyc.Flow{Enrollments: st, Accounts: st, Finder: st, Past: st, Auditor: st, Throttle: st, Keyring: st.Keyring(), Clock: time.Now}
	s := &keyedService{store: st, engine: gin.New(), keys: map[string]string{}, owner: map[string]string{}}
	err := v1.Mount(s.engine, v1.Config{
		Spec: api.Description(), Keys: console{st}, PBX: linesOf(flow), Auditor: st, Clock: time.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, organisation := range organisations {
		_, token, err := st.CreateAPIKey(t.Context(), "pbx", []string{v1.ScopePBX, v1.ScopePBXWrite, v1.ScopePassport}, organisation)
		if err != nil {
			t.Fatal(err)
		}
		s.keys[organisation] = token
	}
	for n := range lines {
		s.subscribe(t, n)
	}
	return s
}

// subscribe saves somebody with a line that is on.
func (s *keyedService) subscribe(t *testing.T, n int) {
	t.Helper()
	identity, extension := fmt.Sprintf("identity%d", n), fmt.Sprint(2000000+n)
	e, err := kyc.Restore(kyc.Snapshot{ID: fmt.Sprintf("en%d", n), State: kyc.Issued, CreatedAt: time.Now(), UpdatedAt: time.Now(), Data: kyc.Data{
		Locale: "en", Identity: kyc.Identity{ID: identity},
		Profile: kyc.Profile{GivenNames: "Anna", FamilyNames: "Eriksson", Phone: fmt.Sprintf("+336123456%02d", n), Email: fmt.Sprintf("anna%d@example.org", n)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.Create(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	err = s.store.SaveAccount(t.Context(), pbx.Account{
		Extension: extension, Realm: "vouchline", AOR: pbx.NewAOR(extension, "vouchline"), DisplayName: "Anna Eriksson", IdentityID: identity, Enabled: true,
		Devices: []pbx.Device{{ID: "k3f9ab2c", Kind: pbx.App, Credentials: []pbx.Credential{pbx.NewCredential(extension+"-k3f9ab", "vouchline", "secret")}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *keyedService) move(t *testing.T, extension, organisation string) {
	t.Helper()
	_, err := s.store.UpdateAccount(t.Context(), extension, func(a *pbx.Account) ([]kyc.Effect, error) { a.Organisation = organisation; return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	s.owner[extension] = organisation
}

// ask sends a request with an organisation's key, which the directory of
// FreeSWITCH wants as a password.
func (s *keyedService) ask(t *testing.T, organisation, method, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(form.Encode()))
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Authorization", "Bearer "+s.keys[organisation])
	if strings.Contains(path, "freeswitch/") {
		req.SetBasicAuth("freeswitch", s.keys[organisation])
	}
	rec := httptest.NewRecorder()
	s.engine.ServeHTTP(rec, req)
	return rec
}

func lookup(extension string) url.Values {
	return url.Values{
		"section": {"directory"}, "tag_name": {"domain"}, "key_name": {"name"}, "key_value": {"vouchline"}, "action": {"sip_auth"},
		"key": {"id"}, "user": {extension + "-k3f9ab"}, "domain": {"vouchline"}, "sip_auth_method": {"REGISTER"},
		"sip_auth_username": {extension + "-k3f9ab"}, "sip_auth_realm": {"vouchline"},
	}
}

// Every operation answers of another organisation's number, of everyone's, and of
// none, alike to the byte.
func TestForeignNumbersAreNone(t *testing.T) {
	t.Parallel()
	s := newKeyedService(t, 3, "acme")
	s.move(t, "2000000", "acme")
	s.move(t, "2000001", "birch")
	for _, o := range []struct {
		name, method, path string
		form               func(extension string) url.Values
		found              int
	}{
		{"page", "GET", "/v1/pbx/accounts?extension=%s&limit=1", nil, 200},
		{"Asterisk", "GET", "/v1/pbx/accounts?format=asterisk&extension=%s", nil, 200},
		{"FreeSWITCH", "POST", "/v1/pbx/freeswitch/directory?%.0s", lookup, 200},
		{"account", "GET", "/v1/pbx/accounts/%s", nil, 200},
		{"contacts", "GET", "/v1/pbx/accounts/%s/contacts", nil, 200},
		{"rotate", "POST", "/v1/pbx/accounts/%s/rotate", nil, 204},
		{"suspend", "POST", "/v1/pbx/accounts/%s/suspend", nil, 204},
		{"resume", "POST", "/v1/pbx/accounts/%s/resume", nil, 204},
		{"drop", "POST", "/v1/pbx/accounts/%s/drop", nil, 503},       // no PBX here
		{"release", "POST", "/v1/pbx/accounts/%s/release", nil, 204}, // the last: the line is gone
	} {
		answers := map[string]string{}
		for _, extension := range []string{"2000001", "2000002", "2999999", "2000000"} {
			var form url.Values
			if o.form != nil {
				form = o.form(extension)
			}
			rec := s.ask(t, "acme", o.method, fmt.Sprintf(o.path, extension), form)
			answers[extension] = fmt.Sprint(rec.Code, rec.Header().Get("Vouchline-Revision"), strings.ReplaceAll(rec.Body.String(), extension, "N"))
			if extension == "2000000" && rec.Code != o.found {
				t.Errorf("%s of its own = %d %s, want %d", o.name, rec.Code, rec.Body, o.found)
			}
		}
		if answers["2000001"] != answers["2999999"] || answers["2000002"] != answers["2999999"] {
			t.Errorf("%s of another's = %s\nof everyone's = %s\nof nobody's = %s", o.name, answers["2000001"], answers["2000002"], answers["2999999"])
		}
		if answers["2000000"] == answers["2999999"] {
			t.Errorf("%s of its own = %s, as of nobody's", o.name, answers["2000000"])
		}
	}
	entries, err := s.store.AuditLog(t.Context(), kyc.LineSubject(pbx.Account{IdentityID: "identity0", Extension: "2000000"}), 100)
	if err != nil || len(entries) == 0 {
		t.Fatalf("AuditLog() = %d entries, %v", len(entries), err)
	}
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Actor, "@acme") {
			t.Errorf("the audit log does not say for whom: %+v", entry)
		}
	}
}

// Lines change hands at random while keys read them in every form: no answer has
// a line that is not the key's at that moment, but for those that left, of which
// it has the number and that they are released.
func TestKeysNeverSeeAForeignNumber(t *testing.T) {
	t.Parallel()
	const lines = 12
	organisations := []string{"", "acme", "birch"}
	s := newKeyedService(t, lines, organisations...)
	draw := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // the same sequence each time
	paths := []string{
		"/v1/pbx/accounts", "/v1/pbx/accounts?limit=2", "/v1/pbx/accounts?since=1", "/v1/pbx/accounts?since=1&limit=2", "/v1/pbx/accounts?name=anna",
		"/v1/pbx/accounts?organisation=birch", "/v1/pbx/accounts?status=on", "/v1/pbx/accounts?identity_id=identity3", "/v1/pbx/accounts?format=asterisk",
		"/v1/pbx/accounts?format=kamailio", "/v1/pbx/accounts?format=freeswitch", "/v1/pbx/accounts?format=csv&organisation=acme",
	}
	for range 40 {
		s.move(t, fmt.Sprint(2000000+draw.IntN(lines)), organisations[draw.IntN(3)])
		organisation, path := organisations[1+draw.IntN(2)], paths[draw.IntN(len(paths))]
		for path != "" {
			rec := s.ask(t, organisation, http.MethodGet, path, nil)
			if rec.Code != http.StatusOK {
				t.Fatalf("GET %s = %d %s", path, rec.Code, rec.Body)
			}
			s.checkOwn(t, organisation, path, rec)
			link, _, _ := strings.Cut(rec.Header().Get("Link"), ">")
			path = strings.TrimPrefix(link, "<")
		}
	}
	if rec := s.ask(t, "", http.MethodGet, "/v1/pbx/accounts", nil); strings.Count(rec.Body.String(), `"extension"`) != lines {
		t.Errorf("the operator's key sees %d lines, want all", strings.Count(rec.Body.String(), `"extension"`))
	}
}

func (s *keyedService) checkOwn(t *testing.T, organisation, path string, rec *httptest.ResponseRecorder) {
	t.Helper()
	body, departed := rec.Body.String(), []string{}
	if strings.HasPrefix(rec.Header().Get("Content-Type"), "application/json") {
		var list v1.AccountList
		if err := json.NewDecoder(io.Reader(strings.NewReader(body))).Decode(&list); err != nil {
			t.Fatal(err)
		}
		for _, a := range list.Accounts {
			if a.Status == v1.LineReleased && a.IdentityId == "" && a.DisplayName == "" && len(a.Credentials) == 0 {
				departed = append(departed, a.Extension)
			}
		}
	}
	for n := range 12 {
		extension := fmt.Sprint(2000000 + n)
		foreign := s.owner[extension] != organisation
		if foreign && (strings.Contains(body, extension) && !slices.Contains(departed, extension) || strings.Contains(body, fmt.Sprintf("identity%d\"", n))) {
			t.Errorf("GET %s with the key of %s tells of %s, which is of %q:\n%s", path, organisation, extension, s.owner[extension], body)
		}
	}
	if len(departed) > 0 && !strings.Contains(path, "since=") {
		t.Errorf("GET %s lists %q, which are of others", path, departed)
	}
}
