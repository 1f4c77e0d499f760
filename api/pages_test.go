package api

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
)

func TestLocale(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, accept, want string }{
		{"french", "fr-FR,fr;q=0.9", `<html lang="fr">`},
		{"english", "en-US", `<html lang="en">`},
		{"unknown language", "ja", `<html lang="en">`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBrowser(t, &fakeFlow{})
			b.header.Set("Accept-Language", tc.accept)
			if _, text := b.get("/"); !strings.Contains(text, tc.want) {
				t.Errorf("GET / with %q lacks %s", tc.accept, tc.want)
			}
		})
	}
}

// The link that changes the language leads back to the same page and is
// remembered.
func TestLanguageLinkKeepsThePage(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{proof: annasProof()})
	b.header.Set("Accept-Language", "en")
	if _, text := b.get("/i/id1?birth_date=c2FsdA"); !strings.Contains(text, `href="/i/id1?birth_date=c2FsdA&amp;lang=fr"`) {
		t.Error("the language link loses the query")
	}
	res, _ := b.get("/i/id1?birth_date=c2FsdA&lang=fr")
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusSeeOther || got != "/i/id1?birth_date=c2FsdA" {
		t.Fatalf("GET with lang = %d to %q, want the same page", res.StatusCode, got)
	}
	if _, text := b.get("/resume"); !strings.Contains(text, `<html lang="fr">`) {
		t.Error("the choice of language is forgotten")
	}
	res, _ = b.get("//evil.example/x?lang=fr")
	if got := res.Header.Get("Location"); strings.HasPrefix(got, "//") {
		t.Errorf("Location = %q leads to another host", got)
	}
}

func TestEveryStateHasItsPage(t *testing.T) {
	t.Parallel()
	for _, state := range kyc.States() {
		for _, active := range []bool{false, true} {
			t.Run(string(state), func(t *testing.T) {
				t.Parallel()
				f := &fakeFlow{state: state, data: anna(), proof: annasProof()}
				b := newBrowser(t, f)
				b.enter()
				if active {
					f.data.Account.ActivatedAt = noon
				}
				res, _ := b.get("/enroll")
				page := res.Header.Get("Location")
				if page == "" || page == "/" {
					t.Fatalf("GET /enroll leads to %q", page)
				}
				if page == "/account" { // needs the subscriber's own session
					return
				}
				res, text := b.get(page)
				if res.StatusCode != http.StatusOK || !strings.Contains(text, "<h1>") {
					t.Errorf("GET %s = %d, want a page", page, res.StatusCode)
				}
			})
		}
	}
}

// A page of another step leads to the one that is due.
func TestWrongStepLeadsOn(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{state: kyc.Selfie, data: anna()})
	b.enter()
	for _, path := range []string{"/enroll/contacts", "/enroll/document", "/enroll/live", "/enroll/activate", "/enroll/outcome", "/enroll/profile"} {
		res, _ := b.get(path)
		if got := res.Header.Get("Location"); got != "/enroll" {
			t.Errorf("GET %s leads to %q, want /enroll", path, got)
		}
	}
}

func TestWithoutSession(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{})
	for path, want := range map[string]string{"/enroll": "/resume", "/enroll/live": "/resume", "/account": "/signin"} {
		if res, _ := b.get(path); res.Header.Get("Location") != want {
			t.Errorf("GET %s leads to %q, want %s", path, res.Header.Get("Location"), want)
		}
	}
	res, text := b.get("/enroll/status")
	if res.StatusCode != http.StatusUnauthorized || !strings.Contains(text, `"code":"no_session"`) {
		t.Errorf("GET /enroll/status = %d %s, want a problem", res.StatusCode, text)
	}
}

func TestHostileNames(t *testing.T) {
	t.Parallel()
	data := anna()
	hostile := `<img src=x onerror=alert(1)>'"`
	data.Profile.GivenNames, data.Profile.Phone, data.Profile.Email = hostile, hostile, hostile
	data.Live.Words = []string{hostile}
	proof := annasProof()
	proof.Identity.Issuer, proof.Identity.Status, proof.Location.TxID = hostile, ledger.Status(hostile), hostile
	for state, page := range map[kyc.State]string{
		kyc.Contacts: "/enroll/contacts", kyc.Live: "/enroll/live", kyc.Confirmation: "/enroll/confirmation", kyc.Issued: "/enroll/activate",
	} {
		b := newBrowser(t, &fakeFlow{state: state, data: data, proof: proof})
		b.enter()
		for _, path := range []string{page, "/i/id1"} {
			if _, text := b.get(path); strings.Contains(text, "<img src=x") {
				t.Errorf("GET %s holds the name as HTML", path)
			}
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &fakeFlow{state: kyc.Comparing, data: anna()})
	b.enter()
	_, text := b.get("/enroll/status")
	if want := `{"state":"comparing","version":3,"page":"/enroll/working"}` + "\n"; text != want {
		t.Errorf("GET /enroll/status = %s, want %s", text, want)
	}
	if _, text := b.get("/enroll/working"); !strings.Contains(text, `http-equiv="refresh"`) || !strings.Contains(text, "progress.") {
		t.Error("the waiting page moves on neither with nor without scripts")
	}
}

// Work that takes longer than usual says so, and the page need not be kept
// open for it.
func TestSlowWork(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		state kyc.State
		after time.Duration
		since time.Time // ledger or PBX do not answer
		want  string    // what the page shows of it
	}{
		{"in time", kyc.Comparing, 29 * time.Second, time.Time{}, ""},
		{"reading", kyc.Reading, 31 * time.Second, time.Time{}, "the link in your e-mail"},
		{"ledger away", kyc.Approved, time.Second, noon, "we write to you"},
		{"a person decides", kyc.InReview, time.Hour, time.Time{}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			f := &fakeFlow{state: tc.state, data: anna()}
			f.data.DelayedAt = tc.since
			e, err := f.enrollment()
			if err != nil {
				t.Fatal(err)
			}
			if got := slow(e, noon.Add(tc.after)); got != (tc.want != "") {
				t.Errorf("slow after %s = %t, want %t", tc.after, got, tc.want != "")
			}
			b := newBrowserAt(t, f, func() time.Time { return noon.Add(tc.after) })
			b.enter()
			res, _ := b.get("/enroll")
			_, text := b.get(res.Header.Get("Location"))
			shown := regexp.MustCompile(`data-when-slow="\w+"><p>[^<]*`).FindString(text)
			if (shown != "") != (tc.want != "") || !strings.Contains(shown, tc.want) {
				t.Errorf("the page shows %q, want %q in it", shown, tc.want)
			}
			if _, text := b.get("/enroll/status"); strings.Contains(text, `"slow":true`) != (tc.want != "") {
				t.Errorf("status = %s", text)
			}
		})
	}
}
