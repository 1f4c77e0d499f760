package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
	"github.com/vouchline/vouchline/templates"
)

// fakeLines gives a browser what a test put into it.
type fakeLines struct {
	setup pbx.Setup
	err   error
	asked []string
}

func (f *fakeLines) BrowserLine(_ context.Context, enrollmentID string) (pbx.Setup, error) {
	f.asked = append(f.asked, enrollmentID)
	return f.setup, f.err
}

func annasBrowser() pbx.Setup {
	return pbx.Setup{
		DisplayName: "Anna Maria Eriksson", Extension: "1001", Username: "1001-webweb", Password: "line-secret", Realm: "example.org",
		Domain: "pbx.example.org",
	}
}

// browsersAt is a PBX that takes calls from browsers.
func browsersAt(address string) pbx.Service {
	return pbx.Service{WebSocket: address, STUN: "stun.example.org:3478", Expires: 120, Echo: "600"}
}

// callBrowser is signed in where browsers may call.
func callBrowser(t *testing.T, phone WebPhone) *browser {
	t.Helper()
	f := &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof()}
	f.data.Account.ActivatedAt = noon
	f.data.Identity.ID = "idabc234"
	b := newBrowserOf(t, newServerWith(t, f, func(c *Config) { c.WebPhone = phone }))
	b.post("/signin", nil)
	return b
}

// needScript: what is not Go is built by scripts/webphone.sh.
func needScript(t *testing.T) {
	t.Helper()
	if _, built := templates.Source(callScript); !built {
		testenv.Need(t, "webphone", errors.New("scripts/webphone.sh has not been run"))
	}
}

// The page alone may reach the PBX and hear its subscriber; any other keeps the
// policies as they were. The password is in no page.
func TestCallPage(t *testing.T) {
	t.Parallel()
	needScript(t)
	lines := &fakeLines{setup: annasBrowser()}
	b := callBrowser(t, WebPhone{Lines: lines, PBX: browsersAt("wss://pbx.example.org:8089/ws")})
	res, text := b.get("/account/phone/call")
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("GET = %d, Cache-Control %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	other, _ := b.get("/account/keys")
	for name, change := range map[string][2]string{
		"Content-Security-Policy": {"connect-src 'self'", "connect-src 'self' wss://pbx.example.org:8089"},
		"Permissions-Policy":      {"microphone=()", "microphone=(self)"},
	} {
		if got, want := res.Header.Get(name), strings.Replace(other.Header.Get(name), change[0], change[1], 1); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if len(lines.asked) > 0 || strings.Contains(text, "line-secret") {
		t.Errorf("GET asked for %d credentials, and the page holds the password: %t", len(lines.asked), strings.Contains(text, "line-secret"))
	}
	script := regexp.MustCompile(`<script type="module" src="(/static/built/call\.[0-9a-f]{12}\.js)">`).FindStringSubmatch(text)
	licences := regexp.MustCompile(`href="(/static/built/licences\.[0-9a-f]{12}\.txt)"`).FindStringSubmatch(text)
	if script == nil || licences == nil {
		t.Fatalf("the page names no script (%v) or no licences (%v)", script, licences)
	}
	for path, want := range map[string]string{script[1]: "jssip 3", licences[1]: "Permission is hereby granted, free of charge"} {
		if res, text := b.get(path); res.StatusCode != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("GET %s = %d, want %q in it", path, res.StatusCode, want)
		}
	}
}

func TestCallSetup(t *testing.T) {
	t.Parallel()
	needScript(t)
	lines := &fakeLines{setup: annasBrowser()}
	b := callBrowser(t, WebPhone{Lines: lines, PBX: browsersAt("ws://pbx.example.org/ws")})
	b.header.Set("Accept", "application/json")
	res, text := b.post("/account/phone/call", nil)
	if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("POST = %d, Cache-Control %q: %s", res.StatusCode, res.Header.Get("Cache-Control"), text)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"websocket": "ws://pbx.example.org/ws", "extension": "1001", "display_name": "Anna Maria Eriksson", "domain": "pbx.example.org",
		"username": "1001-webweb", "password": "line-secret", "realm": "example.org", "expires": 120.0,
		"stun": []any{"stun:stun.example.org:3478"}, "echo": "600",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the setup differs (-want +got):\n%s", diff)
	}
	if len(lines.asked) != 1 || lines.asked[0] != "en1" {
		t.Errorf("credentials were asked for %v, want for en1", lines.asked)
	}
}

