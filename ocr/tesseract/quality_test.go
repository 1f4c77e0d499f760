package tesseract_test

import (
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gocv.io/x/gocv"

	"github.com/vouchline/vouchline/internal/mat"
	"github.com/vouchline/vouchline/internal/specimen"
	"github.com/vouchline/vouchline/internal/testenv"
	"github.com/vouchline/vouchline/ocr"
)

// The budget of advice: on photographs that are read there is none to give, on
// those that are not the right one should be given.
const (
	budgetFalseAdvice    = 2    // of the 32 specimen documents of the test data
	budgetNeedlessAdvice = 0.25 // of drawn documents that are read exactly though they are spoilt
	budgetSilent         = 0.1  // of drawn documents that are not read
	budgetOtherAdvice    = 0.1  // of drawn documents that are not read: not the one that helps
)

// specimens are the pictures of the test data with an MRZ, by name.
func specimens(t *testing.T) map[string]image.Image {
	t.Helper()
	dir := testenv.Data(t, "documents")
	b, err := os.ReadFile(filepath.Join(dir, "ground_truth.json"))
	testenv.Need(t, "testdata", err)
	var truth map[string]json.RawMessage
	if err := json.Unmarshal(b, &truth); err != nil {
		t.Fatal(err)
	}
	out := map[string]image.Image{}
	for name := range truth {
		out[name] = open(t, filepath.Join(dir, name))
	}
	return out
}

func TestAdviceOnSpecimens(t *testing.T) {
	r := newReader(t)
	advised := 0
	all := specimens(t)
	for name, img := range all {
		got, _, err := r.Read(t.Context(), img)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if a, ok := got.Quality.Advice(); ok {
			advised++
			t.Logf("%s: %s %+v", name, a, got.Quality)
		}
	}
	t.Logf("advice on %d of %d that are read", advised, len(all))
	if advised > budgetFalseAdvice {
		t.Errorf("advice on %d of %d, want at most %d", advised, len(all), budgetFalseAdvice)
	}
}

// A shot is one photograph of a drawn document.
type shot struct {
	document, photograph image.Image
	truth                specimen.Truth
	place                specimen.Placement
	seed                 uint64
}

func take(format specimen.Format, seed uint64) shot {
	s := shot{seed: seed}
	s.document, s.truth = specimen.Draw(specimen.Options{Format: format, Side: specimen.Back, Seed: seed, PerMM: 9})
	s.photograph, s.place = specimen.Photograph(s.document, specimen.Shot{Width: 1280, Height: 960, Seed: seed})
	return s
}

// Each way to spoil a photograph, from where it may still be read to where it
// is not, and the advice that would have prevented it.
func TestAdviceOnSpoiltPhotographs(t *testing.T) {
	testenv.Need(t, "fonts", specimen.Available())
	r := newReader(t)
	var read, needless, unread, silent, other int
	for i, format := range []specimen.Format{specimen.TD3, specimen.TD1, specimen.MRVB} {
		s := take(format, uint64(200+i))
		for _, tc := range []struct {
			advice  ocr.Advice
			amounts []float64
			spoil   func(s shot, amount float64) image.Image
		}{
			{ocr.AdviceSteady, []float64{2, 3.5, 5}, func(s shot, a float64) image.Image { return specimen.Blur(s.photograph, a, 0) }},
			{ocr.AdviceSteady, []float64{5, 14, 20}, func(s shot, a float64) image.Image { return specimen.Motion(s.photograph, a, s.seed) }},
			{ocr.AdviceCloser, []float64{0.4, 0.17, 0.14}, func(s shot, a float64) image.Image { return specimen.Scale(s.photograph, a, 0) }},
			{ocr.AdviceStraighten, []float64{35, 70, 75}, tilted},
			{ocr.AdviceWhole, []float64{0.06, 0.2, 0.25}, cutOff},
			{ocr.AdviceLessGlare, []float64{8, 40, 60}, lampOnZone},
			{ocr.AdviceMoreLight, []float64{0.3, 0.05, 0.03}, inTheDark},
		} {
			for _, amount := range tc.amounts {
				got, _, err := r.Read(t.Context(), tc.spoil(s, amount))
				a, ok := got.Quality.Advice()
				t.Logf("%s %s %v: %v, advice %q", format, tc.advice, amount, err, a)
				if err == nil && got.MRZ.Valid && slices.Equal(got.MRZ.Lines, s.truth.Lines) {
					read++
					if ok {
						needless++
					}
					continue
				}
				unread++
				switch {
				case !ok:
					silent++
				case a != tc.advice:
					other++
				}
			}
		}
	}
	t.Logf("of %d read, %d with needless advice; of %d not read, %d without advice, %d with another", read, needless, unread, silent, other)
	for _, b := range []struct {
		what   string
		n, of  int
		budget float64
	}{
		{"needless advice", needless, read, budgetNeedlessAdvice},
		{"no advice", silent, unread, budgetSilent},
		{"another advice", other, unread, budgetOtherAdvice},
	} {
		if float64(b.n) > b.budget*float64(b.of) {
			t.Errorf("%s on %d of %d, want at most %v of them", b.what, b.n, b.of, b.budget)
		}
	}
}

