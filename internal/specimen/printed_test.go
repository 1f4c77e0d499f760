package specimen

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPrinted(t *testing.T) {
	t.Parallel()
	person := DrawnFace(7)
	box := image.Rect(150, 180, 330, 420)
	usual := Printed(person, box, UsualPrint, 3)
	if again := Printed(person, box, UsualPrint, 3); !cmp.Equal(usual, again) {
		t.Error("the same seed gave another print")
	}
	if other := Printed(person, box, UsualPrint, 4); cmp.Equal(usual.Bounds(), other.Bounds()) {
		t.Error("another seed gave a print of the same size")
	}
	// The face is 1/1.9 of the portrait.
	if face := float64(usual.Bounds().Dy()) / 1.9; face < UsualPrint.FaceLow-2 || face > UsualPrint.FaceHigh+2 {
		t.Errorf("the face is %.0f pixels high, want %.0f to %.0f", face, UsualPrint.FaceLow, UsualPrint.FaceHigh)
	}
	plain := saturation(person)
	strong := Printed(person, box, StrongPrint, 3)
	if u, s := saturation(usual), saturation(strong); !(s < u && u < 0.7*plain) {
		t.Errorf("colour: photograph %.1f, print %.1f, strong print %.1f, want falling", plain, u, s)
	}
	// A face at the edge is extended, not read beyond it.
	Printed(person, image.Rect(0, 0, 60, 80), StrongPrint, 5)
}

// saturation is the mean difference between the strongest and the weakest
// channel.
func saturation(img image.Image) float64 {
	in := copyRGBA(img)
	sum := 0.0
	for y := range in.Rect.Dy() {
		for x := range in.Rect.Dx() {
			c := at(in, x, y)
			sum += max(c[0], c[1], c[2]) - min(c[0], c[1], c[2])
		}
	}
	return sum / float64(in.Rect.Dx()*in.Rect.Dy())
}
