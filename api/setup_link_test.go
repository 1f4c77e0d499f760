package api

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
)

const linphoneAgent = "LinphoneAndroid/5.2.5 (Pixel 7) LinphoneSDK/5.3.47 (belle-sip/5.3.47)"

// stranger is a browser that nobody is signed in with, at a link that is good.
func stranger(t *testing.T) (*browser, *fakeFlow) {
	t.Helper()
	f := &fakeFlow{state: kyc.Issued, data: anna(), fakePhones: annasPhones()}
	f.offered = "setup-token"
	return newBrowser(t, f), f
}

// as asks like another program.
func (b *browser) as(agent, accept string) *browser {
	other := *b
	other.header = http.Header{"User-Agent": {agent}, "Accept": {accept}}
	return &other
}

// Chats, mail scanners and browsers follow links. None of them uses one up.
func TestPreviewsUseNoSetupLinkUp(t *testing.T) {
	t.Parallel()
	b, f := stranger(t)
	for _, agent := range []string{
		"Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/142.0 Mobile Safari/537.36", "WhatsApp/2.24", "TelegramBot (like TwitterBot)",
		"facebookexternalhit/1.1", "Slackbot-LinkExpanding 1.0", "Google-PageRenderer", "", "curl/8.5.0",
	} {
		for _, accept := range []string{"text/html,*/*;q=0.8", "*/*"} {
			for _, method := range []string{http.MethodGet, http.MethodHead} {
				for _, path := range []string{"/p/setup-token", "/p/setup-token/", "/p/setup-token/linphone.xml", "/p/setup-token/settings.json"} {
					if method == http.MethodHead && strings.HasSuffix(path, "/") {
						continue
					}
					res, text := b.as(agent, accept).do(method, path, "", nil)
					if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || strings.Contains(text, "0123456789") {
						t.Errorf("%s %s by %q = %d, kept as %q", method, path, agent, res.StatusCode, res.Header.Get("Cache-Control"))
					}
				}
			}
		}
	}
	if len(f.asked) != 0 {
		t.Fatalf("previews asked %v", f.asked)
	}
	if res, _ := b.as(linphoneAgent, "").get("/p/setup-token/linphone.xml"); res.StatusCode != http.StatusOK {
		t.Errorf("Linphone is answered %d after previews", res.StatusCode)
	}
}

func TestLinphoneFetches(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]http.Header{
		"by header":     {"X-Linphone-Provisioning": {"1"}, "User-Agent": {"Acme/1.0"}},
		"by its name":   {"User-Agent": {linphoneAgent}},
		"by its engine": {"User-Agent": {"Unknown (belle-sip/4.4.0)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _ := stranger(t)
			b.header = header
			res, text := b.get("/p/setup-token/linphone.xml")
			if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/xml" || res.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("GET = %d %s", res.StatusCode, res.Header.Get("Content-Type"))
			}
			if err := xml.Unmarshal([]byte(text), new(struct{})); err != nil || !strings.Contains(text, ">0123456789abcdefghjkmnpqrs<") {
				t.Errorf("GET = %s, %v", text, err)
			}
			res, text = b.get("/p/setup-token/linphone.xml")
			if res.StatusCode != http.StatusGone || strings.Contains(text, "0123456789") {
				t.Errorf("the second GET = %d", res.StatusCode)
			}
			b.header = http.Header{"Accept": {"text/html"}, "Accept-Language": {"en"}}
			if res, text = b.get("/p/setup-token"); res.StatusCode != http.StatusGone || !strings.Contains(text, "taken already") {
				t.Errorf("a person reads %d %s", res.StatusCode, text)
			}
		})
	}
}

func TestProgramFetchesJSON(t *testing.T) {
	t.Parallel()
	b, _ := stranger(t)
	program := b.as("Acme/1.0", "application/json")
	res, text := program.get("/p/setup-token/settings.json")
	var settings struct{ Username, Password string }
	if err := json.Unmarshal([]byte(text), &settings); err != nil || res.StatusCode != http.StatusOK || settings.Username != "2000001-k3f9ab" || settings.Password == "" {
		t.Fatalf("GET = %d %s, %v", res.StatusCode, text, err)
	}
	for path, status := range map[string]int{"/p/setup-token/settings.json": http.StatusGone, "/p/other/settings.json": http.StatusNotFound} {
		if res, text := program.get(path); res.StatusCode != status || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("GET %s = %d %s", path, res.StatusCode, text)
		}
	}
}

