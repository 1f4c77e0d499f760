package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/asterisktest"
)

// screenshotsVariable names the folder for pictures of every page.
const screenshotsVariable = "VOUCHLINE_SCREENSHOTS"

// TestScreenshots walks through every page with a drawn face and leaves a
// picture of each, as a phone and as a desk show it, for the documentation.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(screenshotsVariable)
	looks := []look{{"fr", 390, 844}, {"en", 1280, 900}, {"en", 390, 844}}
	if dir == "" {
		dir, looks = t.TempDir(), looks[:1] // the walk itself is worth testing
	}
	for _, l := range looks {
		name := "shots-" + l.locale + "-" + map[bool]string{true: "phone", false: "desk"}[l.width < 600]
		t.Run(name, func(t *testing.T) {
			s := start(t, nil) // of its own: one face enrolls once
			a := newApplicant(name)
			a.FamilyNames, a.GivenNames = "Eriksson", "Anna Maria"
			a.portrait, a.selfie, a.live = drawnPhoto, drawnPhoto, drawnPhoto
			w := newWalk(t, s, a, l)
			w.shots = dir + "/" + l.locale
			for _, page := range []struct{ name, path string }{{"start", "/"}, {"privacy", "/privacy"}, {"resume", "/resume"}} {
				w.b.Open(s.url + page.path)
				w.shoot(page.name)
			}
			w.until("questions")
			w.b.WaitText(w.say("outcome.in_review_title"))
			w.approvedByHand()
			w.do(step{"issued", (*walk).issued})
			w.do(step{"activate", (*walk).activate})
			w.checkAccount()
			record := w.checkIdentity("embedded")
			w.checkShareLink(record.ID)
			w.checkSignIn()
		})
	}
	t.Run("console", func(t *testing.T) { shootConsole(t, dir) })
	t.Run("ledger", func(t *testing.T) { shootLedger(t, dir) })
	t.Run("lines", func(t *testing.T) { shootLines(t, dir) })
	t.Run("outbox", func(t *testing.T) { shootOutbox(t, dir) })
}

// approvedByHand has an agent see that the drawn person is one.
func (w *walk) approvedByHand() {
	w.t.Helper()
	d := newDesk(w.t, w.s, desktop)
	d.enterConsole(w.s.consoleLink())
	d.openCase(w.a)
	d.b.Fill("note", "Drawn, and everything agrees.")
	d.b.Submit(d.say("console.approve"))
	d.b.WaitText(d.say("console_done.pass"))
}

// show leaves a picture of a page that nobody has to scroll sideways.
func (w *walk) show(name string) {
	w.t.Helper()
	if over := w.b.String("String(document.documentElement.scrollWidth - document.documentElement.clientWidth)"); over != "0" {
		w.t.Errorf("%s is %s px wider than its window", name, over)
	}
	w.shoot(name)
}

// offices are where staff look: at a desk, and at a phone in a hurry.
var offices = []look{{"en", 1280, 900}, {"fr", 390, 844}}

// shootConsole makes a case and leaves pictures of what staff see of it, and of
// the pages for what went wrong.
func shootConsole(t *testing.T, dir string) {
	s := start(t, nil)
	a := newApplicant("shots-case")
	a.FamilyNames, a.GivenNames = "Eriksson", "Ana Maria" // the document will say Anna
	a.portrait, a.selfie, a.live = drawnPhoto, drawnPhoto, drawnPhoto
	w := newWalk(t, s, a, desktop)
	w.until("email")
	w.a.GivenNames = "Anna Maria"
	w.document()
	w.b.Submit(w.say("confirmation.button"))
	w.b.WaitURL("/enroll/selfie")
	w.selfie()
	w.live()
	w.questions()
	w.b.WaitText(w.say("outcome.in_review_title"))
	w.shots = dir + "/en"
	w.shoot("in-review")
	for _, l := range offices {
		link, _ := s.vouchline("admin", "link", "--name", "ada", "--base-url", s.url)
		d := newDesk(t, s, l)
		d.shots = dir + "/" + l.locale
		d.b.Expect("status of 4")
		d.b.Open(s.url + "/nothing")
		d.show("not-found")
		d.b.Open(s.url + "/console")
		d.show("console-closed")
		d.b.Open(strings.TrimSpace(link))
		d.show("console-enter")
		d.enterConsole(strings.TrimSpace(link))
		d.show("console-queue")
		d.openCase(a)
		d.show("console-case")
		d.b.Submit(d.say("console.reject"))
		d.show("console-case-again")
		d.b.Open(s.url + "/console/keys")
		d.b.Fill("key_name", "Asterisk")
		d.b.Submit(d.say("console.key_button"))
		d.show("console-key")
	}
}

// shootLedger leaves pictures of an identity's life, as its subscriber and as
// staff see it, each once at a desk and once on a phone.
func shootLedger(t *testing.T, dir string) {
	for i, l := range offices {
		s := start(t, withoutModels)
		a := newApplicant("shots-ledger-" + l.locale)
		a.portrait, a.selfie = drawnPhoto, drawnPhoto
		life := newLife(t, s, a, l, offices[1-i])
		life.shots, life.desk.shots = dir+"/"+l.locale, dir+"/"+offices[1-i].locale
		life.connectOrganisation("clinique", "Clinique de Nantes")
		life.firstKey()
		life.consent("Clinique de Nantes")
		life.standing()
		life.ledgerPages()
		life.b.Open(s.url + "/account/erase")
		life.show("account-erase")
		life.forget()
	}
}

// shootLines leaves pictures of what administrators see of a line that is on a
// PBX, once at a desk and once on a phone.
func shootLines(t *testing.T, dir string) {
	for _, l := range offices {
		pbx := asterisktest.Start(t, lineRealm)
		s := start(t, onAsterisk(pbx))
		a := newApplicant("shots-lines-" + l.locale)
		a.portrait, a.selfie = drawnPhoto, drawnPhoto
		life := newLife(t, s, a, l, l)
		life.desk.shots = dir + "/" + l.locale
		life.lines(pbx)
	}
}

func shootOutbox(t *testing.T, dir string) {
	s := start(t, withoutProviders)
	a := newApplicant("shots-outbox")
	for _, l := range offices {
		w := newWalk(t, s, a, l)
		w.shots = dir + "/" + l.locale
		w.profile()
		wait(t, 30*time.Second, "the messages", func() bool {
			w.b.Open(s.url + "/outbox")
			return w.b.Has(w.a.phone) && w.b.Has(w.a.email)
		})
		w.show("outbox")
		a = newApplicant("shots-outbox-2")
	}
}
