package specimen

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// A Hand is somebody's handwriting, as one of Debian's fonts has it.
type Hand struct {
	Name string
	Path string
	// HeldOut hands are kept from development: what is measured on them is the
	// rate to expect of writing nobody here has seen.
	HeldOut bool
}

// Hands are of Debian's packages fonts-humor-sans, fonts-dkg-handwriting,
// fonts-tomsontalks, fonts-rufscript, fonts-sjfonts, fonts-dustin, fonts-breip
// and fonts-bwht. Each was drawn by hand; the halves have no author in common.
var Hands = []Hand{
	{"humor", "/usr/share/fonts/truetype/humor-sans/Humor-Sans.ttf", false},
	{"dkg", "/usr/share/fonts/truetype/fifthhorseman/dkg.ttf", false},
	{"tomson", "/usr/share/fonts/truetype/tomsontalks/TomsonTalks.ttf", false},
	{"ruf", "/usr/share/fonts/truetype/rufscript/Rufscript010.ttf", false},
	{"steve", "/usr/share/fonts/truetype/sjfonts/SteveHand.ttf", false},
	{"delphine", "/usr/share/fonts/truetype/sjfonts/Delphine.ttf", false},
	{"domestic", "/usr/share/fonts/truetype/dustin/Domestic_Manners.ttf", true},
	{"abogado", "/usr/share/fonts/truetype/dustin/El_Abogado_Loco.ttf", true},
	{"swift", "/usr/share/fonts/truetype/dustin/Swift.ttf", true},
	{"breip", "/usr/share/fonts/truetype/breip/Breip.ttf", true},
	{"build", "/usr/share/fonts/opentype/bwht/BecauseWeBuild-Regular.otf", true},
	{"connect", "/usr/share/fonts/opentype/bwht/BecauseWeConnect-Regular.otf", true},
	{"create", "/usr/share/fonts/opentype/bwht/BecauseWeCreate-Regular.otf", true},
	{"learn", "/usr/share/fonts/opentype/bwht/BecauseWeLearn-Regular.otf", true},
	{"mentor", "/usr/share/fonts/opentype/bwht/BecauseWeMentor-Regular.otf", true},
	{"organize", "/usr/share/fonts/opentype/bwht/BecauseWeOrganize-Regular.otf", true},
}

// HandsAvailable returns nil when the fonts of Hands are installed. A test calls
// testenv.Need(t, "fonts-handwriting", specimen.HandsAvailable()) first.
func HandsAvailable() error {
	for _, h := range Hands {
		if _, err := handOutline(h.Path); err != nil {
			return err
		}
	}
	return nil
}

var (
	handMu   sync.Mutex
	handRead = map[string]*sfnt.Font{}
)

// handOutline reads a font once.
func handOutline(path string) (*sfnt.Font, error) {
	handMu.Lock()
	defer handMu.Unlock()
	if f := handRead[path]; f != nil {
		return f, nil
	}
	b, err := os.ReadFile(path) //nolint:gosec // a font named in this package
	if err != nil {
		return nil, fmt.Errorf("install the Debian packages of specimen.Hands: %w", err)
	}
	f, err := opentype.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	handRead[path] = f
	return f, nil
}

// scribe writes letters of which no two are the same.
type scribe struct {
	font   *sfnt.Font
	buffer sfnt.Buffer
	scale  float64 // pixels of the glyphs' own units for capitals one pixel high
	jitter float64
	r      *rand.Rand
}

// unitsPerEm at which outlines are loaded; only their proportions matter.
const glyphUnits = 256

func newScribe(path string, jitter float64, r *rand.Rand) *scribe {
	f, err := handOutline(path)
	if err != nil {
		panic("specimen: " + err.Error() + " (call HandsAvailable first)")
	}
	s := &scribe{font: f, jitter: jitter, r: r}
	box, _ := s.bounds('H')
	s.scale = 1 / math.Max(1, float64(-box.Min.Y)/64)
	return s
}

