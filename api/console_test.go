package api

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
	"github.com/google/go-cmp/cmp"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ocr"
)

// fakeDesk is everything the console needs: one case, one photograph, links
// that are used up, keys, and the audit log.
type fakeDesk struct {
	data  kyc.Data
	state kyc.State
	links map[string]StaffMember
	keys  []APIKey
	// otherName is the given names of the enrollment that matched.
	otherName string

	ruling  kyc.Ruling
	looks   []string // at evidence
	entries []kyc.AuditEntry
}

func (d *fakeDesk) enrollment(id string) (*kyc.Enrollment, error) {
	if id != "en1" {
		return nil, kyc.ErrNotFound
	}
	return kyc.Restore(kyc.Snapshot{ID: "en1", State: d.state, Version: 3, CreatedAt: noon, UpdatedAt: noon, Data: d.data})
}

func (d *fakeDesk) Referrals(context.Context, int) ([]*kyc.Enrollment, error) {
	d.looks = append(d.looks, "queue")
	e, err := d.enrollment("en1")
	return []*kyc.Enrollment{e}, err
}

func (d *fakeDesk) Review(_ context.Context, agent, id string) (*kyc.Enrollment, error) {
	d.looks = append(d.looks, agent+" "+id)
	return d.enrollment(id)
}

func (d *fakeDesk) ReviewPhoto(_ context.Context, agent, id, name string) ([]byte, error) {
	if id != "en1" || name != d.data.Selfie.Photo {
		return nil, kyc.ErrNotFound
	}
	d.looks = append(d.looks, agent+" "+id+" "+name)
	return []byte("a JPEG"), nil
}

// ReviewMatch knows en2, which has the same data and other names.
func (d *fakeDesk) ReviewMatch(_ context.Context, agent, id, other string) (*kyc.Enrollment, error) {
	if id != "en1" || other != "en2" {
		return nil, kyc.ErrNotFound
	}
	d.looks = append(d.looks, agent+" "+other+" beside "+id)
	data := d.data
	data.Profile.GivenNames = d.otherName
	return kyc.Restore(kyc.Snapshot{ID: other, State: kyc.Issued, Version: 1, Data: data})
}

func (d *fakeDesk) ReviewMatchPhoto(ctx context.Context, agent, id, other, name string) ([]byte, error) {
	if _, err := d.ReviewMatch(ctx, agent, id, other); err != nil {
		return nil, err
	}
	return d.ReviewPhoto(ctx, agent, id, name)
}

func (d *fakeDesk) Rule(_ context.Context, _ string, r kyc.Ruling) error {
	if r.Note == "" {
		return kyc.ErrNoteMissing
	}
	d.ruling = r
	if r.Outcome == kyc.Passed && (r.DocumentNumber == "" || r.IssuingState == "") {
		return kyc.FieldErrors{"document_number": kyc.FieldRequired, "issuing_state": kyc.FieldRequired}
	}
	return nil
}

func (d *fakeDesk) RedeemLink(_ context.Context, token string) (StaffMember, error) {
	m, ok := d.links[token]
	if !ok {
		return StaffMember{}, kyc.ErrLinkInvalid
	}
	delete(d.links, token)
	return m, nil
}

func (d *fakeDesk) CreateKey(_ context.Context, name string, scopes []string, organisation string) (string, error) {
	d.keys = append(d.keys, APIKey{ID: "k1", Name: name, Scopes: scopes, Organisation: organisation, Created: noon})
	return "vl_secret", nil
}

func (d *fakeDesk) ListKeys(context.Context) ([]APIKey, error) { return d.keys, nil }

func (d *fakeDesk) RevokeKey(_ context.Context, id string) error {
	if id != "k1" {
		return kyc.ErrNotFound
	}
	d.keys[0].Revoked = true
	return nil
}

func (d *fakeDesk) Audit(_ context.Context, e kyc.AuditEntry) error {
	d.entries = append(d.entries, e)
	return nil
}

func (d *fakeDesk) actions() []string {
	var out []string
	for _, e := range d.entries {
		out = append(out, e.Actor+" "+e.Action)
	}
	return out
}

// hostile is markup where a name should be.
const hostile = `"><script>alert(1)</script>`

func newDesk() *fakeDesk {
	data := anna()
	data.Selfie.Photo, data.Document.Photos = "selfie-1", []string{"front-1"}
	data.Checks = []kyc.Check{
		{Name: kyc.CheckDocument, Outcome: kyc.Referred, Reasons: []kyc.Reason{kyc.ReasonUnreadable}},
		{Name: kyc.CheckDocumentLive, Outcome: kyc.Referred, Face: &faces.Comparison{Score: 0.412, Threshold: 0.45, Decision: faces.Refer}},
	}
	data.Decision = &kyc.Decision{Outcome: kyc.Referred, Reasons: []kyc.Reason{kyc.ReasonUnreadable}, By: "policy", At: noon}
	return &fakeDesk{
		data: data, state: kyc.InReview, otherName: "Ann",
		links: map[string]StaffMember{"boss": {"ada", "administrator"}, "desk": {"rob", "reviewer"}},
	}
}

