package press

import (
	"image"
	"path/filepath"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/outline"
)

// Alphabet is what is printed, in the order of the network's outputs.
const Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// The master of a glyph is drawn once, large, and softened, so that moving the
// threshold at which ink begins makes strokes bolder or thinner.
const (
	masterPitch  = 48
	masterWidth  = 64
	masterHeight = 96
	masterBase   = 66 // row of the baseline
	masterSoft   = 2.6
)

// face is one font's masters.
type face struct {
	ocrB   bool
	glyphs [len(Alphabet)]grid
}

// Where Debian installs the fonts.
const (
	ocrB   = "/usr/share/fonts/opentype/ocr-b"
	dejavu = "/usr/share/fonts/truetype/dejavu"
)

var (
	ocrBFonts = []string{"OCRB.otf", "OCRBS.otf"}
	// The oblique and the condensed differ enough from the upright to count.
	otherFonts = []string{
		"DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSans-Bold.ttf",
	}
)

// loadFaces reads all fonts, OCR-B first.
func loadFaces() ([]face, error) {
	var out []face
	for _, name := range ocrBFonts {
		f, err := loadFace(filepath.Join(ocrB, name), true)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	for _, name := range otherFonts {
		f, err := loadFace(filepath.Join(dejavu, name), false)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func loadFace(path string, isOCRB bool) (face, error) {
	font, err := outline.Open(path)
	if err != nil {
		return face{}, err
	}
	zero, err := font.Advance('0')
	if err != nil {
		return face{}, err
	}
	out := face{ocrB: isOCRB}
	em := masterPitch / zero // a proportional font has the pitch of its digits
	for i, r := range Alphabet {
		advance, err := font.Advance(r)
		if err != nil {
			return face{}, err
		}
		left := (masterWidth - advance*em) / 2
		mask, err := font.Draw(r, em, left, masterBase, image.Pt(masterWidth, masterHeight))
		if err != nil {
			return face{}, err
		}
		g := newGrid(masterWidth, masterHeight)
		for j := range g.pix {
			g.pix[j] = float32(mask.Pix[j]) / 255
		}
		g.blur(masterSoft, masterSoft)
		out.glyphs[i] = g
	}
	return out, nil
}
