package specimen

import (
	"image"
	"slices"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

// colourful is a picture with edges and colours, 160 by 120.
func colourful() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, 160, 120))
	for y := range 120 {
		for x := range 160 {
			set(img, x, y, rgb{230 - float64((x/9)%2)*160, 200 - float64(y), 120 + float64((y/11)%2)*90})
		}
	}
	return img
}

func TestTamperingsChangeByTheirAmountAndRepeat(t *testing.T) {
	t.Parallel()
	img := colourful()
	for _, tampering := range Tamperings {
		t.Run(tampering.Name, func(t *testing.T) {
			t.Parallel()
			one := tampering.Do(img, tampering.Usual, 1)
			if got := one.Bounds().Size(); got != img.Rect.Size() {
				t.Errorf("%s is %v, want %v", tampering.Name, got, img.Rect.Size())
			}
			if pixels(one) != pixels(tampering.Do(img, tampering.Usual, 1)) {
				t.Errorf("%s twice with one seed differs", tampering.Name)
			}
			if pixels(one) == pixels(tampering.Do(img, tampering.Usual, 2)) {
				t.Errorf("%s with two seeds is the same", tampering.Name)
			}
			if pixels(one) == pixels(tampering.Do(img, tampering.Usual*1.5, 1)) {
				t.Errorf("%s by two amounts is the same", tampering.Name)
			}
		})
	}
}

func TestMonochromeCopyHasNoColour(t *testing.T) {
	t.Parallel()
	got := copyRGBA(MonochromeCopy(colourful(), 0.3, 1))
	for i := 0; i < len(got.Pix); i += 4 {
		if p := got.Pix[i : i+3]; p[0] != p[1] || p[1] != p[2] {
			t.Fatalf("MonochromeCopy has pixel %v, want grey", p)
		}
	}
}

// A display lights every colour in places of its own, which plain grey shows.
func TestScreenReplayShowsMoire(t *testing.T) {
	t.Parallel()
	grey := image.NewRGBA(image.Rect(0, 0, 200, 150))
	rectangle(grey, grey.Rect, rgb{150, 150, 150})
	if spread(copyRGBA(ScreenReplay(grey, 0.12, 4))) < 4*spread(copyRGBA(ScreenReplay(grey, 0, 4))) {
		t.Error("ScreenReplay of plain grey has no pattern, want moire")
	}
}

// spread is the mean distance of neighbouring pixels' colour differences.
func spread(img *image.RGBA) float64 {
	sum := 0.0
	for y := range img.Rect.Dy() {
		for x := 1; x < img.Rect.Dx(); x++ {
			a, b := at(img, x-1, y), at(img, x, y)
			d := (a[0] - a[2]) - (b[0] - b[2])
			sum += d * d
		}
	}
	return sum
}

func TestPortraitSwapChangesThePortraitAlone(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", Available())
	doc, truth := Draw(Options{Seed: 1, PerMM: 6})
	before, after := copyRGBA(doc), copyRGBA(PortraitSwap(doc, truth.Portrait, DrawnFace(99), 1))
	if pixels(before.SubImage(truth.Portrait)) == pixels(after.SubImage(truth.Portrait)) {
		t.Error("PortraitSwap left the portrait")
	}
	around := truth.Portrait.Inset(-12)
	for y := range before.Rect.Dy() {
		for x := range before.Rect.Dx() {
			if !image.Pt(x, y).In(around) && before.RGBAAt(x, y) != after.RGBAAt(x, y) {
				t.Fatalf("PortraitSwap changed (%d, %d), want nothing outside %v", x, y, around)
			}
		}
	}
}

func TestPrintMismatchChangesWhatIsPrinted(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", Available())
	for seed := range uint64(20) {
		p := RandomPerson(TD3, seed)
		other := PrintMismatch(p, seed)
		if p == other || other.DocumentNumber == p.DocumentNumber && other.BirthDate.Equal(p.BirthDate) && other.FamilyNames == p.FamilyNames {
			t.Errorf("PrintMismatch(seed %d) changed nothing", seed)
		}
		if len(other.DocumentNumber) != len(p.DocumentNumber) {
			t.Errorf("PrintMismatch(seed %d) number has %d characters, want %d", seed, len(other.DocumentNumber), len(p.DocumentNumber))
		}
	}
	p := RandomPerson(TD3, 3)
	other := PrintMismatch(p, 3)
	honest, lines := Draw(Options{Person: p, PerMM: 6})
	forged, forgedLines := Draw(Options{Person: p, Printed: &other, PerMM: 6})
	if !slices.Equal(lines.Lines, forgedLines.Lines) || pixels(honest) == pixels(forged) {
		t.Error("Draw with another Printed: want the same MRZ and other print")
	}
}

func TestMRZIsSetInEveryFont(t *testing.T) {
	t.Parallel()
	testenv.Need(t, "fonts-ocr-b", Available())
	seen := map[string]bool{}
	for _, f := range MRZFonts {
		img, truth := Draw(Options{Seed: 2, PerMM: 6, MRZFont: f})
		if got := dark(img, truth.MRZ); got < 0.04 || got > 0.35 {
			t.Errorf("Draw(%s) has %.2f of its MRZ's box in black, want 0.04 to 0.35", f, got)
		}
		seen[pixels(img)] = true
	}
	if len(seen) != len(MRZFonts) {
		t.Errorf("%d fonts give %d pictures", len(MRZFonts), len(seen))
	}
}
