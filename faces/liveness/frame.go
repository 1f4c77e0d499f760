package liveness

import (
	"math"

	"github.com/vouchline/vouchline/faces"
)

// clean makes of a frame with numbers that no picture gives one without a face:
// such numbers compare in ways nobody expects, and JSON cannot keep them.
func (f Frame) clean() Frame {
	if !f.sane() {
		f.Face, f.Quality, f.BonaFide, f.Attack = faces.Face{}, faces.Quality{Eyes: -1, Mouth: -1, Occlusion: -1}, -1, faces.AttackSigns{Moire: -1, Reflectance: -1}
	}
	if !finite(f.Words) {
		f.Words = -1
	}
	f.Identity = -1
	return f
}

func (f Frame) sane() bool {
	b, q := f.Face.Box, f.Quality
	numbers := []float64{
		b.X, b.Y, b.W, b.H, f.Face.Score, q.InterEye, q.Outside, q.Sharpness, q.Brightness, q.Contrast, q.Underexposed, q.Overexposed, q.Uneven,
		q.Roll, q.Yaw, q.Pitch, q.Eyes, q.Mouth, q.Occlusion, f.BonaFide, f.Attack.Moire, f.Attack.Reflectance,
	}
	for _, p := range f.Face.Landmarks {
		numbers = append(numbers, p.X, p.Y)
	}
	for _, n := range numbers {
		if !finite(n) {
			return false
		}
	}
	return b.W >= 0 && b.H >= 0
}

// finite reports whether n is a number that a measure in a picture can have.
func finite(n float64) bool { return math.Abs(n) < 1e9 }

// seen reports whether there is a face.
func (f Frame) seen() bool { return f.Face.Box.W >= 1 && f.Face.Box.H >= 1 }

// size is the side of the face: the box's area changes less with a turn of the
// head than its width.
func (f Frame) size() float64 { return math.Sqrt(f.Face.Box.Area()) }

// moved is the root mean square of how far the landmarks lie from those of o,
// in inter-eye distances; infinite where there is no face.
func (f Frame) moved(o Frame) float64 {
	eyes := f.Face.InterEye()
	if !f.seen() || !o.seen() || eyes < 1 {
		return math.Inf(1)
	}
	sum := 0.0
	for i, p := range f.Face.Landmarks {
		q := o.Face.Landmarks[i]
		sum += (p.X-q.X)*(p.X-q.X) + (p.Y-q.Y)*(p.Y-q.Y)
	}
	return math.Sqrt(sum/float64(len(f.Face.Landmarks))) / eyes
}

// same reports whether f shows what o showed, as far as pictures made anew from
// one picture agree.
func (f Frame) same(o Frame) bool {
	return f.Signature.Distance(o.Signature) <= faces.SameSignature && f.moved(o) <= sameShape
}
