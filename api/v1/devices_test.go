package v1

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// pairing is a flow's answers to a phone.
type pairing struct{ poll error }

func (w *world) BeginPairing(context.Context, string, string) (kyc.Pairing, error) {
	return kyc.Pairing{DeviceCode: "dc1", UserCode: "WDJB-MJHT", Expires: noon.Add(10 * time.Minute), Interval: 5 * time.Second}, w.fail
}

func (w *world) PollPairing(_ context.Context, code string) (string, error) {
	if code != "dc1" {
		return "", kyc.ErrExpired
	}
	return "token1", w.poll
}

func (w *world) DeviceSetup(_ context.Context, token string) (pbx.Setup, error) {
	if token != "token1" {
		return pbx.Setup{}, kyc.ErrToken
	}
	return pbx.Setup{
		DisplayName: "Anna", Extension: "2000001", Username: "2000001-k3f9ab", Password: "0123456789abcdefghjkmnpqrs", Realm: "vouchline", Domain: "vouchline",
		Service: pbx.Service{Server: "sip.example.org", Transport: "tls", Expires: 120},
	}, w.fail
}

// phone posts a form, or fetches with a token where there is none.
func phoneAsks(t *testing.T, w *world, path, token string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	engine, doc := serve(t, w)
	method, body := http.MethodGet, io.Reader(http.NoBody)
	if form != nil {
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	req := httptest.NewRequestWithContext(t.Context(), method, path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	engine.ServeHTTP(rec, req)
	checkResponse(t, doc, req, rec)
	return rec
}

func TestPhoneBeginsToPair(t *testing.T) {
	t.Parallel()
	rec := phoneAsks(t, &world{}, "/v1/devices/authorize", "", url.Values{"client_id": {"Snom D785"}})
	var got DeviceAuthorization
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("POST = %d %s", rec.Code, rec.Body)
	}
	want := DeviceAuthorization{
		DeviceCode: "dc1", UserCode: "WDJB-MJHT", ExpiresIn: 600, Interval: 5, VerificationUri: "https://id.example.org/account/phone/pair",
		VerificationUriComplete: "https://id.example.org/account/phone/pair?user_code=WDJB-MJHT",
	}
	if got != want {
		t.Errorf("POST = %+v, want %+v", got, want)
	}
}

// Phones know the errors of RFC 6749 and RFC 8628 alone.
func TestPhoneIsToldAsOAuthHasIt(t *testing.T) {
	t.Parallel()
	poll := url.Values{"grant_type": {deviceGrant}, "device_code": {"dc1"}}
	for _, tc := range []struct {
		name   string
		poll   error
		form   url.Values
		status int
		code   string
	}{
		{"paired", nil, poll, 200, ""},
		{"not yet", kyc.ErrPending, poll, 400, "authorization_pending"},
		{"too often", kyc.ErrSlowDown, poll, 400, "slow_down"},
		{"refused", kyc.ErrDenied, poll, 400, "access_denied"},
		{"late", kyc.ErrExpired, poll, 400, "expired_token"},
		{"another grant", nil, url.Values{"grant_type": {"password"}, "device_code": {"dc1"}}, 400, "unsupported_grant_type"},
		{"no code", nil, url.Values{"grant_type": {deviceGrant}}, 400, "invalid_request"},
		{"an unknown code", nil, url.Values{"grant_type": {deviceGrant}, "device_code": {"dc2"}}, 400, "expired_token"},
		{"our fault", errors.New("dial tcp 10.0.0.1"), poll, 500, "server_error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rec := phoneAsks(t, &world{pairing: pairing{poll: tc.poll}}, "/v1/devices/token", "", tc.form)
			var got struct {
				OAuthError
				DeviceToken
			}
			if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != tc.status || string(got.Error) != tc.code {
				t.Errorf("POST = %d %s, want %d %q", rec.Code, rec.Body, tc.status, tc.code)
			}
			if rec.Header().Get("Cache-Control") != "no-store" || strings.Contains(rec.Body.String(), "10.0.0.1") {
				t.Errorf("Cache-Control %q and %s, want no-store and nothing inner", rec.Header().Get("Cache-Control"), rec.Body)
			}
			if tc.status == 200 && (got.AccessToken != "token1" || got.TokenType != Bearer) {
				t.Errorf("POST = %s, want a bearer token", rec.Body)
			}
		})
	}
}

