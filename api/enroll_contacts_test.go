package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/otp"
)

func TestCodeRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		err    error
		status int
		want   string
	}{
		{"wrong", otp.ErrWrong, http.StatusUnprocessableEntity, "This code is not right"},
		{"spent", otp.ErrSpent, http.StatusUnprocessableEntity, "Ask for a new code"},
		{"too often", &kyc.RateError{RetryAfter: 3 * time.Second}, http.StatusTooManyRequests, "wait a moment"},
		{"unknown", http.ErrHandlerTimeout, http.StatusInternalServerError, "Something went wrong"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeFlow{state: kyc.Contacts, data: anna()}
			b := newBrowser(t, f)
			b.enter()
			f.err = tc.err
			res, text := b.post("/enroll/contacts/code", url.Values{"code": {"123456"}})
			if res.StatusCode != tc.status || !strings.Contains(text, tc.want) {
				t.Errorf("POST code = %d, want %d with %q", res.StatusCode, tc.status, tc.want)
			}
		})
	}
}

// The page says "sent" when the provider took the message, and not before.
func TestContactsTellWhatBecameOfTheMessages(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		contact kyc.Contact
		phone   string
		email   string
	}{
		{"sending", kyc.Contact{}, "We are sending a code to", "We are sending a link to"},
		{"sent", kyc.Contact{SentAt: noon}, "We sent a code to", "We sent a link to"},
		{"delayed", kyc.Contact{SendDelayed: true}, "We keep trying", "We keep trying"},
		{"failed", kyc.Contact{SendFailed: true}, "could not be delivered. Check the number", "could not be delivered. Check the address"},
		{"confirmed", kyc.Contact{SentAt: noon, ValidatedAt: noon}, "is confirmed", "is confirmed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeFlow{state: kyc.Contacts, data: anna()}
			f.data.PhoneCode, f.data.EmailLink = tc.contact, tc.contact
			b := newBrowser(t, f)
			b.enter()
			_, text := b.get("/enroll/contacts")
			for name, want := range map[string]string{"phone": tc.phone, "email": tc.email} {
				shown := regexp.MustCompile(`data-`+name+`="\w+">(?:<p>)?([^<]*)`).FindAllStringSubmatch(text, -1)
				if tc.name == "confirmed" {
					if len(shown) > 0 || strings.Count(text, want) != 2 {
						t.Errorf("%s: the page shows %q, want that it %s", name, shown, want)
					}
					continue
				}
				if len(shown) != 1 || !strings.Contains(shown[0][1], want) {
					t.Errorf("%s: the page shows %q, want one with %q", name, shown, want)
				}
			}
			if _, text := b.get("/enroll/status"); !strings.Contains(text, `"phone":"`+tc.name+`","email":"`+tc.name+`"`) {
				t.Errorf("status = %s", text)
			}
		})
	}
}

// Opening a mailed link asks first: a scanner's GET must validate nothing.
func TestLinkAsksFirst(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Contacts, data: anna()}
	b := newBrowser(t, f)
	if res, text := b.get("/enroll/link/token"); res.StatusCode != http.StatusOK || len(f.calls) > 0 || !strings.Contains(text, `<form method="post">`) {
		t.Errorf("GET link = %d, calls %v", res.StatusCode, f.calls)
	}
	f.err = kyc.ErrLinkInvalid
	if res, text := b.post("/enroll/link/token", nil); res.StatusCode != http.StatusNotFound || !strings.Contains(text, "no longer valid") {
		t.Errorf("POST of an old link = %d", res.StatusCode)
	}
}
