package v1

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
)

// question is what mod_xml_curl posts when a phone registers, with headers of
// the phone's own among it.
func question(user string) url.Values {
	return url.Values{
		"hostname": {"fs1"}, "section": {"directory"}, "tag_name": {"domain"}, "key_name": {"name"}, "key_value": {"vouchline"},
		"Event-Name": {"REQUEST_PARAMS"}, "action": {"sip_auth"}, "sip_profile": {"internal"}, "sip_user_agent": {"Phone"},
		"sip_auth_username": {user}, "sip_auth_realm": {"vouchline"}, "sip_auth_nonce": {"n"}, "sip_auth_uri": {"sip:vouchline"},
		"sip_auth_method": {"REGISTER"}, "X-Anything": {"a", "b"}, "key": {"id"}, "user": {user}, "domain": {"vouchline"}, "ip": {"192.0.2.1"},
	}
}

func lookUp(t *testing.T, e *gin.Engine, key string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/pbx/freeswitch/directory", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if key != "" {
		req.SetBasicAuth("freeswitch", key)
	}
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	doc, err := description()
	if err != nil {
		t.Fatal(err)
	}
	checkResponse(t, doc, req, rec)
	return rec
}

func TestFreeSWITCHIsAnswered(t *testing.T) {
	t.Parallel()
	dialling := question("2000001-k3f9ab")
	dialling.Set("action", "user_call")
	twice := question("2000001-k3f9ab")
	twice.Add("user", "2000002-k3f9ab")
	for _, tc := range []struct {
		name  string
		form  url.Values
		fail  error
		found bool
	}{
		{"a credential", question("2000001-k3f9ab"), nil, true},
		{"one that has ended", question("2000001-aaaaaa"), nil, false},
		{"the number alone", question("2000001"), nil, false},
		{"suspended", question("2000002-k3f9ab"), nil, false},
		{"released", question("2000003-k3f9ab"), nil, false},
		{"unknown", question("2999999-k3f9ab"), nil, false},
		{"dialling", dialling, nil, false},
		{"two users", twice, nil, false},
		{"another section", url.Values{"section": {"dialplan"}}, nil, false},
		{"nothing", url.Values{}, nil, false},
		{"the store is away", question("2000001-k3f9ab"), errors.New("dial tcp"), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			engine, _ := serve(t, &world{fail: tc.fail})
			rec := lookUp(t, engine, "reader", tc.form)
			body := rec.Body.String()
			if rec.Code != http.StatusOK || !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/xml") {
				t.Fatalf("POST = %d %s, want 200 and XML", rec.Code, rec.Header().Get("Content-Type"))
			}
			if strings.Contains(body, "a1-hash") != tc.found || strings.Contains(body, `status="not found"`) == tc.found {
				t.Errorf("the answer is not what it should be (found %t):\n%s", tc.found, body)
			}
		})
	}
}

func TestFreeSWITCHNeedsAKey(t *testing.T) {
	t.Parallel()
	engine, _ := serve(t, &world{})
	for _, tc := range []struct {
		key  string
		want int
	}{{"", 401}, {"stolen", 401}, {"writer", 403}} {
		rec := lookUp(t, engine, tc.key, question("2000001-k3f9ab"))
		if rec.Code != tc.want || strings.Contains(rec.Body.String(), "a1-hash") {
			t.Errorf("with the key %q = %d, want %d", tc.key, rec.Code, tc.want)
		}
		if tc.want == 401 && !strings.HasPrefix(rec.Header().Get("WWW-Authenticate"), "Basic ") {
			t.Errorf("WWW-Authenticate = %q, want Basic", rec.Header().Get("WWW-Authenticate"))
		}
	}
}

// A PBX asks at every registration; the audit log is told once an hour.
func TestLookupsAreRecordedOnce(t *testing.T) {
	t.Parallel()
	w := &world{}
	engine, _ := serve(t, w)
	for range 20 {
		lookUp(t, engine, "reader", question("2000001-k3f9ab"))
	}
	if len(w.audit) != 1 || w.audit[0].Actor != "apikey:k1" {
		t.Errorf("audit = %+v, want one entry of apikey:k1", w.audit)
	}
}

// Who finds somebody needs longer than who finds nobody; neither answer leaves
// before the same time has passed.
func TestKnownAndUnknownTakeAsLong(t *testing.T) {
	t.Parallel()
	engine, _ := serve(t, &world{})
	for _, user := range []string{"2000001-k3f9ab", "2999999-k3f9ab", "nobody"} {
		began := time.Now()
		lookUp(t, engine, "reader", question(user))
		if took := time.Since(began); took < directoryTime {
			t.Errorf("%s was answered after %v, want %v or more", user, took, directoryTime)
		}
	}
}

// Strangers wait after too many keys that are none; a PBX with a good key, from
// the very same network, does not.
func TestStrangersDoNotCutAPBXOff(t *testing.T) {
	t.Parallel()
	engine, _ := serve(t, &world{})
	if rec := lookUp(t, engine, "reader", question("2000001-k3f9ab")); rec.Code != http.StatusOK {
		t.Fatalf("POST = %d, want 200", rec.Code)
	}
	for range strangerTries {
		fetch(t, engine, http.MethodGet, "/v1/pbx/accounts", "stolen")
	}
	rec := fetch(t, engine, http.MethodGet, "/v1/pbx/accounts", "stolen")
	if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") != "60" {
		t.Errorf("the next stolen key = %d, Retry-After %q, want 429 and 60", rec.Code, rec.Header().Get("Retry-After"))
	}
	if rec := lookUp(t, engine, "reader", question("2000001-k3f9ab")); rec.Code != http.StatusOK {
		t.Errorf("the PBX's key = %d, want 200", rec.Code)
	}
}
