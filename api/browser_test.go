package api

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
)

func newServer(t *testing.T, flow Flow) *Server {
	t.Helper()
	return newServerAt(t, flow, func() time.Time { return noon })
}

func newServerAt(t *testing.T, flow Flow, clock func() time.Time) *Server {
	t.Helper()
	return newServerWith(t, flow, func(c *Config) { c.Clock = clock })
}

// newServerWith changes the settings of these tests' servers first.
func newServerWith(t *testing.T, flow Flow, change func(*Config)) *Server {
	t.Helper()
	c := settings(flow)
	change(&c)
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func settings(flow Flow) Config {
	return Config{
		Flow: flow, Sessions: memstore.NewWithCleanupInterval(0), Logger: slog.New(slog.DiscardHandler),
		Clock: func() time.Time { return noon }, BaseURL: "http://id.example.org", SIP: SIP{Server: "pbx.example.org", Realm: "example.org"},
	}
}

// A browser keeps cookies and does not follow redirects.
type browser struct {
	t      *testing.T
	client *http.Client
	base   string
	header http.Header
}

func newBrowser(t *testing.T, flow Flow) *browser {
	t.Helper()
	return newBrowserAt(t, flow, func() time.Time { return noon })
}

func newBrowserAt(t *testing.T, flow Flow, clock func() time.Time) *browser {
	t.Helper()
	return newBrowserOf(t, newServerAt(t, flow, clock))
}

// newBrowserOf is another browser at the same server.
func newBrowserOf(t *testing.T, s *Server) *browser {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &browser{t: t, client: client, base: server.URL, header: http.Header{"Accept": {"text/html"}, "Sec-Fetch-Site": {"same-origin"}}}
}

func (b *browser) do(method, path, mediaType string, body io.Reader) (*http.Response, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header = b.header.Clone()
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res, string(text)
}

func (b *browser) get(path string) (*http.Response, string) {
	b.t.Helper()
	return b.do(http.MethodGet, path, "", nil)
}

func (b *browser) post(path string, form url.Values) (*http.Response, string) {
	b.t.Helper()
	return b.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// enter puts the browser into the fake's enrollment.
func (b *browser) enter() {
	b.t.Helper()
	if res, _ := b.post("/enroll/link/token", nil); res.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("POST link = %d, want %d", res.StatusCode, http.StatusSeeOther)
	}
}

// signIn makes the browser a subscriber's.
func (b *browser) signIn() {
	b.t.Helper()
	if res, _ := b.post("/signin", url.Values{"login": {"anna"}}); res.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("POST /signin = %d, want %d", res.StatusCode, http.StatusSeeOther)
	}
}
