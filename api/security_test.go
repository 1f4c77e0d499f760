package api

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/golden"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/templates"
)

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{})
	for _, path := range []string{"/", "/nothing", "/static/nothing.js", "/manifest.webmanifest"} {
		res, _ := b.get(path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "script-src 'self'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Permissions-Policy": "camera=(self)", "X-Frame-Options": "DENY",
		} {
			if got := res.Header.Get(name); !strings.Contains(got, want) {
				t.Errorf("GET %s: %s = %q, want %q in it", path, name, got, want)
			}
		}
	}
}

// Nothing in a page runs or styles by itself, or the policy would break it.
func TestNoInlineScriptOrStyle(t *testing.T) {
	t.Parallel()
	inline := regexp.MustCompile(`<script[^>]*>[^<]|<style|\sstyle="|\son[a-z]+="|javascript:`)
	for _, state := range kyc.States() {
		b := newBrowser(t, &fakeFlow{state: state, data: anna()})
		b.enter()
		res, _ := b.get("/enroll")
		for _, path := range []string{res.Header.Get("Location"), "/"} {
			if _, text := b.get(path); inline.MatchString(text) {
				t.Errorf("GET %s holds %q", path, inline.FindString(text))
			}
		}
	}
}

func TestForgedRequest(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, header, value string }{
		{"fetch metadata", "Sec-Fetch-Site", "cross-site"},
		{"origin", "Origin", "https://evil.example"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeFlow{state: kyc.Contacts, data: anna()}
			b := newBrowser(t, f)
			b.enter()
			b.header.Del("Sec-Fetch-Site")
			b.header.Set(tc.header, tc.value)
			calls := len(f.calls)
			res, text := b.post("/enroll/withdraw", nil)
			if res.StatusCode != http.StatusForbidden || !strings.Contains(text, "another site") || len(f.calls) != calls {
				t.Errorf("forged POST = %d, calls %v", res.StatusCode, f.calls)
			}
		})
	}
}

// Every route that changes something is a POST; a GET never is.
func TestGetChangesNothing(t *testing.T) {
	t.Parallel()
	for _, state := range kyc.States() {
		f := &fakeFlow{state: state, data: anna(), proof: annasProof()}
		b := newBrowser(t, f)
		b.enter()
		f.calls = nil
		for _, path := range []string{"/enroll", "/enroll/withdraw", "/enroll/contacts/resend-code", "/enroll/document/retake", "/enroll/live/person", "/signout"} {
			b.get(path)
		}
		if len(f.calls) > 0 {
			t.Errorf("%s: GET caused %v", state, f.calls)
		}
	}
}

func TestProblemDocuments(t *testing.T) {
	t.Parallel()
	request := regexp.MustCompile(`urn:vouchline:request:\w+`)
	for _, tc := range []struct {
		name         string
		locale       string
		method, path string
		err          error
		status       int
	}{
		{"not_found", "en", http.MethodGet, "/nothing", nil, http.StatusNotFound},
		{"method", "en", http.MethodDelete, "/signin", nil, http.StatusMethodNotAllowed},
		{"no_session", "fr", http.MethodGet, "/enroll/status", nil, http.StatusUnauthorized},
		{"unknown", "en", http.MethodPost, "/enroll/profile", http.ErrHandlerTimeout, http.StatusInternalServerError},
		{"too_often", "fr", http.MethodGet, "/i/id1", &kyc.RateError{RetryAfter: 90 * time.Second}, http.StatusTooManyRequests},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, &fakeFlow{err: tc.err})
			b.header.Set("Accept", "application/json")
			b.header.Set("Accept-Language", tc.locale)
			res, text := b.do(tc.method, tc.path, "", nil)
			if res.StatusCode != tc.status || res.Header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("%s %s = %d %s, want %d and a problem", tc.method, tc.path, res.StatusCode, res.Header.Get("Content-Type"), tc.status)
			}
			golden.Check(t, filepath.Join("testdata", "problems", tc.name+".json"), []byte(request.ReplaceAllString(text, "urn:vouchline:request:REQUEST")))
		})
	}
}

