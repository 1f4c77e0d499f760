package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/vouchline/vouchline/kyc"
)

// The attack: someone begins an enrollment with a stranger's address, keeps
// the browser open and waits for the stranger to open the link. From then on
// the link's browser alone is in the enrollment; the other one neither sees
// nor changes anything, at any page, in any state.
func TestOpenedLinkEndsEveryOtherBrowser(t *testing.T) {
	t.Parallel()
	gets := []string{
		"/enroll", "/enroll/contacts", "/enroll/document", "/enroll/working", "/enroll/confirmation", "/enroll/selfie", "/enroll/live",
		"/enroll/questions", "/enroll/outcome", "/enroll/activate",
	}
	posts := []string{
		"/enroll/contacts/code", "/enroll/contacts/resend-code", "/enroll/contacts/resend-link", "/enroll/contacts/change",
		"/enroll/document", "/enroll/document/retake", "/enroll/confirmation", "/enroll/selfie", "/enroll/selfie/advice",
		"/enroll/live/frames", "/enroll/live/person", "/enroll/phone", "/enroll/questions", "/enroll/activate", "/enroll/withdraw",
	}
	for _, state := range kyc.States() {
		f := &fakeFlow{state: kyc.Contacts, data: anna()}
		s := newServer(t, f)
		stranger, owner := newBrowserOf(t, s), newBrowserOf(t, s)
		stranger.post("/enroll/profile", nil)
		owner.enter()
		f.state, f.calls = state, nil
		for _, path := range gets {
			if res, text := stranger.get(path); res.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "on another device, where you opened the link") {
				t.Errorf("%s: GET %s = %d, want the resume page", state, path, res.StatusCode)
			}
		}
		for _, path := range posts {
			mediaType, body := multipartBody(t, part{name: "code", text: "123456"})
			if res, _ := stranger.do(http.MethodPost, path, mediaType, body); res.StatusCode != http.StatusUnauthorized {
				t.Errorf("%s: POST %s = %d, want %d", state, path, res.StatusCode, http.StatusUnauthorized)
			}
		}
		if _, text := stranger.get("/enroll/status"); !strings.Contains(text, `"code":"session_moved"`) || strings.Contains(text, string(state)) {
			t.Errorf("%s: status = %s", state, text)
		}
		if len(f.calls) > 0 {
			t.Errorf("%s: the other browser caused %v", state, f.calls)
		}
		if res, _ := owner.get("/enroll"); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") == "/resume" {
			t.Errorf("%s: the owner's browser is sent to %q", state, res.Header.Get("Location"))
		}
	}
}

func TestMovedOnInFrench(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{data: anna()}
	b := newBrowser(t, f)
	b.header.Set("Accept-Language", "fr")
	b.post("/enroll/profile", nil)
	f.data.Epoch++
	if _, text := b.get("/enroll/contacts"); !strings.Contains(text, "celui où vous avez ouvert le lien") {
		t.Error("the page does not say it in French")
	}
}

// Beginning anew in a browser whose enrollment was taken over must not
// withdraw what is somebody else's now.
func TestMovedOnBrowserBeginsAnew(t *testing.T) {
	t.Parallel()
	f := &fakeFlow{data: anna()}
	b := newBrowser(t, f)
	b.post("/enroll/profile", nil)
	f.data.Epoch++
	if res, _ := b.get("/enroll/profile"); res.StatusCode != http.StatusOK {
		t.Errorf("GET /enroll/profile = %d, want the empty form", res.StatusCode)
	}
	b.post("/enroll/profile", nil)
	if got := strings.Join(f.calls, " "); got != "Begin Begin" {
		t.Errorf("calls = %s, want two beginnings and nothing withdrawn", got)
	}
}

// A link that is opened while a photograph is on its way wins.
func TestLinkOpenedWhileAPhotographIsSent(t *testing.T) {
	t.Parallel()
	for state, path := range map[kyc.State]string{kyc.Document: "/enroll/document", kyc.Selfie: "/enroll/selfie", kyc.Live: "/enroll/live/frames"} {
		f := &opensWhileSending{fakeFlow{state: state, data: anna()}}
		b := newBrowser(t, f)
		b.enter()
		f.calls = nil
		mediaType, body := multipartBody(t, part{name: "nonce", text: "nonce-1"}, part{name: "batch", text: "0"}, part{name: "taken", text: "0"},
			part{name: "type", text: "passport"}, part{name: map[kyc.State]string{kyc.Document: "front", kyc.Selfie: "photo", kyc.Live: "frame"}[state], file: picture(t, 9)})
		if res, _ := b.do(http.MethodPost, path, mediaType, body); res.StatusCode != http.StatusUnauthorized || len(f.calls) > 0 {
			t.Errorf("POST %s = %d, calls %v; want it refused", path, res.StatusCode, f.calls)
		}
	}
}