// A desk phone asks for its boot file and its model's first. They are not there,
// and asking for them uses nothing up.
func TestDeskPhoneFetches(t *testing.T) {
	t.Parallel()
	b, f := stranger(t)
	desk := b.as("Yealink SIP-T54W 96.86.0.100 00:15:65:ab:cd:ef", "*/*")
	for _, name := range []string{"001565abcdef.boot", "y000000000000.boot", "y000000000096.cfg", "favicon.ico", "settings"} {
		if res, _ := desk.get("/p/setup-token/" + name); res.StatusCode != http.StatusNotFound || len(f.asked) != 0 {
			t.Errorf("GET %s = %d, asked %v", name, res.StatusCode, f.asked)
		}
	}
	if res, text := desk.get("/p/setup-token/001565abcdef.cfg"); res.StatusCode != http.StatusOK || !strings.HasPrefix(text, "#!version:1.0.0.1\n") {
		t.Errorf("GET = %d %s", res.StatusCode, text)
	}
	if res, _ := desk.get("/p/setup-token/001565abcdef.cfg"); res.StatusCode != http.StatusGone {
		t.Errorf("the next start = %d, want %d", res.StatusCode, http.StatusGone)
	}
}

// A person takes the settings by pressing a button.
func TestPersonTakesSettings(t *testing.T) {
	t.Parallel()
	for file, want := range map[string]string{"linphone.xml": "<config", "settings.json": `"password"`, "settings": `id="setting-password"`} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			b, _ := stranger(t)
			res, text := b.post("/p/setup-token/"+file, nil)
			if res.StatusCode != http.StatusOK || !strings.Contains(text, want) || res.Header.Get("Cache-Control") != "no-store" {
				t.Fatalf("POST = %d %s", res.StatusCode, text)
			}
			if attached := strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment"); attached != (file != "settings") {
				t.Errorf("Content-Disposition = %q", res.Header.Get("Content-Disposition"))
			}
			res, text = b.post("/p/setup-token/"+file, nil)
			if res.StatusCode != http.StatusGone || res.Header.Get("Content-Disposition") != "" || strings.Contains(text, "0123456789") {
				t.Errorf("the second POST = %d", res.StatusCode)
			}
		})
	}
}

func TestHostileSetupLinks(t *testing.T) {
	t.Parallel()
	b, f := stranger(t)
	for _, path := range []string{
		"/p/setup-toke/linphone.xml", "/p/setup-token0/linphone.xml", "/p/%00/linphone.xml", "/p/setup-token/..%2flinphone.xml", "/p/setup-token/linphone.xml%00",
		"/p/setup-token/LINPHONE.XML", "/p/" + strings.Repeat("a", 4000) + "/linphone.xml", "/p/%3Cscript%3E",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			res, text := b.as(linphoneAgent, "").do(method, path, "", nil)
			if res.StatusCode != http.StatusNotFound || strings.Contains(text, "<script>") {
				t.Errorf("%s %.60s = %d", method, path, res.StatusCode)
			}
		}
	}
	f.over = kyc.ErrLineOff // suspended since the link was made
	if res, text := b.as(linphoneAgent, "").get("/p/setup-token/linphone.xml"); res.StatusCode < 400 || strings.Contains(text, "0123456789") {
		t.Errorf("a suspended line is answered %d", res.StatusCode)
	}
	f.over = &kyc.RateError{RetryAfter: time.Minute}
	if res, _ := b.get("/p/setup-token"); res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("too many tries are answered %d", res.StatusCode)
	}
}

// What opens a line, and what is in it, is in no log line, whatever happens.
func TestSetupLinkIsNotLogged(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	f := &fakeFlow{state: kyc.Issued, data: anna(), fakePhones: annasPhones()}
	f.offered = "setup-token"
	s := newServerWith(t, f, func(c *Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.BaseURL = "https://id.example.org"
	})
	for _, broken := range []bool{true, false} {
		if broken {
			f.over = http.ErrHandlerTimeout
		} else {
			f.over = nil
		}
		for _, path := range []string{"/p/setup-token", "/p/setup-token/linphone.xml", "/p/setup-token/nothing", "/account/phone/pair?user_code=BCDF-GHJK"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "https://id.example.org"+path, nil)
			r.Header.Set("User-Agent", linphoneAgent)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Header().Get("Referrer-Policy") != "no-referrer" {
				t.Errorf("GET %s lets its address leave by a referrer", path)
			}
		}
	}
	if log.Len() == 0 {
		t.Fatal("nothing was logged")
	}
	for _, secret := range []string{"setup-token", "0123456789abc", "BCDF", "Eriksson"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log.String())
		}
	}
}
