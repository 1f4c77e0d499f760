package e2e

import (
	"bytes"
	"image"
	"os/exec"
	"strings"
	"testing"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
)

func TestParseEmail(t *testing.T) {
	t.Parallel()
	raw := "From: a@b.test\r\nTo: <zoe@vouchline.test>\r\nSubject: =?utf-8?q?Pr=C3=AAt?=\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n" +
		"--y\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" +
		"Open http://127.0.0.1:1/l/abc=3D1.\r\nOr http://127.0.0.1:1/i/id2\r\n" +
		"--y\r\nContent-Type: text/html\r\n\r\n<p>\r\n--y--\r\n" +
		"--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBO\r\nRw==\r\n--x--\r\n"
	got := parseEmail(t, []byte(raw))
	if got.Subject != "Prêt" {
		t.Errorf("subject = %q, want Prêt", got.Subject)
	}
	if l := got.link(t, "127.0.0.1"); l != "http://127.0.0.1:1/l/abc=1" {
		t.Errorf("first link = %q, want http://127.0.0.1:1/l/abc=1", l)
	}
	if l := got.link(t, "/i/"); l != "http://127.0.0.1:1/i/id2" {
		t.Errorf("link with /i/ = %q, want http://127.0.0.1:1/i/id2", l)
	}
	if !bytes.Equal(got.Parts["image/png"], []byte("\x89PNG")) {
		t.Errorf("image/png = %q, want the decoded bytes", got.Parts["image/png"])
	}
}

func TestMailboxTakesWhatIsSent(t *testing.T) {
	t.Parallel()
	settings := map[string]string{}
	m := startMail(t, t.TempDir(), settings)
	// In another process, as the service is: the certificate comes from the file.
	cmd := exec.CommandContext(t.Context(), "openssl", "s_client", "-starttls", "smtp", "-brief",
		"-CAfile", m.roots, "-verify_return_error", "-connect", m.server.Address)
	cmd.Stdin = strings.NewReader("QUIT\r\n")
	if _, err := exec.LookPath("openssl"); err == nil {
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("openssl with %s: %v\n%s", m.roots, err, out)
		}
	}
	if settings["SMTP_PORT"] == "" || settings["SMTP_SECURITY"] != "starttls" {
		t.Errorf("settings = %v, want the server's port with STARTTLS", settings)
	}
}

func TestApplicantsHaveContactsOfTheirOwn(t *testing.T) {
	t.Parallel()
	a, b := newApplicant("walk-one"), newApplicant("walk-two")
	if a.phone == b.phone || a.email == b.email || a.DocumentNumber == b.DocumentNumber {
		t.Errorf("applicants %+v and %+v share a contact or a document", a, b)
	}
	if len(a.phone) != len("+33612345678") || len(a.DocumentNumber) != 9 {
		t.Errorf("phone %s and document number %s, want 9 figures and 9 characters", a.phone, a.DocumentNumber)
	}
}

func TestPicturesAreThere(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", specimen.Available())
	for _, p := range []picture{portraitPhoto, selfiePhoto, livePhoto, otherPhoto} {
		if img := p.load(t); !p.face.In(img.Bounds()) {
			t.Errorf("%v: face at %v, want inside %v", p.path, p.face, img.Bounds())
		}
	}
	frame := livePhoto.actor(t, specimen.Living, []string{"RIVER"}).Frame(specimen.HeadPose{Paper: 1}, 0)
	if got := frame.Bounds().Size(); got != image.Pt(640, 480) {
		t.Errorf("a frame of %v, want 640x480", got)
	}
}
