package opencv

import (
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/internal/mat"
)

// shaded draws a face-sized picture from a function of the place.
func shaded(t *testing.T, at func(x, y float64) color.RGBA) subject {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 400, 400))
	for y := range 400 {
		for x := range 400 {
			img.SetRGBA(x, y, at(float64(x), float64(y)))
		}
	}
	m, err := mat.FromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return subject{picture: m, face: faces.Face{Box: faces.Box{X: 90, Y: 60, W: 220, H: 280}}}
}

func level(v float64) uint8 { return uint8(math.Max(0, math.Min(255, v))) }

func TestMoire(t *testing.T) {
	t.Parallel()
	// A grid of lamps of three colours, beating with the sensor's.
	screen := shaded(t, func(x, y float64) color.RGBA {
		u := 2 * math.Pi * (0.21*x + 0.13*y)
		v := 120 + 40*math.Sin(x/70)
		return color.RGBA{R: level(v + 14*math.Sin(u)), G: level(v + 14*math.Sin(u+2.1)), B: level(v - 14*math.Sin(u)), A: 255}
	})
	// Hair: stripes as fine, but bending.
	hair := shaded(t, func(x, y float64) color.RGBA {
		u := 2 * math.Pi * (0.2*x + 0.00035*(x-200)*(y-200))
		v := 110 + 30*math.Sin(u)
		return color.RGBA{R: level(v + 20), G: level(v), B: level(v - 15), A: 255}
	})
	for name, tt := range map[string]struct {
		s      subject
		raised bool
	}{"screen": {screen, true}, "hair": {hair, false}} {
		got, err := moire(tt.s)
		if err != nil || got < 0 || got > 1 || (got >= faces.MoireRaised) != tt.raised {
			t.Errorf("%s: moire() = %v, %v, want raised %v", name, got, err, tt.raised)
		}
	}
}

// TestMoireOfSmallPicture: a tile outside its picture would end the process.
func TestMoireOfSmallPicture(t *testing.T) {
	t.Parallel()
	m, err := mat.FromImage(image.NewRGBA(image.Rect(0, 0, 100, 300)))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got, err := moire(subject{picture: m, face: faces.Face{Box: faces.Box{X: -20, Y: 200, W: 90, H: 120}}}); err != nil || got != -1 {
		t.Errorf("moire() = %v, %v, want -1: not computed", got, err)
	}
	for _, box := range []faces.Box{{X: -300, Y: -300, W: 900, H: 900}, {X: 380, Y: 390, W: 50, H: 50}} {
		for i := range tilesWide * tilesHigh {
			if at := tile(box, i, 400, 400); !at.In(image.Rect(0, 0, 400, 400)) || at.Dx() != tileSide || at.Dy() != tileSide {
				t.Errorf("tile(%v, %d) = %v, want a tile inside", box, i, at)
			}
		}
	}
}

func TestReflectance(t *testing.T) {
	t.Parallel()
	tones := func(black, white float64) subject {
		return shaded(t, func(x, _ float64) color.RGBA {
			v := level(black + (white-black)*x/400)
			return color.RGBA{R: v, G: v, B: v, A: 255}
		})
	}
	for name, tt := range map[string]struct {
		s      subject
		raised bool
	}{"head": {tones(0, 230), false}, "paper": {tones(60, 210), true}} {
		got, err := reflectance(tt.s)
		if err != nil || (got >= faces.ReflectanceRaised) != tt.raised {
			t.Errorf("%s: reflectance() = %v, %v, want raised %v", name, got, err, tt.raised)
		}
	}
	if got, err := reflectance(tones(0, 0)); err != nil || got != -1 {
		t.Errorf("darkness: reflectance() = %v, %v, want -1", got, err)
	}
}