// newStaffBrowser serves a console whose time is *now.
func newStaffBrowser(t *testing.T, d *fakeDesk, flow *fakeFlow, now *time.Time) *browser {
	t.Helper()
	s, err := New(Config{
		Flow: flow, Sessions: memstore.NewWithCleanupInterval(0), Logger: slog.New(slog.DiscardHandler),
		Clock: func() time.Time { return *now }, BaseURL: "http://id.example.org", SIP: SIP{Server: "pbx.example.org", Realm: "example.org"},
		Console: Console{Reviews: d, Staff: d, Keys: d, Auditor: d},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &browser{t: t, client: client, base: server.URL, header: http.Header{"Accept": {"text/html"}, "Sec-Fetch-Site": {"same-origin"}}}
}

// staffBrowser is signed in by the link with that token.
func staffBrowser(t *testing.T, d *fakeDesk, token string) *browser {
	t.Helper()
	now := noon
	b := newStaffBrowser(t, d, &fakeFlow{state: kyc.Contacts, data: anna()}, &now)
	b.signInStaff(token)
	return b
}

func (b *browser) signInStaff(token string) {
	b.t.Helper()
	if res, _ := b.post("/console/link/"+token, nil); res.Header.Get("Location") != "/console" {
		b.t.Fatalf("POST /console/link = %d to %q, want to /console", res.StatusCode, res.Header.Get("Location"))
	}
}

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

func TestConsolePhoto(t *testing.T) {
	t.Parallel()
	d := newDesk()
	b := staffBrowser(t, d, "desk")
	for _, tt := range []struct {
		name, path string
		want       int
	}{
		{"of the case", "/console/cases/en1/photos/selfie-1", http.StatusOK},
		{"of another case", "/console/cases/en1/photos/selfie-2", http.StatusNotFound},
		{"in another case", "/console/cases/en2/photos/selfie-1", http.StatusNotFound},
		{"a path", "/console/cases/en1/photos/..%2f..%2foperator.key", http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, text := b.get(tt.path)
			if res.StatusCode != tt.want {
				t.Errorf("GET %s = %d, want %d", tt.path, res.StatusCode, tt.want)
			}
			if tt.want == http.StatusOK && (text != "a JPEG" || res.Header.Get("Content-Type") != "image/jpeg" || res.Header.Get("Cache-Control") != "no-store") {
				t.Errorf("GET %s = %q %v, want a JPEG that is not kept", tt.path, text, res.Header)
			}
		})
	}
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

func TestRuling(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		form   url.Values
		status int
		want   kyc.Ruling
		shown  []string
	}{
		{
			"approved with the number as printed",
			url.Values{"outcome": {"pass"}, "note": {" looked "}, "document_number": {"l8 989-01c"}, "issuing_state": {"deu"}, "reason": {"face_different"}},
			http.StatusSeeOther,
			kyc.Ruling{Agent: "agent:rob", Outcome: kyc.Passed, Note: "looked", DocumentNumber: "L898901C", IssuingState: "D"},
			nil,
		},
		{
			"refused for known reasons only",
			url.Values{"outcome": {"fail"}, "note": {"looked"}, "reason": {"face_different", "agent_decision", "x"}},
			http.StatusSeeOther,
			kyc.Ruling{Agent: "agent:rob", Outcome: kyc.Failed, Note: "looked", Reasons: []kyc.Reason{kyc.ReasonFaceDifferent}},
			nil,
		},
		{
			"no note",
			url.Values{"outcome": {"fail"}, "reason": {"face_different"}},
			http.StatusUnprocessableEntity,
			kyc.Ruling{},
			[]string{`id="note-error"`, `value="face_different" checked`},
		},
		{
			"no number",
			url.Values{"outcome": {"pass"}, "note": {"looked"}},
			http.StatusUnprocessableEntity,
			kyc.Ruling{Agent: "agent:rob", Outcome: kyc.Passed, Note: "looked"},
			[]string{`id="document_number-error"`, `id="issuing_state-error"`, ">looked</textarea>"},
		},
		{
			"a state in words",
			url.Values{"outcome": {"pass"}, "note": {"looked"}, "document_number": {"L8"}, "issuing_state": {"Sweden"}},
			http.StatusUnprocessableEntity,
			kyc.Ruling{},
			[]string{`id="issuing_state-error"`, `value="Sweden"`},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			b := staffBrowser(t, d, "desk")
			res, text := b.post("/console/cases/en1/ruling", tt.form)
			if res.StatusCode != tt.status {
				t.Errorf("POST ruling = %d, want %d", res.StatusCode, tt.status)
			}
			if diff := cmp.Diff(tt.want, d.ruling); diff != "" {
				t.Errorf("ruling (-want +got):\n%s", diff)
			}
			for _, part := range tt.shown {
				if !strings.Contains(text, part) {
					t.Errorf("the page lacks %s", part)
				}
			}
		})
	}
}

func TestKeysPage(t *testing.T) {
	t.Parallel()
	d := newDesk()
	b := staffBrowser(t, d, "boss")
	if res, text := b.post("/console/keys", url.Values{"key_name": {" "}, "key_scope": {"pbx:read"}}); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, `id="key_name-error"`) || len(d.keys) > 0 {
		t.Errorf("POST without a name = %d, keys %v; want 422 and none", res.StatusCode, d.keys)
	}
	res, text := b.post("/console/keys", url.Values{"key_name": {"Asterisk"}, "key_scope": {"pbx:read"}, "key_organisation": {"clinic"}})
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

// A case that is decided can be looked at and not decided again.
func TestDecidedCase(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.state = kyc.Rejected
	d.data.Decision = &kyc.Decision{Outcome: kyc.Failed, Reasons: []kyc.Reason{kyc.ReasonAgent}, By: "agent:rob", Note: "seen", At: noon}
	b := staffBrowser(t, d, "desk")
	if res, text := b.get("/console/cases/en1"); res.StatusCode != http.StatusOK || !strings.Contains(text, "seen") || strings.Contains(text, "/ruling") {
		t.Errorf("GET a decided case = %d, want its note and no form", res.StatusCode)
	}
}
