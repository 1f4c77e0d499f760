package e2e

import (
	"bytes"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vouchline/vouchline/internal/specimen"
)

// Files that are no photograph of a document are refused in words, and the
// right one is taken after them.
func TestBadUploadsLoseNothing(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	w := newWalk(t, s, newApplicant("bad-uploads"), desktop)
	w.b.Expect("status of 4") // refused forms
	w.until("email")

	whole, err := os.ReadFile(w.a.documentFile(t, specimen.Front))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, want string
		content    []byte
	}{
		{"empty.jpg", "error.front.photograph_missing", nil},
		{"letter.jpg", "error.unsupported_format", []byte("%PDF-1.7 a letter")},
		{"half.jpg", "error.truncated", whole[:len(whole)/2]},
	} {
		w.sendDocument(tt.name, tt.content)
		w.b.WaitText(w.say(tt.want))
	}
	var nothing bytes.Buffer
	if err := jpeg.Encode(&nothing, specimen.DrawnFace(1), nil); err != nil {
		t.Fatal(err)
	}
	w.sendDocument("portrait.jpg", nothing.Bytes())
	w.b.WaitAny(w.say("notice.no_document"), w.say("notice.mrz_not_found"))
	w.document()
	w.confirmation()
}

// sendDocument sends any bytes as the photograph of a passport.
func (w *walk) sendDocument(name string, content []byte) {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.b.Click(w.say("document_type.passport"))
	w.b.Upload("front", path)
	w.b.Submit(w.say("document.button"))
	w.b.WaitTrue(`location.pathname.endsWith("/enroll/document") && document.readyState === "complete"`, "the document page again")
}

// Mail server and message centre are away when the applicant begins, and come
// back: code and link arrive without anyone asking again.
func TestProvidersAwayForAWhile(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	s.mail.server.Stop()
	s.sms.centre.Stop()
	w := newWalk(t, s, newApplicant("patient"), desktop)
	w.until("profile")
	wait(t, 30*time.Second, "the first failed attempts", func() bool {
		log := s.log.String()
		return strings.Contains(log, "send_code") && strings.Contains(log, "send_link")
	})
	s.mail.server.Restart(t)
	s.sms.centre.Restart(t)
	w.confirmPhone()
	w.confirmEmail()
}

// What the applicant wrote differs from the document: the page shows the field
// side by side, and a correction mends it.
func TestDifferenceIsShownAndCorrected(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	a := newApplicant("corrects")
	right := a.GivenNames
	a.GivenNames = "Chloé"
	w := newWalk(t, s, a, mobile)
	w.until("email")
	w.a.GivenNames = right // on the document
	w.document()
	w.b.WaitText(w.say("confirmation.differs"))
	w.b.WaitText("ZOE MARIE")
	w.b.Fill("given_names", right)
	w.b.Submit(w.say("confirmation.button"))
	w.b.WaitURL("/enroll/selfie")
}