func (s *scribe) bounds(c rune) (fixed.Rectangle26_6, fixed.Int26_6) {
	i, err := s.font.GlyphIndex(&s.buffer, c)
	if err != nil || i == 0 {
		panic(fmt.Sprintf("specimen: a hand without %q", c))
	}
	box, advance, err := s.font.GlyphBounds(&s.buffer, i, fixed.I(glyphUnits), font.HintingNone)
	if err != nil {
		panic("specimen: " + err.Error())
	}
	return box, advance
}

// width is what a word takes without jitter where capitals are one pixel high.
func (s *scribe) width(word string) float64 {
	sum := 0.0
	for _, c := range word {
		_, advance := s.bounds(c)
		sum += float64(advance) / 64 * s.scale
	}
	return sum
}

// write adds a word to a mask, its baseline beginning at x, y, its capitals of
// that height. Each letter is turned, sheared, sized and set a little by chance,
// and the line climbs or falls.
func (s *scribe) write(z *vector.Rasterizer, word string, x, y, height float64) {
	chance := func(spread float64) float64 { return s.r.NormFloat64() * spread * s.jitter }
	climb := chance(0.02)
	for _, c := range word {
		i, err := s.font.GlyphIndex(&s.buffer, c)
		if err != nil {
			panic("specimen: " + err.Error())
		}
		segments, err := s.font.LoadGlyph(&s.buffer, i, fixed.I(glyphUnits), nil)
		if err != nil {
			panic("specimen: " + err.Error())
		}
		sin, cos := math.Sincos(chance(0.05))
		by, shear, dy := s.scale*height*(1+chance(0.06)), chance(0.06), chance(0.035)*height
		place := func(p fixed.Point26_6) (float32, float32) {
			gx, gy := float64(p.X)/64*by, float64(p.Y)/64*by
			gx -= shear * gy
			return float32(x + gx*cos - gy*sin), float32(y + dy + gx*sin + gy*cos)
		}
		trace(z, segments, place)
		_, advance := s.bounds(c)
		step := float64(advance)/64*s.scale*height + (0.02+chance(0.025))*height
		x, y = x+step, y+climb*step
	}
}

func trace(z *vector.Rasterizer, segments sfnt.Segments, place func(fixed.Point26_6) (float32, float32)) {
	for _, g := range segments {
		ax, ay := place(g.Args[0])
		switch g.Op {
		case sfnt.SegmentOpMoveTo:
			z.ClosePath()
			z.MoveTo(ax, ay)
		case sfnt.SegmentOpLineTo:
			z.LineTo(ax, ay)
		case sfnt.SegmentOpQuadTo:
			bx, by := place(g.Args[1])
			z.QuadTo(ax, ay, bx, by)
		case sfnt.SegmentOpCubeTo:
			bx, by := place(g.Args[1])
			cx, cy := place(g.Args[2])
			z.CubeTo(ax, ay, bx, by, cx, cy)
		}
	}
	z.ClosePath()
}

// strokes thickens or thins what is written by about that many pixels to either
// side, and roughens its edge as a pen on paper does.
func strokes(mask *image.Alpha, by float64, r *rand.Rand) *image.Alpha {
	reach := math.Max(0.7, 1.5*math.Abs(by))
	soft := softMask(mask, reach)
	// The edge of a blurred half plane: an offset d lies at this level.
	level := 0.5 * math.Erfc(by/(reach*math.Sqrt2))
	out := image.NewAlpha(mask.Rect)
	for i, v := range soft.Pix {
		edge := (float64(v)/255-level)*math.Max(2, 2.5*reach) + 0.5 + 0.15*r.NormFloat64()
		out.Pix[i] = byteOf(255 * math.Min(1, math.Max(0, edge)))
		if v < 4 {
			out.Pix[i] = 0
		}
	}
	return out
}

func softMask(mask *image.Alpha, sigma float64) *image.Alpha {
	in := image.NewRGBA(mask.Rect)
	for i, v := range mask.Pix {
		in.Pix[4*i], in.Pix[4*i+3] = v, 255
	}
	in = blur(in, sigma)
	out := image.NewAlpha(mask.Rect)
	for i := range out.Pix {
		out.Pix[i] = in.Pix[4*i]
	}
	return out
}
