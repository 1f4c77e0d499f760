package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/pbx"
)

// A code that came with the address is filled in, and nobody is asked about it
// before the subscriber goes on.
func TestPairCodeInTheAddress(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	res, text := b.get("/account/phone/pair?user_code=BCDF-GHJK")
	if res.StatusCode != http.StatusOK || !strings.Contains(text, `value="BCDF-GHJK"`) || strings.Contains(text, "T54W") || len(f.asked) != 0 {
		t.Errorf("GET = %d, asked %v", res.StatusCode, f.asked)
	}
}

func TestPair(t *testing.T) {
	t.Parallel()
	for decision, want := range map[string]string{"allow": "yes", "deny": "no", "": "no"} {
		t.Run("decision "+decision, func(t *testing.T) {
			t.Parallel()
			b, f := phoneBrowser(t)
			res, text := b.post("/account/phone/pair", url.Values{"user_code": {"BCDF-GHJK"}})
			if res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || len(f.asked) != 0 {
				t.Fatalf("POST = %d, asked %v", res.StatusCode, f.asked)
			}
			for _, shown := range []string{"&lt;b&gt;T54W&lt;/b&gt;", "192.0.2.9", "20 November 2026", "Only if the phone is in front of you"} {
				if !strings.Contains(text, shown) {
					t.Errorf("the page lacks %q", shown)
				}
			}
			res, _ = b.post("/account/phone/pair/decide", url.Values{
				"user_code": {"BCDF-GHJK"}, "decision": {decision}, "line": {"2000001"}, "device_name": {"Desk\r\n"},
			})
			if got := "/account/phone?done=" + map[string]string{"yes": "allowed", "no": "denied"}[want]; res.Header.Get("Location") != got {
				t.Errorf("POST decide = %d to %q, want %s", res.StatusCode, res.Header.Get("Location"), got)
			}
			if len(f.asked) != 1 || f.asked[0] != "DecidePairing en1 BCDF-GHJK "+want {
				t.Errorf("asked %v", f.asked)
			}
			if diff := cmp.Diff(kyc.NewDevice{Extension: "2000001", Name: "Desk", Kind: pbx.Desk}, f.device); diff != "" {
				t.Errorf("device (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPairFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, path, code string }{
		{"nothing typed", "/account/phone/pair", ""},
		{"unknown code", "/account/phone/pair", "ZZZZ-ZZZZ"},
		{"late decision", "/account/phone/pair/decide", "BCDF-GHJK"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b, f := phoneBrowser(t)
			f.over = kyc.ErrPairingOver
			res, text := b.post(tc.path, url.Values{"user_code": {tc.code}, "decision": {"allow"}})
			if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="user_code-error"`) || !strings.Contains(text, `value="`+tc.code+`"`) {
				t.Errorf("POST %s = %d", tc.path, res.StatusCode)
			}
		})
	}
}

// Guesses are counted by the flow; the page passes on how long to wait.
func TestPairGuesses(t *testing.T) {
	t.Parallel()
	b, f := phoneBrowser(t)
	f.over = &kyc.RateError{RetryAfter: 90}
	res, _ := b.post("/account/phone/pair/decide", url.Values{"user_code": {"BCDF-GHJK"}})
	if res.StatusCode != http.StatusTooManyRequests {
		t.Errorf("POST = %d, want %d", res.StatusCode, http.StatusTooManyRequests)
	}
}
