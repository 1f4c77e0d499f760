package e2e

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/vouchline/vouchline/faces/liveness"
	"github.com/vouchline/vouchline/internal/chromium"
	"github.com/vouchline/vouchline/internal/specimen"
)

// A walk is one person's way through the pages in one browser.
type walk struct {
	t     *testing.T
	s     *service
	b     *chromium.Browser
	a     applicant
	words catalogue
	film  string // the camera's file
	reel  *specimen.Reel
	shots string // folder of screenshots; empty takes none

	// interrupt, when set, strikes right after a button that starts work.
	interrupt func()

	// What the person learns on the way.
	startLink, issuedLink           string
	proofURL                        string
	secret, backup                  string
	extension, sipUser, sipPassword string
}

// step is one thing a person does. Between two of them the service may die.
type step struct {
	name string
	do   func(*walk)
}

// steps is the way from nothing to the issued identity and its line.
var steps = []step{
	{"profile", (*walk).profile},
	{"phone", (*walk).confirmPhone},
	{"email", (*walk).confirmEmail},
	{"document", (*walk).document},
	{"confirmation", (*walk).confirmation},
	{"selfie", (*walk).selfie},
	{"live", (*walk).live},
	{"questions", (*walk).questions},
	{"issued", (*walk).issued},
	{"activate", (*walk).activate},
}

// look is a device's language and window.
type look struct {
	locale        string
	width, height int
}

var (
	desktop = look{"en", 1280, 900}
	mobile  = look{"fr", 390, 844}
)

func newWalk(t *testing.T, s *service, a applicant, l look) *walk {
	t.Helper()
	w := newWalkWith(t, s, a, l, filepath.Join(reelFolder(t), "camera.y4m"))
	w.openReel()
	return w
}

// newWalkWith is newWalk with a film for the camera.
func newWalkWith(t *testing.T, s *service, a applicant, l look, film string) *walk {
	t.Helper()
	return &walk{
		t: t, s: s, a: a, words: loadCatalogue(t, l.locale), film: film,
		b: chromium.New(t, chromium.Options{Film: film, Lang: l.locale, Width: l.width, Height: l.height, Timeout: 90 * time.Second}),
	}
}

// until walks up to and with the named step.
func (w *walk) until(name string) {
	w.t.Helper()
	for _, s := range steps {
		w.do(s)
		if s.name == name {
			return
		}
	}
	w.t.Fatalf("no step %q", name)
}

func (w *walk) do(s step) {
	w.t.Helper()
	w.t.Logf("step %s", s.name)
	s.do(w)
	w.shoot(s.name)
}

// shoot leaves a picture of the page when the walk collects them.
func (w *walk) shoot(name string) {
	if w.shots != "" {
		w.b.Screenshot(filepath.Join(w.shots, fmt.Sprintf("%s-%s.png", name, w.b.String("String(innerWidth)"))))
	}
}

func (w *walk) profile() {
	w.b.Open(w.s.url + "/enroll/profile")
	w.b.Fill("given_names", w.a.GivenNames)
	w.b.Fill("family_names", w.a.FamilyNames)
	w.b.Fill("birth_day", strconv.Itoa(w.a.BirthDate.Day()))
	w.b.Fill("birth_month", strconv.Itoa(int(w.a.BirthDate.Month())))
	w.b.Fill("birth_year", strconv.Itoa(w.a.BirthDate.Year()))
	w.b.Fill("birth_place", w.a.birthPlace)
	w.b.Click(w.say("sex." + strings.ReplaceAll(w.a.Sex, "<", "X")))
	w.b.Fill("nationality", w.a.Nationality)
	w.b.Fill("phone", w.a.phone)
	w.b.Fill("email", w.a.email)
	w.b.Fill("username", w.a.username)
	w.b.Fill("consent_identity_proofing", "true")
	w.b.Fill("consent_biometrics", "true")
	w.b.Submit(w.say("form.continue"))
	w.b.WaitURL("/enroll/contacts")
}

func (w *walk) confirmPhone() {
	w.b.Fill("code", w.s.sms.code(w.t, w.a.phone, 1))
	w.b.Submit(w.say("contacts.confirm"))
	w.b.WaitText(strings.ReplaceAll(w.say("contacts.phone_done"), "{{.Phone}}", w.a.phone))
}

func (w *walk) confirmEmail() {
	w.startLink = w.s.mail.wait(w.t, w.a.email, w.say("mail.link.subject")).link(w.t, w.s.url)
	w.b.Open(w.startLink)
	w.b.Submit(w.say("link.button"))
	w.b.WaitURL("/enroll/document")
}

