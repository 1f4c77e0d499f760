package outline

import (
	"image"
	"os"
	"path/filepath"
	"testing"

	"github.com/vouchline/vouchline/internal/testenv"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

// TestDraw: the two cuts differ in their edges alone, so that a glyph blank or
// torn in one shows in its ink.
func TestDraw(t *testing.T) {
	ink := map[string]map[rune]int{}
	for _, name := range []string{"opentype/ocr-b/OCRB.otf", "opentype/ocr-b/OCRBS.otf", "truetype/dejavu/DejaVuSansMono.ttf"} {
		path := filepath.Join("/usr/share/fonts", name)
		_, err := os.Stat(path)
		testenv.Need(t, "fonts-ocr-b", err)
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		ink[filepath.Base(name)] = map[rune]int{}
		for _, r := range alphabet {
			m, err := f.Draw(r, 64, 8, 80, image.Pt(64, 96))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			sum := 0
			for _, a := range m.Pix {
				sum += int(a)
			}
			ink[filepath.Base(name)][r] = sum / 255
		}
	}
	for _, r := range alphabet {
		round, sharp, other := ink["OCRB.otf"][r], ink["OCRBS.otf"][r], ink["DejaVuSansMono.ttf"][r]
		if round < 250 || round > 1000 || other < 250 || other > 1000 {
			t.Errorf("%q has %d pixels of ink in OCR-B and %d in DejaVu", r, round, other)
		}
		if d := sharp - round; d < -round/10 || d > round/6 {
			t.Errorf("%q has %d pixels of ink with round edges, %d with sharp ones", r, round, sharp)
		}
	}
}

type recorder struct{ points [][2]float64 }

func (r *recorder) moveTo(x, y float64) { r.points = append(r.points, [2]float64{x, y}) }
func (r *recorder) lineTo(x, y float64) { r.moveTo(x, y) }
func (r *recorder) curveTo(_, _, _, _, x, y float64) {
	r.moveTo(x, y)
}

// TestFlex1 draws the operator of Technical Note 5177, 4.1: of the last point
// one coordinate is given and the other that of the first.
func TestFlex1(t *testing.T) {
	n := func(v int) byte { return byte(v + 139) }
	code := []byte{
		n(10), n(20), 21, // rmoveto
		n(1), n(2), n(3), n(4), n(50), n(6), n(7), n(-8), n(9), n(-3), n(5), 12, 37,
		14,
	}
	var r recorder
	c := charstring{pen: &r}
	if err := c.run(code, 0); err != nil {
		t.Fatal(err)
	}
	last := r.points[len(r.points)-1]
	if want := [2]float64{10 + 1 + 3 + 50 + 7 + 9 + 5, 20}; last != want {
		t.Errorf("flex1 ends at %v, want %v", last, want)
	}
}

func TestCharstringBroken(t *testing.T) {
	for name, code := range map[string][]byte{
		"unknown operator":   {2},
		"unknown escape":     {12, 99},
		"flex without":       {12, 37},
		"call without":       {10},
		"no such subroutine": {139, 10},
	} {
		c := charstring{pen: &recorder{}}
		if err := c.run(code, 0); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
