package specimen

import (
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPresented: the same seed gives the same picture, and every species
// another than the person's own.
func TestPresented(t *testing.T) {
	t.Parallel()
	person := DrawnFace(3)
	box := image.Rect(150, 180, 330, 420)
	living := copyRGBA(Presented(person, box, Living, 9))
	for _, p := range StillSpecies() {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			got := copyRGBA(Presented(person, box, p, 9))
			if got.Rect != living.Rect {
				t.Fatalf("picture of %v, want %v as of a living person", got.Rect, living.Rect)
			}
			if cmp.Equal(got.Pix, living.Pix) {
				t.Error("the attack is the living person's picture")
			}
			// The middle of the face is ink or lamps: never quite black.
			if c := at(got, stillWidth/2, 42*stillHeight/100); luminance(c) < 8 {
				t.Errorf("the middle is %v: no face there", c)
			}
		})
	}
	if again := Presented(person, box, Print, 9); !cmp.Equal(copyRGBA(again).Pix, copyRGBA(Presented(person, box, Print, 9)).Pix) {
		t.Error("the same seed gave another picture")
	}
}
