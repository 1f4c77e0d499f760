package api

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/kyc"
	"github.com/vouchline/vouchline/ledger"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/otp"
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

func TestBegin(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{data: anna()}
	b := newBrowser(t, f)
	b.header.Set("Accept-Language", "fr")
	form := url.Values{
		"given_names": {"Anna Maria"}, "family_names": {"Eriksson"}, "birth_day": {"12"}, "birth_month": {"8"}, "birth_year": {"1974"},
		"birth_place": {"Uppsala"}, "sex": {"F"}, "nationality": {"SWE"}, "phone": {"+46701234567"}, "email": {"anna@example.org"},
		"username": {"anna"}, "consent_identity_proofing": {"yes"}, "consent_biometrics": {"yes"},
	}
	res, _ := b.post("/enroll/profile", form)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/enroll" {
		t.Fatalf("POST /enroll/profile = %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	a := f.application
	if a.Profile != anna().Profile || a.Locale != "fr" || len(a.Consents) != 2 || a.Source != "127.0.0.1" {
		t.Errorf("Begin got profile right=%t, locale %q, consents %v, source %q", a.Profile == anna().Profile, a.Locale, a.Consents, a.Source)
	}
}

// Faults are summed up at the top with links to the fields, said at the field,
// and nothing typed is lost. What was typed stays text.
func TestFaultsOnThePage(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{err: kyc.FieldErrors{"given_names": kyc.FieldInvalid, "consent_biometrics": kyc.FieldRequired, "birth_date": kyc.FieldTooYoung}}
	b := newBrowser(t, f)
	hostile := `"><script>alert(1)</script>{{.Service}}`
	res, text := b.post("/enroll/profile", url.Values{"given_names": {hostile}, "birth_year": {"2020"}, "nationality": {"SWE"}})
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("POST = %d, want %d", res.StatusCode, http.StatusUnprocessableEntity)
	}
	for _, want := range []string{
		`href="#given_names"`, `id="given_names-error"`, `href="#consent_biometrics"`, `id="birth_date-error"`,
		`value="2020"`, `<option value="SWE" selected>`, `aria-invalid="true"`, "<title>Error: ",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(text, "<script>alert") {
		t.Error("the page holds the name's script")
	}
	if strings.Index(text, `href="#given_names"`) > strings.Index(text, `href="#birth_date"`) {
		t.Error("the faults are not in the order of the form")
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

// What cannot be done any more is not offered.
func TestRetakeIsOfferedWhileATryIsLeft(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Confirmation, data: anna()}
	b := newBrowser(t, f)
	b.enter()
	for _, want := range []bool{true, false} {
		_, text := b.get("/enroll/confirmation")
		if got := strings.Contains(text, "/enroll/document/retake"); got != want {
			t.Errorf("with %d tries left the button is there: %t, want %t", f.data.Document.TriesLeft(noon), got, want)
		}
		f.data.Document.Tries = []time.Time{noon, noon, noon, noon, noon}
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

func TestActivation(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof()}
	b := newBrowser(t, f)
	b.enter()
	res, text := b.get("/enroll/activate")
	if !strings.Contains(text, "GEZDGNBV") || !strings.Contains(text, "<path d=\"M") || res.Header.Get("Cache-Control") != "no-store" {
		t.Error("GET activate lacks the secret, the QR code or the cache header")
	}
	f.err = kyc.ErrPasswordCommon
	if _, text := b.post("/enroll/activate", url.Values{"password": {"password"}, "totp": {"123456"}}); !strings.Contains(text, `id="password-error"`) {
		t.Error("a common password is not refused at its field")
	}
	f.err = nil
	res, _ = b.post("/enroll/activate", url.Values{"password": {"correct horse"}, "totp": {"123456"}})
	if got := res.Header.Get("Location"); got != "/account/secrets" {
		t.Errorf("POST activate leads to %q, want /account/secrets", got)
	}
}

// A page that did not arrive costs nobody their line: the secrets are shown
// until their holder says that they are written down.
func TestSecretsAreShownUntilWrittenDown(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof()}
	b := newBrowser(t, f)
	b.enter()
	b.post("/enroll/activate", url.Values{"password": {"correct horse"}, "totp": {"123456"}})
	for range 2 {
		res, text := b.get("/account/secrets")
		for _, want := range []string{"0123-4567-89AB-CDEF", "line-secret", "pbx.example.org", "example.org", `action="/account/secrets"`} {
			if !strings.Contains(text, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
		if res.Header.Get("Cache-Control") != "no-store" {
			t.Error("the page may be cached")
		}
		if res, _ := b.get("/account"); res.Header.Get("Location") != "/account/secrets" {
			t.Errorf("GET /account leads to %q before the secrets are written down", res.Header.Get("Location"))
		}
	}
	if res, _ := b.post("/account/secrets", nil); res.Header.Get("Location") != "/account" || f.calls[len(f.calls)-1] != "Acknowledge" {
		t.Errorf("POST secrets leads to %q, calls %v", res.Header.Get("Location"), f.calls)
	}
	if res, text := b.get("/account"); res.StatusCode != http.StatusOK || strings.Contains(text, "line-secret") {
		t.Errorf("GET /account afterwards = %d", res.StatusCode)
	}
	if res, _ := b.get("/account/secrets"); res.Header.Get("Location") != "/account" {
		t.Errorf("GET secrets afterwards leads to %q", res.Header.Get("Location"))
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Issued, data: anna(), proof: annasProof(), err: kyc.ErrSignInRefused}
	b := newBrowser(t, f)
	if res, text := b.post("/signin", url.Values{"login": {"anna"}, "password": {"secret-typed"}}); res.StatusCode != http.StatusUnprocessableEntity ||
		!strings.Contains(text, `value="anna"`) || strings.Contains(text, "secret-typed") {
		t.Errorf("refused sign-in = %d", res.StatusCode)
	}
	f.err = nil
	b.signIn()
	if res, text := b.get("/account"); res.StatusCode != http.StatusOK || !strings.Contains(text, "Anna Maria") {
		t.Errorf("GET /account = %d", res.StatusCode)
	}
	if _, text := b.post("/account/share", url.Values{"attributes": {"given_names", "birth_date"}}); !strings.Contains(text, "given_names=s&amp;birth_date=s") {
		t.Error("the share link is not shown")
	}
	if res, _ := b.post("/account/share", nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("share of nothing = %d", res.StatusCode)
	}
	b.post("/signout", nil)
	if res, _ := b.get("/account"); res.Header.Get("Location") != "/signin" {
		t.Error("still signed in after signing out")
	}
}

func TestProof(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{proof: annasProof(), matches: true}
	b := newBrowser(t, f)
	_, text := b.get("/i/idabc234")
	for _, want := range []string{"Valid", "Org1MSP", "6f1e7cc2b8f3", "42", "Hyperledger Fabric", "ask the person"} {
		if !strings.Contains(text, want) {
			t.Errorf("proof page lacks %q", want)
		}
	}
	for matches, want := range map[bool]string{true: "Yes, this is", false: "No, this is not"} {
		f.matches = matches
		if _, text := b.post("/i/idabc234?given_names=c2FsdA", url.Values{"attribute": {"given_names"}, "value": {"Anna"}}); !strings.Contains(text, want) {
			t.Errorf("match %t lacks %q", matches, want)
		}
	}
	if res, _ := b.post("/i/idabc234", url.Values{"attribute": {"given_names"}, "value": {"Anna"}}); res.StatusCode != http.StatusBadRequest {
		t.Errorf("match without a salt = %d, want %d", res.StatusCode, http.StatusBadRequest)
	}
	for err, want := range map[error]int{ledger.ErrNotFound: http.StatusNotFound, ledger.ErrInvalid: http.StatusNotFound, ledger.ErrUnavailable: http.StatusServiceUnavailable} {
		f.err = err
		if res, _ := b.get("/i/idabc234"); res.StatusCode != want {
			t.Errorf("proof with %v = %d, want %d", err, res.StatusCode, want)
		}
	}
}

// TestConfirmationExplainsEveryDifference: what the person wrote, what print and
// coded lines say, and what that means, in words and as a table to screen
// readers whatever its layout.
func TestConfirmationExplainsEveryDifference(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Confirmation, data: anna()}
	f.data.Document.Comparisons = comparisons()
	b := newBrowser(t, f)
	b.enter()
	for locale, wants := range map[string][]string{
		"en": {"Lines of &lt;&lt;&lt;", "What this means", "Ü → UE", "letters from A to Z only", "Day and month seem to be swapped", "8 December 1974", "do not say the same", "not found", "Something differs"},
		"fr": {"Lignes de &lt;&lt;&lt;", "Ce que cela veut dire", "Ü → UE", "n’ont que les lettres de A à Z", "Le jour et le mois semblent inversés", "8 décembre 1974", "ne disent pas la même chose", "non trouvé", "Quelque chose diffère"},
	} {
		b.header.Set("Accept-Language", locale)
		_, text := b.get("/enroll/confirmation")
		for _, want := range append(wants, `role="table"`, `role="columnheader"`, `role="rowheader"`) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the page does not say %q", locale, want)
			}
		}
		if got := strings.Count(text, `class="differs"`); got != 2 {
			t.Errorf("%s: %d rows are marked, want birth date and nationality", locale, got)
		}
	}
}

// TestConfirmationWithoutPrint has no column for it.
func TestConfirmationWithoutPrint(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{state: kyc.Confirmation, data: anna()}
	f.data.Document.Comparisons = []ocr.FieldComparison{{Field: "sex", Claimed: "F", Read: "F", Agreement: ocr.Agree}}
	b := newBrowser(t, f)
	b.enter()
	_, text := b.get("/enroll/confirmation")
	if strings.Contains(text, ">Printed<") || !strings.Contains(text, "Everything agrees") {
		t.Error("the page has a column for print that was not read, or finds a difference")
	}
}

func comparisons() []ocr.FieldComparison {
	return []ocr.FieldComparison{
		{
			Field: "family_names", Claimed: "Müller", Read: "MUELLER", Agreement: ocr.Transliterated, Explanation: ocr.ExplainSpelling,
			Spellings: []ocr.Spelling{{Letter: "Ü", Zone: "UE"}}, Printed: "MÜLLER", Document: ocr.Transliterated,
		},
		{Field: "given_names", Claimed: "Anna Maria", Read: "ANNA MARIA", Agreement: ocr.Agree, Explanation: ocr.ExplainSame},
		{
			Field: "birth_date", Claimed: "1974-12-08", Read: "1974-08-12", Agreement: ocr.Differ, Explanation: ocr.ExplainDayMonth,
			Printed: "1974-08-12", Document: ocr.Agree,
		},
		{Field: "sex", Claimed: "F", Read: "F", Agreement: ocr.Agree, Explanation: ocr.ExplainSame, Printed: "F", Document: ocr.Agree},
		{
			Field: "nationality", Claimed: "SWE", Read: "SWE", Agreement: ocr.Agree, Explanation: ocr.ExplainSame, Printed: "NORSK", Document: ocr.Differ,
		},
	}
}