func TestCallSetupRefused(t *testing.T) {
	t.Parallel()
	needScript(t)
	for _, tt := range []struct {
		name   string
		err    error
		change func(*browser)
		status int
		asked  int
	}{
		{"no line", kyc.ErrNotSubscriber, nil, http.StatusConflict, 1},
		{"too often", &kyc.RateError{RetryAfter: time.Minute}, nil, http.StatusTooManyRequests, 1},
		{"signed out", nil, func(b *browser) { b.post("/signout", nil) }, http.StatusUnauthorized, 0},
		{"another site", nil, func(b *browser) { b.header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			lines := &fakeLines{setup: annasBrowser(), err: tt.err}
			b := callBrowser(t, WebPhone{Lines: lines, PBX: browsersAt("wss://pbx.example.org/ws")})
			b.header.Set("Accept", "application/json")
			if tt.change != nil {
				tt.change(b)
			}
			res, text := b.post("/account/phone/call", nil)
			if res.StatusCode != tt.status || strings.Contains(text, "line-secret") || len(lines.asked) != tt.asked {
				t.Errorf("POST = %d after %d questions, want %d after %d: %s", res.StatusCode, len(lines.asked), tt.status, tt.asked, text)
			}
		})
	}
}

// Where no browser can call, the page says so, and nothing else is opened.
func TestCallPageWithoutPBX(t *testing.T) {
	t.Parallel()
	for name, phone := range map[string]WebPhone{
		"nothing": {}, "no lines": {PBX: browsersAt("wss://pbx.example.org/ws")},
		"no address": {Lines: &fakeLines{}, PBX: browsersAt("")}, "no echo": {Lines: &fakeLines{}, PBX: pbx.Service{WebSocket: "wss://pbx.example.org/ws"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := callBrowser(t, phone)
			b.header.Set("Accept-Language", "en")
			res, text := b.get("/account/phone/call")
			if res.StatusCode != http.StatusOK || !strings.Contains(text, "does not take calls from browsers") || strings.Contains(text, "<script") {
				t.Errorf("GET = %d, want a page that says why there is no test: %s", res.StatusCode, text)
			}
			if got := res.Header.Get("Permissions-Policy"); !strings.Contains(got, "microphone=()") {
				t.Errorf("Permissions-Policy = %q, want no microphone", got)
			}
			if res, _ := b.post("/account/phone/call", nil); res.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("POST = %d, want 503", res.StatusCode)
			}
		})
	}
}

func TestWebSocketAddress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		base, address string
		ok            bool
	}{
		{"https://id.example.org", "wss://pbx.example.org/ws", true},
		{"http://127.0.0.1:8080", "ws://127.0.0.1:8088/ws", true},
		{"https://id.example.org", "ws://pbx.example.org/ws", false},
		{"http://id.example.org", "https://pbx.example.org/ws", false},
		{"http://id.example.org", "wss:///ws", false},
		{"http://id.example.org", "wss://*/ws", false},
		{"http://id.example.org", "wss://a;script-src'unsafe-inline'/ws", false},
		{"http://id.example.org", "wss://a,b/ws", false},
	} {
		c := settings(&fakeFlow{})
		c.BaseURL, c.WebPhone = tt.base, WebPhone{Lines: &fakeLines{}, PBX: browsersAt(tt.address)}
		_, err := New(c)
		if (err == nil) != tt.ok {
			t.Errorf("New with %s at %s = %v, want ok=%t", tt.address, tt.base, err, tt.ok)
		}
	}
}