func TestPhonesOfOneSourceAreSlowedDown(t *testing.T) {
	t.Parallel()
	engine, _ := serve(t, &world{pairing: pairing{poll: kyc.ErrPending}})
	post := func(path string, form url.Values) *httptest.ResponseRecorder {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		rec := httptest.NewRecorder()
		engine.ServeHTTP(rec, req)
		return rec
	}
	poll := url.Values{"grant_type": {deviceGrant}, "device_code": {"dc1"}}
	for range deviceTries {
		if rec := post("/v1/devices/token", poll); !strings.Contains(rec.Body.String(), "authorization_pending") {
			t.Fatalf("POST = %s, want authorization_pending", rec.Body)
		}
	}
	if rec := post("/v1/devices/token", poll); rec.Code != 400 || !strings.Contains(rec.Body.String(), "slow_down") {
		t.Errorf("POST = %d %s, want slow_down", rec.Code, rec.Body)
	}
	rec := post("/v1/devices/authorize", url.Values{"client_id": {"x"}})
	if rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") == "" {
		t.Errorf("POST authorize = %d, Retry-After %q, want 429 with one", rec.Code, rec.Header().Get("Retry-After"))
	}
}

func TestPhoneFetchesItsConfiguration(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, path, token string
		fail              error
		status            int
		contentType       string
	}{
		{"json", "/v1/devices/configuration", "token1", nil, 200, "application/json"},
		{"for Linphone", "/v1/devices/configuration?format=linphone", "token1", nil, 200, "application/xml"},
		{"signed out", "/v1/devices/configuration", "token2", nil, 401, "application/problem+json"},
		{"no token", "/v1/devices/configuration", "", nil, 401, "application/problem+json"},
		{"line off", "/v1/devices/configuration", "token1", kyc.ErrLineOff, 403, "application/problem+json"},
		{"unknown format", "/v1/devices/configuration?format=snom", "token1", nil, 400, "application/problem+json"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rec := phoneAsks(t, &world{fail: tc.fail}, tc.path, tc.token, nil)
			if rec.Code != tc.status || rec.Header().Get("Content-Type") != tc.contentType {
				t.Fatalf("GET = %d %s, want %d %s: %s", rec.Code, rec.Header().Get("Content-Type"), tc.status, tc.contentType, rec.Body)
			}
			if has := strings.Contains(rec.Body.String(), "0123456789abcdefghjkmnpqrs"); has != (tc.status == 200) {
				t.Errorf("the answer has the password: %t", has)
			}
			if tc.status == 200 && rec.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control = %q, want no-store", rec.Header().Get("Cache-Control"))
			}
		})
	}
}

// Phones that were signed out ask on; a paired one at the same address is not
// kept from its settings.
func TestSignedOutPhonesAreSlowedDownAlone(t *testing.T) {
	t.Parallel()
	engine, _ := serve(t, &world{})
	for range strangerTries {
		if rec := fetch(t, engine, http.MethodGet, "/v1/devices/configuration", "token2"); rec.Code != http.StatusUnauthorized {
			t.Fatalf("GET with a token that is none = %d, want 401", rec.Code)
		}
	}
	if rec := fetch(t, engine, http.MethodGet, "/v1/devices/configuration", "token2"); rec.Code != http.StatusTooManyRequests || rec.Header().Get("Retry-After") == "" {
		t.Errorf("one more = %d, Retry-After %q, want 429 with one", rec.Code, rec.Header().Get("Retry-After"))
	}
	if rec := fetch(t, engine, http.MethodGet, "/v1/devices/configuration", "token1"); rec.Code != http.StatusOK {
		t.Errorf("the paired phone = %d, want 200", rec.Code)
	}
}
