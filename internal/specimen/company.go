package specimen

import (
	"image"
	"math"
)

// Beside puts the person of another frame at the right edge of a frame, as
// someone who looks over the first one's shoulder.
func Beside(frame, other *image.RGBA) *image.RGBA {
	out := copyRGBA(frame)
	w := out.Rect.Dx()
	const from, seam = 0.66, 0.03
	for y := range out.Rect.Dy() {
		for x := int(from * float64(w)); x < w; x++ {
			part := math.Min(1, (float64(x)/float64(w)-from)/seam)
			theirs := at(other, x-w/3, y) // the middle of their frame, where the face is
			set(out, x, y, at(out, x, y).mix(theirs, part))
		}
	}
	return out
}
