package api

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// hostile is markup where a name should be.
const hostile = `"><script>alert(1)</script>`

// A consoleRequest is what the console may be asked.
type consoleRequest struct{ method, path string }

var (
	caseRequests = []consoleRequest{
		{http.MethodGet, "/console"},
		{http.MethodGet, "/console/cases/en1"},
		{http.MethodGet, "/console/cases/en1/photos/selfie-1"},
		{http.MethodGet, "/console/cases/en1/compare/en2"},
		{http.MethodGet, "/console/cases/en1/compare/en2/photos/selfie-1"},
		{http.MethodPost, "/console/cases/en1/ruling"},
	}
	keyRequests = []consoleRequest{
		{http.MethodGet, "/console/keys"},
		{http.MethodPost, "/console/keys"},
		{http.MethodPost, "/console/keys/k1/revoke"},
	}
)

// wantRefused asks for everything and wants nothing of it.
func wantRefused(t *testing.T, b *browser, d *fakeDesk, requests []consoleRequest) {
	t.Helper()
	looks, keys := len(d.looks), len(d.keys)
	for _, r := range requests {
		form := url.Values{"outcome": {"pass"}, "note": {"why"}, "document_number": {"L8"}, "issuing_state": {"UTO"}, "key_name": {"x"}}
		res, text := b.do(r.method, r.path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
		if res.StatusCode != http.StatusForbidden {
			t.Errorf("%s %s = %d, want 403", r.method, r.path, res.StatusCode)
		}
		if strings.Contains(text, "Eriksson") || strings.Contains(text, "JPEG") || strings.Contains(text, "vl_secret") {
			t.Errorf("%s %s shows the case or a key:\n%s", r.method, r.path, text)
		}
	}
	if len(d.looks) != looks || len(d.keys) != keys || d.ruling.Outcome != "" {
		t.Errorf("refused requests reached the desk: %v, keys %v, ruling %q", d.looks[looks:], d.keys, d.ruling.Outcome)
	}
}

func TestConsoleWithoutSession(t *testing.T) {
	t.Parallel()
	d, now := newDesk(), noon
	b := newStaffBrowser(t, d, &fakeFlow{}, &now)
	wantRefused(t, b, d, slices.Concat(caseRequests, keyRequests))
}

// An applicant's or subscriber's session opens nothing here.
func TestApplicantIsNotStaff(t *testing.T) {
	t.Parallel()
	d, now := newDesk(), noon
	b := newStaffBrowser(t, d, &fakeFlow{state: kyc.Contacts, data: anna()}, &now)
	b.enter()
	wantRefused(t, b, d, slices.Concat(caseRequests, keyRequests))
	b.signIn()
	wantRefused(t, b, d, slices.Concat(caseRequests, keyRequests))
}

func TestReviewerHasNoKeys(t *testing.T) {
	t.Parallel()
	d := newDesk()
	b := staffBrowser(t, d, "desk")
	wantRefused(t, b, d, keyRequests)
	res, text := b.get("/console/cases/en1")
	if res.StatusCode != http.StatusOK || !strings.Contains(text, "Eriksson") || strings.Contains(text, "/console/keys") {
		t.Errorf("GET the case as reviewer = %d, want it without the way to the keys", res.StatusCode)
	}
	if want := "agent:rob en1"; !slices.Contains(d.looks, want) {
		t.Errorf("looks = %v, want %q in it", d.looks, want)
	}
}

// The link signs in once, and by a click only: a mail scanner uses none up.
func TestConsoleLink(t *testing.T) {
	t.Parallel()
	d, now := newDesk(), noon
	b := newStaffBrowser(t, d, &fakeFlow{}, &now)
	if res, _ := b.get("/console/link/boss"); res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || len(d.links) != 2 {
		t.Errorf("GET the link = %d %q, links left %v; want a page that is not kept and both links", res.StatusCode, res.Header.Get("Cache-Control"), d.links)
	}
	b.signInStaff("boss")
	if res, _ := b.post("/console/link/boss", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("second use of the link = %d, want 404", res.StatusCode)
	}
	if diff := cmp.Diff([]string{"agent:ada console_sign_in"}, d.actions()); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
	if res, _ := b.get("/console"); res.StatusCode != http.StatusOK {
		t.Errorf("GET /console = %d, want 200", res.StatusCode)
	}
	b.post("/console/leave", nil)
	wantRefused(t, b, d, slices.Concat(caseRequests, keyRequests))
}

// Signing in takes the place of who used the browser before, so that a session
// planted in it sees nothing.
func TestStaffTokenChanges(t *testing.T) {
	t.Parallel()
	d, now := newDesk(), noon
	b := newStaffBrowser(t, d, &fakeFlow{state: kyc.Contacts, data: anna()}, &now)
	b.enter()
	at, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	planted := b.client.Jar.Cookies(at)
	b.signInStaff("boss")
	b.client.Jar.SetCookies(at, planted)
	wantRefused(t, b, d, caseRequests)
}

func TestConsoleIdles(t *testing.T) {
	t.Parallel()
	d, now := newDesk(), noon
	b := newStaffBrowser(t, d, &fakeFlow{}, &now)
	b.signInStaff("boss")
	for range 3 { // in use it goes on
		now = now.Add(14 * time.Minute)
		if res, _ := b.get("/console"); res.StatusCode != http.StatusOK {
			t.Fatalf("GET /console at %s = %d, want 200", now, res.StatusCode)
		}
	}
	now = now.Add(15*time.Minute + time.Second)
	wantRefused(t, b, d, slices.Concat(caseRequests, keyRequests))
	wantRefused(t, b, d, caseRequests) // being refused is not being in use
}

// What applicants and programs call themselves is text, wherever it is shown.
func TestConsoleEscapes(t *testing.T) {
	t.Parallel()
	d := newDesk()
	p := &d.data.Profile
	p.GivenNames, p.FamilyNames, p.BirthPlace, p.Email, p.Username = hostile, hostile, hostile, hostile, hostile
	d.data.Answers = map[string]string{"profession": hostile, "line_use": hostile}
	d.data.Live.Words, d.data.Live.Read = []string{hostile}, []string{hostile}
	d.data.Document.Reading = &ocr.Reading{MRZ: &ocr.MRZ{Lines: []string{hostile}}}
	d.data.Document.Comparisons = []ocr.FieldComparison{{Field: "given_names", Claimed: hostile, Read: hostile, Agreement: ocr.Differ}}
	d.keys = []APIKey{{ID: "k1", Name: hostile, Created: noon}}
	b := staffBrowser(t, d, "boss")
	for _, path := range []string{"/console", "/console/cases/en1", "/console/keys"} {
		_, text := b.get(path)
		if strings.Contains(text, "<script>alert") {
			t.Errorf("GET %s holds the script", path)
		}
		if !strings.Contains(text, "&lt;script&gt;alert") {
			t.Errorf("GET %s lacks the name", path)
		}
	}
	_, text := b.post("/console/cases/en1/ruling", url.Values{"outcome": {"pass"}, "document_number": {hostile}, "note": {hostile}, "issuing_state": {hostile}})
	if strings.Contains(text, "<script>alert") {
		t.Error("the refused ruling holds the script")
	}
}

func TestConsoleForgery(t *testing.T) {
	t.Parallel()
	d := newDesk()
	b := staffBrowser(t, d, "boss")
	var posts []consoleRequest
	for _, r := range slices.Concat(caseRequests, keyRequests) {
		if r.method == http.MethodPost {
			posts = append(posts, r)
		}
	}
	b.header.Set("Sec-Fetch-Site", "cross-site")
	wantRefused(t, b, d, posts)
	b.header.Del("Sec-Fetch-Site")
	b.header.Set("Origin", "https://evil.example")
	wantRefused(t, b, d, posts)
}

func TestKeysPage(t *testing.T) {
	t.Parallel()
	d := newDesk()
	b := staffBrowser(t, d, "boss")
	if res, text := b.post("/console/keys", url.Values{"key_name": {" "}, "key_scope": {"pbx:read"}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="key_name-error"`) || len(d.keys) > 0 {
		t.Errorf("POST without a name = %d, keys %v; want 422 and none", res.StatusCode, d.keys)
	}
	res, text := b.post("/console/keys", url.Values{"key_name": {"Asterisk"}, "key_scope": {"pbx:read"}})
	if res.StatusCode != http.StatusOK || !strings.Contains(text, "vl_secret") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("POST a key = %d, want a page with it that is not kept", res.StatusCode)
	}
	if _, text := b.get("/console/keys"); strings.Contains(text, "vl_secret") || !strings.Contains(text, "Asterisk") {
		t.Error("GET /console/keys shows the key again, or not its name")
	}
	if diff := cmp.Diff([]APIKey{{ID: "k1", Name: "Asterisk", Scopes: []string{"pbx:read"}, Created: noon}}, d.keys); diff != "" {
		t.Errorf("keys (-want +got), the PBX's with no organisation:\n%s", diff)
	}
	if res, _ := b.post("/console/keys/k2/revoke", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("POST revoke of no key = %d, want 404", res.StatusCode)
	}
	b.post("/console/keys/k1/revoke", nil)
	if !d.keys[0].Revoked {
		t.Error("the key is not revoked")
	}
	if diff := cmp.Diff([]string{"agent:ada console_sign_in", "agent:ada create_api_key", "agent:ada revoke_api_key"}, d.actions()); diff != "" {
		t.Errorf("audit (-want +got):\n%s", diff)
	}
}
