package ocrb

import (
	"image"
	"math"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
	"github.com/vouchline/vouchline/ocr/ocrb/internal/strip"
)

// A plane has this many empty cells on either side of the line.
const margin = 2

// Where ocr/tesseract leaves the characters in a strip: the picture is so many
// times as high as they are, and so much paper is at both ends.
const (
	stripHeight = 1.9
	stripEnds   = 1.2
)

// middle is the window that sees the middle of a cell of a view without error.
func middle(cell int) int {
	return (cell+margin)*conv.Pitch/conv.Stride + (conv.Pitch/2-int(conv.Centre(0)))/conv.Stride
}

func middles(cells int) func(int) bool {
	first, last, step := middle(0), middle(cells-1), conv.Pitch/conv.Stride
	return func(w int) bool { return w >= first && w <= last && (w-first)%step == 0 }
}

// firstView takes the ends of the strip at their word, and looks for the rows of
// the characters.
func firstView(img *image.Gray, cells int) strip.View {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	ends := stripEnds / stripHeight * h
	pitch := (w - 2*ends) / float64(cells)
	if pitch < minPitch {
		ends, pitch = 0, w/float64(cells)
	}
	middle, height := rows(img)
	step := pitch / conv.Pitch
	return strip.View{
		X:       [3]float64{ends - margin*pitch, step, 0},
		Middle:  middle,
		RowStep: height / conv.Pitch,
	}
}

// rows finds the middle and the height of the characters by where the picture
// changes from column to column; paper and shade change less.
func rows(img *image.Gray) (middle, height float64) {
	h, w := img.Rect.Dy(), img.Rect.Dx()
	change, least := make([]float64, h), math.Inf(1)
	for y := range h {
		row := img.Pix[y*img.Stride:][:w]
		for x := 2; x < w; x++ {
			d := int(row[x]) - int(row[x-2])
			change[y] += math.Abs(float64(d))
		}
		least = min(least, change[y])
	}
	var sum, first, second float64
	for y, c := range change {
		c, v := c-least, float64(y)+0.5
		sum, first, second = sum+c, first+c*v, second+c*v*v
	}
	nominal := float64(h) / stripHeight
	if sum == 0 {
		return float64(h) / 2, nominal
	}
	middle = first / sum
	height = math.Sqrt(12 * max(0, second/sum-middle*middle)) // of an even band
	middle = min(max(middle, float64(h)/2-0.2*nominal), float64(h)/2+0.2*nominal)
	return middle, min(max(height, 0.75*nominal), 1.15*nominal)
}

// refine fits a parabola through the cells' places, which is a line seen at an
// angle, and moves the view so that they stand where middle expects them.
func refine(v strip.View, at []int) strip.View {
	// Columns of the first view against cells, from -1 to 1.
	n := len(at)
	var s [5]float64
	var t [3]float64
	for i, w := range at {
		x, y := 2*float64(i)/float64(n-1)-1, conv.Centre(w)
		for k, q := 0, 1.0; k < 5; k, q = k+1, q*x {
			s[k] += q
			if k < len(t) {
				t[k] += q * y //nolint:gosec // G602: k is below its length
			}
		}
	}
	// Odd sums vanish: the cells lie evenly around the middle.
	b := t[1] / s[2]
	d := s[0]*s[4] - s[2]*s[2]
	a, c := t[0]/s[0], 0.0
	if d > 0 {
		a, c = (t[0]*s[4]-t[2]*s[2])/d, (s[0]*t[2]-s[2]*t[0])/d
	}
	// x as a function of a column of the new plane.
	scale := 2 / (float64(n-1) * conv.Pitch)
	shift := -1 - conv.Centre(middle(0))*scale
	old := [3]float64{a + b*shift + c*shift*shift, (b + 2*c*shift) * scale, c * scale * scale}
	return strip.View{
		X:       [3]float64{v.X[0] + v.X[1]*old[0], v.X[1] * old[1], v.X[1] * old[2]},
		Middle:  v.Middle,
		RowStep: v.RowStep,
	}
}
