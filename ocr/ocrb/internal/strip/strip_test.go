package strip

import (
	"image"
	"math"
	"testing"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
)

// bars is a picture with a dark bar every pitch columns.
func bars(pitch int, ink, paper byte) *image.Gray {
	m := image.NewGray(image.Rect(0, 0, 8*pitch, 40))
	for i := range m.Pix {
		m.Pix[i] = paper
		if x := i % m.Stride; x%pitch >= pitch/2-2 && x%pitch < pitch/2+2 {
			m.Pix[i] = ink
		}
	}
	return m
}

func TestPlanePlaces(t *testing.T) {
	const pitch = 20
	v := View{X: [3]float64{pitch, float64(pitch) / conv.Pitch, 0}, Middle: 20, RowStep: 1}
	p := Plane(bars(pitch, 30, 200), v, 4*conv.Pitch)
	for u := range p.Width {
		dark := p.Pix[12*p.Width+u] > 0
		if middle := u%conv.Pitch >= conv.Pitch/2-1 && u%conv.Pitch <= conv.Pitch/2; middle && !dark {
			t.Errorf("column %d is paper, want ink", u)
		}
		if between := u%conv.Pitch < 4; between && dark {
			t.Errorf("column %d is ink, want paper", u)
		}
	}
}

// TestPlaneEven: contrast and light do not matter, up to the noise of a flat
// picture.
func TestPlaneEven(t *testing.T) {
	v := View{X: [3]float64{0, 1, 0}, Middle: 20, RowStep: 1}
	strong, faint := Plane(bars(16, 0, 240), v, 96), Plane(bars(16, 100, 160), v, 96)
	for i := range strong.Pix {
		if d := math.Abs(float64(strong.Pix[i] - faint.Pix[i])); d > 0.3 {
			t.Fatalf("pixel %d = %v in faint print, %v in strong", i, faint.Pix[i], strong.Pix[i])
		}
	}
	flat := image.NewGray(image.Rect(0, 0, 96, 40))
	for i, x := range Plane(flat, v, 96).Pix {
		if x != 0 {
			t.Fatalf("pixel %d of nothing = %v", i, x)
		}
	}
}
