package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/vouchline/vouchline/internal/chromium"
	"github.com/vouchline/vouchline/internal/specimen"
)

// The document step photographs by itself, and works as well without a camera
// and without scripts.
func TestCapture(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	for name, capture := range map[string]func(*testing.T, *service){
		"passport": capturePassport, "card-on-a-phone": captureCard, "camera-refused": captureRefused, "no-scripts": captureWithoutScripts,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			capture(t, s)
		})
	}
}

// exposure is how a camera exposes white paper, which the drawn documents are:
// not as bright as can be.
const exposure = 0.8

// clumsy is how a document comes before a camera: not yet, cut off, from far,
// aslant, under a lamp, moving; and then as it should.
func clumsy(good specimen.Pose) []specimen.Moment {
	far, aslant, glare, blurred, cut := good, good, good, good, good
	far.Share, far.Turn = 0.3, 6
	aslant.Tilt, aslant.Share = 40, good.Share*0.9
	glare.Glare = 3
	blurred.Blur = 3
	cut.X = 0.22
	return []specimen.Moment{
		{Frames: 15},
		{Pose: cut, Frames: 30},
		{Pose: far, Frames: 30},
		{Pose: aslant, Frames: 30},
		{Pose: glare, Frames: 30},
		{Pose: blurred, Frames: 30},
		{Pose: good, Frames: 150},
	}
}

func (a applicant) scene(t *testing.T, side specimen.Side, width, height int, moments []specimen.Moment) specimen.Scene {
	t.Helper()
	doc, _ := specimen.Draw(specimen.Options{
		Format: a.format, Side: side, Person: a.Person, Portrait: a.portrait.load(t), Face: a.portrait.face, Seed: 11,
	})
	return specimen.Scene{Camera: specimen.NewDocumentCamera(doc, specimen.WoodenDesk, width, height, 12), Moments: moments}
}

func newCapture(t *testing.T, s *service, a applicant, l look, scenes ...specimen.Scene) *walk {
	t.Helper()
	film := filepath.Join(t.TempDir(), "camera.mjpeg")
	if err := specimen.WriteDocumentFilm(film, scenes...); err != nil {
		t.Fatal(err)
	}
	w := newWalkWith(t, s, a, l, film)
	w.until("email")
	w.shootInto(l)
	w.b.Click(w.say("document_type." + a.documentType()))
	return w
}

// shootInto collects pictures from here on, when the run collects them.
func (w *walk) shootInto(l look) {
	if dir := os.Getenv(screenshotsVariable); dir != "" {
		w.shots = filepath.Join(dir, l.locale)
	}
}

// hear makes the page keep what its live region has said.
func (w *walk) hear() {
	w.b.String(`(window.heard = [], new MutationObserver((all) => heard.push(...all.map((m) => m.target.textContent)))
		.observe(document.getElementById("capture-advice"), { childList: true }), "hears")`)
}

func (w *walk) heard() []string {
	return strings.Split(w.b.String(`heard.join("|")`), "|")
}

func capturePassport(t *testing.T, s *service) {
	a := newApplicant("capture-passport")
	w := newCapture(t, s, a, desktop, a.scene(t, specimen.Front, 1280, 720, clumsy(specimen.Pose{Share: 0.68, Turn: 3, Tilt: 6, Light: exposure})))
	w.hear()
	w.b.Click(w.say("capture.start"))
	w.b.WaitText(w.say("capture.taken"))
	w.show("capture-taken")
	heard := w.heard()
	t.Logf("said: %q", heard)
	said := map[string]bool{}
	for _, words := range heard {
		said[words] = true
	}
	advised := 0
	for _, advice := range []string{"no_document", "whole", "closer", "straighten", "less_glare", "steady"} {
		if said[w.say("capture."+advice)] {
			advised++
		}
	}
	if advised == 0 || !said[w.say("capture.hold")] {
		t.Errorf("the page said %q, want advice and then to hold still", heard)
	}
	if got := w.b.String(`String(document.querySelector("#capture video").srcObject)`); got != "null" {
		t.Error("the camera runs on after the photograph")
	}
	w.b.Submit(w.say("capture.use"))
	w.b.WaitURL("/enroll/confirmation")
	w.confirmation()
}

// A card has two sides. The front that still lies there is not taken for the
// back.
func captureCard(t *testing.T, s *service) {
	a := newApplicant("capture-card")
	a.format = specimen.TD1
	steady := []specimen.Moment{{Frames: 10}, {Pose: specimen.Pose{Share: 0.86, Light: exposure}, Frames: 120}}
	w := newCapture(t, s, a, mobile, a.scene(t, specimen.Front, 720, 1280, steady), a.scene(t, specimen.Back, 720, 1280, steady))
	w.b.Click(w.say("capture.start"))
	w.b.WaitText(w.say("capture.title_front"))
	w.b.WaitText(w.say("capture.taken"))
	w.show("capture-taken")
	w.b.Click(w.say("capture.use"))
	w.b.WaitText(w.say("capture.title_back"))
	w.b.WaitText(w.say("capture.taken"))
	w.b.Submit(w.say("capture.use"))
	w.b.WaitURL("/enroll/confirmation")
	w.confirmation()
}

// Whoever refuses the camera is told how to allow it, and can choose files.
func captureRefused(t *testing.T, s *service) {
	w := newWalk(t, s, newApplicant("capture-refused"), mobile)
	w.b.Close()
	w.b = chromium.New(t, chromium.Options{NoCamera: true, Lang: mobile.locale, Width: mobile.width, Height: mobile.height})
	w.until("email")
	w.b.Click(w.say("document_type.passport"))
	w.b.Click(w.say("capture.start"))
	w.b.WaitText(w.say("camera.denied_title"))
	w.b.WaitText(w.say("capture.start")) // once it is allowed
	w.shootInto(mobile)
	w.show("capture-refused")
	w.document()
}

// Without scripts the form is the page.
func captureWithoutScripts(t *testing.T, s *service) {
	w := newWalk(t, s, newApplicant("capture-plain"), desktop)
	w.until("email")
	w.chromedp(emulation.SetScriptExecutionDisabled(true))
	w.b.Open(w.s.url + "/enroll/document")
	if w.b.Has(w.say("capture.start")) {
		t.Error("without scripts the page offers the camera")
	}
	w.chromedp(chromedp.Click("input[value=passport]", chromedp.ByQuery))
	w.b.Upload("front", w.a.documentFile(t, specimen.Front))
	w.chromedp(chromedp.Click("#files button", chromedp.ByQuery))
	w.b.WaitURL("/enroll/confirmation") // by the refresh that the waiting page asks for
}

func (w *walk) chromedp(actions ...chromedp.Action) {
	w.t.Helper()
	if err := chromedp.Run(w.b.Context(), actions...); err != nil {
		w.t.Fatal(err)
	}
}