// tilted photographs the document through a pinhole at an angle, every other
// one about its short side.
func tilted(s shot, degrees float64) image.Image {
	m, err := mat.FromImage(s.document)
	if err != nil {
		panic(err) // a drawn document has pixels
	}
	defer m.Close()
	const width, height = 1280, 960
	const focal, distance = 0.85 * width, 2 * 0.85 / 0.7
	w, h := float64(m.Cols()), float64(m.Rows())
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	var from, to []gocv.Point2f
	for _, c := range [][2]float64{{-1, -h / w}, {1, -h / w}, {1, h / w}, {-1, h / w}} {
		x, y, z := c[0]*cos, c[1], distance+c[0]*sin
		if s.seed%2 == 0 {
			x, y, z = c[0], c[1]*cos, distance+c[1]*sin
		}
		from = append(from, gocv.Point2f{X: float32((c[0] + 1) / 2 * w), Y: float32((c[1]*w/h + 1) / 2 * h)})
		to = append(to, gocv.Point2f{X: float32(width/2 + focal*x/z), Y: float32(height/2 + focal*y/z)})
	}
	a, b := gocv.NewPoint2fVectorFromPoints(from), gocv.NewPoint2fVectorFromPoints(to)
	defer a.Close()
	defer b.Close()
	t := gocv.GetPerspectiveTransform2f(a, b)
	defer t.Close()
	out := gocv.NewMat()
	defer out.Close()
	_ = gocv.WarpPerspectiveWithParams(m, &out, t, image.Pt(width, height), gocv.InterpolationLinear,
		gocv.BorderConstant, color.RGBA{R: 110, G: 90, B: 70, A: 255})
	img, err := out.ToImage()
	if err != nil {
		panic(err)
	}
	return specimen.Noise(img, 2, s.seed)
}

// cutOff leaves out the left side of the photograph, and that part of the
// document.
func cutOff(s shot, part float64) image.Image {
	b := s.place.Box(s.document.Bounds())
	left := b.Min.X + int(part*float64(b.Dx()))
	out := image.NewRGBA(image.Rect(0, 0, s.photograph.Bounds().Dx()-left, s.photograph.Bounds().Dy()))
	draw.Draw(out, out.Rect, s.photograph, s.photograph.Bounds().Min.Add(image.Pt(left, 0)), draw.Src)
	return out
}

// lampOnZone reflects a lamp on a third of the way along the zone; radius is
// where its light has fallen to two thirds.
func lampOnZone(s shot, radius float64) image.Image {
	z := s.place.Box(s.truth.MRZ)
	cx, cy := float64(z.Min.X)+float64(z.Dx())/3, float64(z.Min.Y+z.Max.Y)/2
	return mapped(s.photograph, func(x, y int, v float64) float64 {
		dx, dy := (float64(x)-cx)/radius, (float64(y)-cy)/radius
		part := math.Min(1, 2*math.Exp(-(dx*dx+dy*dy)/2))
		return v + (255-v)*part
	})
}

// inTheDark leaves a part of the light and the sensor's noise as it is.
func inTheDark(s shot, part float64) image.Image {
	return specimen.Noise(mapped(s.photograph, func(_, _ int, v float64) float64 { return v * part }), 4, s.seed)
}

// mapped changes every channel of every pixel.
func mapped(img image.Image, f func(x, y int, v float64) float64) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	for i := range out.Pix {
		if i%4 != 3 {
			out.Pix[i] = uint8(min(max(f(i/4%out.Rect.Dx(), i/4/out.Rect.Dx(), float64(out.Pix[i])), 0), 255))
		}
	}
	return out
}
