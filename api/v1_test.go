package api

import (
	"encoding/json"
	"net/http"
	"testing"

	v1 "github.com/vouchline/vouchline/api/v1"
)

// Whatever below /v1 goes wrong, and whoever notices it, API or pages: one
// form of answer, one list of codes, words in the caller's language.
func TestProblemsHaveOneForm(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{proof: annasProof()}
	s := newServerWith(t, f, func(c *Config) {
		c.API = &v1.Config{Spec: Description(), Prover: f, Clock: c.Clock, Logger: c.Logger}
	})
	for _, tc := range []struct {
		name, method, path, locale string
		status                     int
		code, title                string
	}{
		{"unknown path", http.MethodGet, "/v1/nothing", "en", http.StatusNotFound, "not_found", "Page not found"},
		{"the prefix alone", http.MethodGet, "/v1", "en", http.StatusNotFound, "not_found", "Page not found"},
		{"wrong method", http.MethodDelete, "/v1/identities/idabc234", "en", http.StatusMethodNotAllowed, "method_not_allowed", "Not possible here"},
		{"impossible id", http.MethodGet, "/v1/identities/a%20b", "fr", http.StatusBadRequest, "bad_request", "Pas compris"},
		{"no key", http.MethodGet, "/v1/pbx/accounts", "fr", http.StatusUnauthorized, "unauthorized", "Clé d’API nécessaire"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowserOf(t, s)
			b.header.Set("Accept", "*/*")
			b.header.Set("Accept-Language", tc.locale)
			res, text := b.do(tc.method, tc.path, "", nil)
			var p v1.Problem
			if err := json.Unmarshal([]byte(text), &p); err != nil || res.Header.Get("Content-Type") != "application/problem+json" {
				t.Fatalf("%s %s = %s %s", tc.method, tc.path, res.Header.Get("Content-Type"), text)
			}
			if res.StatusCode != tc.status || p.Status != tc.status || p.Code != tc.code || p.Type != "urn:vouchline:problem:"+tc.code || p.Title != tc.title {
				t.Errorf("%s %s = %d %s, want %d, code %s and title %q", tc.method, tc.path, res.StatusCode, text, tc.status, tc.code, tc.title)
			}
			if want := "urn:vouchline:request:" + res.Header.Get("X-Request-Id"); p.Instance != want {
				t.Errorf("instance = %s, want %s", p.Instance, want)
			}
		})
	}
}
