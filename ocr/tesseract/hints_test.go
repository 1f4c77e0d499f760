package tesseract_test

import (
	"image"
	"image/draw"
	"testing"

	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
	"github.com/vouchline/vouchline/ocr/tesseract"
)

// tally counts which hints there are and which are raised.
type tally map[ocr.HintName]struct{ raised, given int }

func (n tally) add(t *testing.T, r *tesseract.Reader, what string, img image.Image) {
	t.Helper()
	got, _, err := r.Read(t.Context(), img)
	if err != nil {
		t.Logf("%s: %v", what, err)
		return
	}
	for _, h := range got.Hints {
		c := n[h.Name]
		c.given++
		if h.Raised {
			c.raised++
			t.Logf("%s: %s %.2f", what, h.Name, h.Score)
		}
		n[h.Name] = c
	}
}

// The pictures of genuine specimen documents: every raised hint is a false alarm,
// but for the two among them that have no colour and the one that is not set in
// OCR-B.
func TestHintsOnSpecimens(t *testing.T) {
	r := newReader(t)
	found := tally{}
	for name, img := range specimens(t) {
		found.add(t, r, name, img)
	}
	for name, budget := range map[ocr.HintName]int{ocr.HintScreenReplay: 1, ocr.HintMonochromeCopy: 2, ocr.HintMRZFont: 2} {
		c := found[name]
		t.Logf("%s: %d of %d", name, c.raised, c.given)
		if c.raised > budget || c.given < 28 {
			t.Errorf("%s raised on %d of %d, want at most %d of 28 or more", name, c.raised, c.given, budget)
		}
	}
}

// Drawn documents, genuine and attacked in ways whose traces are known.
func TestHintsOnAttacks(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	formats := []specimen.Format{specimen.TD3, specimen.TD1, specimen.TD2, specimen.MRVA, specimen.TD3, specimen.MRVB}
	genuine, screen, printed, copied, font := tally{}, tally{}, tally{}, tally{}, tally{}
	for i, format := range formats {
		s := take(format, uint64(300+i))
		genuine.add(t, r, "genuine", s.photograph)
		genuine.add(t, r, "genuine, compressed", specimen.JPEG(s.photograph, 80, 0))
		screen.add(t, r, "screen", specimen.ScreenReplay(s.photograph, 0.6, s.seed))
		screen.add(t, r, "screen, compressed", specimen.JPEG(specimen.ScreenReplay(s.photograph, 0.6, s.seed), 80, 0))
		printed.add(t, r, "print", specimen.PrintReplay(s.photograph, 3, s.seed))
		copied.add(t, r, "copy", onTable(specimen.MonochromeCopy(s.document, 0.2, s.seed), s.seed))
		for _, f := range specimen.MRZFonts[1:] {
			document, _ := specimen.Draw(specimen.Options{Format: format, Side: specimen.Back, Seed: s.seed, PerMM: 9, MRZFont: f})
			font.add(t, r, "font", onTable(document, s.seed))
		}
	}
	for _, tc := range []struct {
		attack      string
		name        ocr.HintName
		found       tally
		least, most float64
	}{
		{"none", ocr.HintScreenReplay, genuine, 0, 0},
		{"none", ocr.HintMonochromeCopy, genuine, 0, 0},
		{"none", ocr.HintMRZFont, genuine, 0, 0},
		{"screen", ocr.HintScreenReplay, screen, 0.8, 1},
		{"printer", ocr.HintScreenReplay, printed, 0.8, 1},
		{"copier", ocr.HintMonochromeCopy, copied, 0.8, 1},
		{"font", ocr.HintMRZFont, font, 0.8, 1},
	} {
		c := tc.found[tc.name]
		t.Logf("%s: %s %d of %d", tc.attack, tc.name, c.raised, c.given)
		if rate := float64(c.raised) / float64(max(c.given, 1)); c.given == 0 || rate < tc.least || rate > tc.most {
			t.Errorf("%s: %s raised on %d of %d, want from %v to %v of them", tc.attack, tc.name, c.raised, c.given, tc.least, tc.most)
		}
	}
}

// onTable photographs a document.
func onTable(document image.Image, seed uint64) image.Image {
	img, _ := specimen.Photograph(document, specimen.Shot{Width: 1280, Height: 960, Seed: seed})
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}
