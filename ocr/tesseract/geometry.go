package tesseract

import "math"

// pt is a point in pixels.
type pt struct{ x, y float64 }

// affine maps one picture's points to another's.
type affine [6]float64

func (a affine) apply(p pt) pt {
	return pt{a[0]*p.x + a[1]*p.y + a[2], a[3]*p.x + a[4]*p.y + a[5]}
}

// textLine is a line of text: its centre line from left to right, and the
// height of its ink.
type textLine struct {
	left, right pt
	height      float64
}

func (l textLine) width() float64 { return l.right.x - l.left.x }
func (l textLine) slope() float64 { return (l.right.y - l.left.y) / l.width() }
func (l textLine) at(x float64) float64 {
	return l.left.y + l.slope()*(x-l.left.x)
}

// between returns the same line from x0 to x1.
func (l textLine) between(x0, x1 float64) textLine {
	return textLine{pt{x0, l.at(x0)}, pt{x1, l.at(x1)}, l.height}
}

// band is a group of alike lines, top to bottom, which may be an MRZ; it may
// also be upside down. Lines are in the working copy, toImage leads back.
type band struct {
	lines   []textLine
	score   float64
	toImage affine
	angle   float64 // of the text in the image, degrees clockwise
}

// scale is how many image pixels a pixel of the working copy is.
func (b band) scale() float64 { return math.Hypot(b.toImage[0], b.toImage[3]) }

// height of a character of the band, in the working copy.
func (b band) height() float64 {
	sum := 0.0
	for _, l := range b.lines {
		sum += l.height
	}
	return sum / float64(len(b.lines))
}