// A panic becomes an error page that shows nothing of it, and the log holds
// neither paths nor values.
func TestPanicAndLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f := &fakeFlow{state: kyc.Contacts, data: anna()}
	s := newServerWith(t, f, func(c *Config) {
		c.Logger, c.BaseURL = slog.New(slog.NewTextHandler(&log, nil)), "https://id.example.org"
	})
	post := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "https://id.example.org/enroll/link/secret-token?given_names=secret-salt", nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, post)
	cookie := w.Result().Cookies()
	if len(cookie) != 1 || !strings.HasPrefix(cookie[0].Name, "__Host-") || !cookie[0].Secure || !cookie[0].HttpOnly || cookie[0].SameSite != http.SameSiteLaxMode {
		t.Fatalf("cookies = %v, want one that is Secure, HttpOnly and Lax", cookie)
	}
	f.panics = true
	get := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://id.example.org/enroll", nil)
	get.AddCookie(cookie[0])
	w = httptest.NewRecorder()
	s.ServeHTTP(w, get)
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "boom") || !strings.Contains(w.Body.String(), "<h1>") {
		t.Errorf("GET after a panic = %d %s", w.Code, w.Body)
	}
	for _, secret := range []string{"secret-token", "secret-salt", "boom with"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Error("https without Strict-Transport-Security")
	}
}

// The token changes when a browser becomes somebody's: one planted before is
// worth nothing.
func TestSessionTokenChanges(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof()})
	at, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	token := func() string {
		for _, c := range b.client.Jar.Cookies(at) {
			if c.Name == "vouchline" {
				return c.Value
			}
		}
		return ""
	}
	b.enter()
	first := token()
	b.signIn()
	if second := token(); first == "" || first == second {
		t.Errorf("token %q, then %q: want another one", first, second)
	}
}

func TestSessionIdles(t *testing.T) {
	t.Parallel()
	now := noon
	s := newServer(t, &fakeFlow{state: kyc.Contacts, data: anna()})
	s.Clock = func() time.Time { return now }
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/enroll/link/token", nil))
	cookie := w.Result().Cookies()[0]
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{50 * time.Minute, "/enroll/contacts"}, {50 * time.Minute, "/enroll/contacts"}, {61 * time.Minute, "/resume"}} {
		now = now.Add(step.after)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/enroll", nil)
		r.AddCookie(cookie)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != step.want {
			t.Errorf("after %s GET /enroll leads to %q, want %s", now.Sub(noon), got, step.want)
		}
	}
}

// A page with all its files stays under 60 kB: it has to load where the
// network is slow.
func TestStaticFiles(t *testing.T) {
	t.Parallel()
	for state, page := range map[kyc.State]string{
		kyc.Live: "/enroll/live", kyc.Contacts: "/enroll/profile", kyc.Issued: "/enroll/activate", kyc.Confirmation: "/enroll/confirmation", kyc.Document: "/",
	} {
		b := newBrowser(t, &fakeFlow{state: state, data: anna()})
		b.enter()
		_, text := b.get(page)
		total := len(text)
		found := regexp.MustCompile(`/static/[\w.-]+`).FindAllString(text, -1)
		if len(found) < 3 {
			t.Errorf("%s names only %v", page, found)
		}
		slices.Sort(found)
		for _, path := range slices.Compact(found) {
			res, content := b.get(path)
			total += len(content)
			if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("GET %s = %d %s", path, res.StatusCode, res.Header.Get("Cache-Control"))
			}
		}
		if total > 60_000 {
			t.Errorf("%s weighs %d bytes, want at most 60000", page, total)
		}
		t.Logf("%s weighs %d bytes", page, total)
	}
}

// The files are compressed for browsers that take it, and are the same then.
func TestStaticFilesAreCompressed(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{})
	path, err := templates.Asset("style.css")
	if err != nil {
		t.Fatal(err)
	}
	_, plain := b.get(path) // the client asks for gzip by itself and undoes it
	b.header.Set("Accept-Encoding", "gzip")
	res, packed := b.get(path)
	if res.Header.Get("Content-Encoding") != "gzip" || len(packed) > len(plain)/2 {
		t.Errorf("GET %s = %s, %d bytes of %d", path, res.Header.Get("Content-Encoding"), len(packed), len(plain))
	}
	b.header.Set("Accept-Encoding", "identity")
	if res, text := b.get(path); res.Header.Get("Content-Encoding") != "" || text != plain {
		t.Errorf("GET %s without compression = %s, %d bytes, want the same %d", path, res.Header.Get("Content-Encoding"), len(text), len(plain))
	}
}

func TestNewRefusesABadConfiguration(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{}); err == nil {
		t.Error("New(nothing) = nil, want an error")
	}
	full := newServer(t, &fakeFlow{}).Config
	full.BaseURL = "id.example.org"
	if _, err := New(full); err == nil {
		t.Error("New(base URL without a scheme) = nil, want an error")
	}
}
