package e2e

import (
	"os"
	"testing"
)

// screenshotsVariable names the folder for pictures of every page.
const screenshotsVariable = "VOUCHLINE_SCREENSHOTS"

// TestScreenshots walks through every page with a drawn face and leaves a
// picture of each, as a phone and as a desk show it, for the documentation.
func TestScreenshots(t *testing.T) {
	t.Parallel()
	dir := os.Getenv(screenshotsVariable)
	if dir == "" {
		t.Skipf("%s names no folder", screenshotsVariable)
	}
	s := start(t, nil)
	for _, l := range []look{{"en", 1280, 900}, {"en", 390, 844}, {"fr", 390, 844}} {
		name := "shots-" + l.locale + "-" + map[bool]string{true: "phone", false: "desk"}[l.width < 600]
		t.Run(name, func(t *testing.T) {
			a := newApplicant(name)
			a.FamilyNames, a.GivenNames = "Eriksson", "Anna Maria"
			a.portrait, a.selfie, a.live = drawnPhoto, drawnPhoto, drawnPhoto
			w := newWalk(t, s, a, l)
			w.shots = dir + "/" + l.locale
			for _, page := range []struct{ name, path string }{{"start", "/"}, {"privacy", "/privacy"}, {"resume", "/resume"}} {
				w.b.Open(s.url + page.path)
				w.shoot(page.name)
			}
			w.until("activate")
			w.checkAccount()
			record := w.checkIdentity("embedded")
			w.checkShareLink(record.ID)
			w.checkSignIn()
		})
	}
}