// documentType is what people call the format they hold.
func (a applicant) documentType() string {
	switch a.format {
	case specimen.TD3:
		return "passport"
	case specimen.MRVA, specimen.MRVB:
		return "visa"
	default:
		return "identity_card"
	}
}

func (w *walk) document() {
	w.b.Click(w.say("document_type." + w.a.documentType()))
	w.b.Upload("front", w.a.documentFile(w.t, specimen.Front))
	if w.a.documentType() == "identity_card" { // a TD2 is photographed twice: all of it is on its front
		w.b.Upload("back", w.a.documentFile(w.t, specimen.Back))
	}
	w.b.Submit(w.say("document.button"))
	w.working()
	w.b.WaitURL("/enroll/confirmation")
}

func (w *walk) confirmation() {
	w.b.WaitText(w.say("confirmation.agrees"))
	w.b.Submit(w.say("confirmation.button"))
	w.b.WaitURL("/enroll/selfie")
}

func (w *walk) selfie() {
	w.b.Upload("photo", w.a.selfieFile(w.t))
	w.b.Submit(w.say("selfie.button"))
	w.working()
	w.b.WaitURL("/enroll/live")
}

// live does before the camera what the page asks for.
func (w *walk) live() { w.liveUntil(liveness.Done) }

// liveUntil is live with the end that the session is to have. On a machine that
// stands still for a moment the film does too, and the face jumps: that costs a
// try, as it would cost anybody.
func (w *walk) liveUntil(want liveness.End) {
	w.t.Helper()
	for try := 1; ; try++ {
		w.b.WaitText(w.say("live.words"))
		end := liveness.End(w.perform(w.a.acting(w.t, specimen.Living, w.wordsToWrite())))
		if end == want {
			break
		}
		if try == 3 || end != liveness.Cut && end != liveness.TooLate && end != stopped {
			w.t.Fatalf("the live session ended as %q, want %q; the page says:\n%s", end, want, w.b.Text())
		}
		w.t.Logf("the live session ended as %q, once more", end)
		w.goOn(end)
	}
	w.working()
	w.b.WaitURL("/enroll/questions")
}

func (w *walk) questions() {
	w.b.Fill("profession", "Sage-femme")
	w.b.Fill("line_use", "Calls with the families that I look after.")
	w.b.Submit(w.say("questions.button"))
	w.b.WaitTrue("!location.pathname.endsWith('/questions') && document.readyState === 'complete'", "an answer to the questions")
	if w.interrupt != nil {
		w.interrupt()
	}
}

// working waits until what was sent is saved and the engines work, and lets
// the interruption strike then.
func (w *walk) working() {
	if w.interrupt == nil {
		return
	}
	w.b.WaitTrue("!/(document|selfie|live)$/.test(location.pathname) && document.readyState === 'complete'", "the waiting page")
	w.interrupt()
}

// issued waits for the identity: the page to set up the account, and the
// e-mail with link and QR code.
func (w *walk) issued() {
	w.b.WaitURL("/enroll/activate")
	mail := w.s.mail.wait(w.t, w.a.email, w.say("mail.issued.subject"))
	w.issuedLink, w.proofURL = mail.link(w.t, w.s.url), mail.link(w.t, w.s.url+"/i/")
	if w.issuedLink == w.proofURL {
		w.t.Errorf("the e-mail on issue has one link %s, want one to set up the account too", w.issuedLink)
	}
	if len(mail.Parts["image/png"]) == 0 {
		w.t.Errorf("the e-mail on issue has no QR code, want one as image/png")
	}
}

const password = "four words of nonsense"

func (w *walk) activate() {
	w.secret = w.b.String(`document.querySelector("code.secret").textContent`)
	w.b.Fill("password", password)
	w.b.Fill("totp", w.totp())
	w.b.Submit(w.say("activate.button"))
	w.b.WaitText(w.say("once.title"))
	w.backup = w.b.String(`document.getElementById("backup-code").textContent`)
	w.sipUser = w.b.String(`document.getElementById("sip-username").textContent`)
	w.extension, _, _ = strings.Cut(w.sipUser, "-")
	w.sipPassword = w.b.String(`document.getElementById("sip-password").textContent`)
}

// totp is what the authenticator app shows now.
func (w *walk) totp() string {
	w.t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(w.secret, " ", ""), time.Now()) //nolint:forbidigo // an app's clock
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}