// opensWhileSending has the link opened between the question whether a
// photograph is taken and its arrival.
type opensWhileSending struct{ fakeFlow }

func (f *opensWhileSending) MayPhotograph(context.Context, string) error {
	f.data.Epoch++
	return nil
}

func (f *opensWhileSending) MayRecord(context.Context, string, string) error {
	f.data.Epoch++
	return nil
}

// A session is a server's memory of one browser, driven by a clock of its own.
type session struct {
	s      *Server
	now    time.Time
	cookie *http.Cookie
}

func newSession(t *testing.T, f *fakeFlow) *session {
	t.Helper()
	x := &session{now: noon}
	x.s = newServerAt(t, f, func() time.Time { return x.now })
	return x
}

// ask sends a request and keeps the cookie that comes back.
func (x *session) ask(t *testing.T, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	if x.cookie != nil {
		r.AddCookie(x.cookie)
	}
	w := httptest.NewRecorder()
	x.s.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		x.cookie = c
	}
	return w
}

// A page that asks by itself keeps nobody signed in.
func TestStatusIsNoActivity(t *testing.T) {
	t.Parallel()
	x := newSession(t, &fakeFlow{state: kyc.Comparing, data: anna()})
	x.ask(t, http.MethodPost, "/enroll/link/token")
	for range 5 {
		x.now = x.now.Add(14 * time.Minute)
		x.ask(t, http.MethodGet, "/enroll/status")
		x.ask(t, http.MethodGet, "/enroll/working")
	}
	if w := x.ask(t, http.MethodGet, "/enroll/status"); w.Code != http.StatusUnauthorized {
		t.Errorf("status after %s without a person = %d, want %d", x.now.Sub(noon), w.Code, http.StatusUnauthorized)
	}
	if w := x.ask(t, http.MethodGet, "/enroll"); w.Header().Get("Location") != "/resume" {
		t.Errorf("GET /enroll leads to %q, want /resume", w.Header().Get("Location"))
	}
}

// Whoever is never away for an hour is away after 24.
func TestSessionEndsAfterADay(t *testing.T) {
	t.Parallel()
	x := newSession(t, &fakeFlow{state: kyc.Contacts, data: anna()})
	x.ask(t, http.MethodPost, "/enroll/link/token")
	for range 28 {
		x.now = x.now.Add(50 * time.Minute)
		if w := x.ask(t, http.MethodGet, "/enroll"); w.Header().Get("Location") != "/enroll/contacts" {
			t.Fatalf("after %s GET /enroll leads to %q", x.now.Sub(noon), w.Header().Get("Location"))
		}
	}
	x.now = noon.Add(24*time.Hour + time.Second)
	if w := x.ask(t, http.MethodGet, "/enroll"); w.Header().Get("Location") != "/resume" {
		t.Errorf("after a day GET /enroll leads to %q, want /resume", w.Header().Get("Location"))
	}
}

// Applicant and subscriber in one browser have their own times.
func TestRolesIdleApart(t *testing.T) {
	t.Parallel()
	x := newSession(t, &fakeFlow{state: kyc.Contacts, data: anna(), proof: annasProof()})
	x.ask(t, http.MethodPost, "/signin")
	x.ask(t, http.MethodPost, "/enroll/link/token")
	for range 2 {
		x.now = x.now.Add(50 * time.Minute)
		x.ask(t, http.MethodGet, "/enroll")
	}
	if w := x.ask(t, http.MethodGet, "/enroll"); w.Header().Get("Location") != "/enroll/contacts" {
		t.Errorf("the applicant is sent to %q", w.Header().Get("Location"))
	}
	if w := x.ask(t, http.MethodGet, "/account"); w.Header().Get("Location") != "/signin" {
		t.Errorf("the subscriber, away for %s, is sent to %q, want /signin", x.now.Sub(noon), w.Header().Get("Location"))
	}
}

// The helper of the console: the same rules with a shorter idle time.
func TestStaffIdles(t *testing.T) {
	t.Parallel()
	x := newSession(t, &fakeFlow{})
	x.s.engine.GET("/in", func(c *gin.Context) {
		if err := x.s.enter(c.Request.Context(), roleStaff, "clerk"); err != nil {
			t.Error(err)
		}
	})
	x.s.engine.GET("/who", func(c *gin.Context) { c.String(http.StatusOK, x.s.holder(c.Request.Context(), roleStaff)) })
	x.ask(t, http.MethodGet, "/in")
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{14 * time.Minute, "clerk"}, {14 * time.Minute, "clerk"}, {16 * time.Minute, ""}} {
		x.now = x.now.Add(step.after)
		if got := x.ask(t, http.MethodGet, "/who").Body.String(); got != step.want {
			t.Errorf("%s later the holder is %q, want %q", step.after, got, step.want)
		}
	}
}
