package press

import (
	"image"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
	"github.com/vouchline/vouchline/ocr/ocrb/internal/strip"
)

// Example is a line as the network sees it.
type Example struct {
	Plane   conv.Plane
	Centres []float64 // columns of the plane
	Chars   []int     // indices into Alphabet, Blank or Unasked
	OCRB    bool
}

// What a place may hold but a character.
const (
	Blank   = -1 // no character
	Unasked = -2 // what might be taken for one
)

// Press prints examples. It is not safe for concurrent use.
type Press struct {
	rand  *rand.Rand
	faces []face
}

// New returns a press whose examples follow from the seed. It fails without
// Debian's packages fonts-ocr-b and fonts-dejavu-core.
func New(seed uint64) (*Press, error) {
	faces, err := loadFaces()
	if err != nil {
		return nil, err
	}
	return &Press{rand.New(rand.NewPCG(seed, 0x0c2b)), faces}, nil //nolint:gosec // reproducible on purpose
}

// stripPitch is about the pitch of lines as ocr/tesseract straightens them.
const stripPitch = 22

// otherShare is one in how many lines is not OCR-B.
const otherShare = 8

// Line returns the picture of a line of so many characters, dark on light,
// straightened, with the columns of their middles.
func (p *Press) Line(cells int) (img *image.Gray, chars []int, centres []float64, isOCRB bool) {
	f := p.faces[p.rand.IntN(len(ocrBFonts))]
	if p.rand.IntN(otherShare) == 0 {
		f = p.faces[len(ocrBFonts)+p.rand.IntN(len(p.faces)-len(ocrBFonts))]
	}
	chars = text(p.rand, cells)
	plate := f.set(p.rand, chars)
	wear(p.rand, plate)
	s := photograph(p.rand, plate, cells)
	scale := stripPitch / s.pitch
	g := s.picture.resize(int(float64(s.picture.w)*scale), int(float64(s.picture.h)*scale))
	across := float64(g.w) / float64(s.picture.w)
	for _, c := range s.centres {
		centres = append(centres, c*across)
	}
	return g.gray(), chars, centres, f.ocrB
}

// Example prints a line of so many characters and cuts it out as inexactly as
// lines are found.
func (p *Press) Example(cells int) Example {
	img, chars, centres, isOCRB := p.Line(cells)
	r := p.rand
	step := stripPitch * uniform(r, 0.94, 1.06) / conv.Pitch
	row := stripPitch * uniform(r, 0.86, 1.16) / conv.Pitch
	view := strip.View{
		X:       [3]float64{centres[0] - stripPitch*uniform(r, 1, 2), step, 0},
		Middle:  float64(img.Rect.Dy())/2 + stripPitch*uniform(r, -0.1, 0.1),
		RowStep: row,
	}
	width := int((centres[cells-1]-view.X[0])/step) + 2*conv.Pitch
	e := Example{Plane: strip.Plane(img, view, width&^(conv.Stride-1)), Chars: chars, OCRB: isOCRB}
	for _, c := range centres {
		e.Centres = append(e.Centres, (c-view.X[0])/step)
	}
	if r.IntN(flippedShare) == 0 {
		e.flip()
	}
	return e
}

// flippedShare is one in how many lines is upside down.
const flippedShare = 12

// turnable are characters that look like one upside down.
const turnable = "0256890HIMNOSWXZ"

// flip turns the line upside down: what was a character is none now.
func (e *Example) flip() {
	slices.Reverse(e.Plane.Pix)
	slices.Reverse(e.Centres)
	slices.Reverse(e.Chars)
	for i := range e.Centres {
		e.Centres[i] = float64(e.Plane.Width) - e.Centres[i]
		switch c := e.Chars[i]; {
		case c == Blank:
		case strings.IndexByte(turnable, Alphabet[c]) >= 0:
			e.Chars[i] = Unasked
		default:
			e.Chars[i] = Blank
		}
	}
}
