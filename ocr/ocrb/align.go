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

// What a step from cell to cell may be, in windows, and what one that is not
// the pitch costs. The cost is small: it adds up wherever the pitch is misjudged.
const (
	leastStep = 3
	mostStep  = 5
	stepCost  = 0.15
	worst     = -6 // logarithm of the probability of a character, at least
	outermost = 3  // cells that the first may be out of place
)

// align finds the windows of the cells by dynamic programming: each on a
// character, all about a pitch apart.
func align(p *conv.Pass, cells int) []int {
	n := p.Windows
	score := make([]float64, n)
	for w := range n {
		score[w] = characterLog(p.Out[w*conv.Outputs:][:conv.Outputs])
	}
	const pitch = conv.Pitch / conv.Stride
	total, from := make([]float64, n), make([][]int, cells)
	for w := range total {
		total[w] = score[w]
		if d := w - middle(0); d < -outermost*pitch || d > outermost*pitch {
			total[w] = math.Inf(-1)
		}
	}
	for i := 1; i < cells; i++ {
		next := make([]float64, n)
		from[i] = make([]int, n)
		for w := range next {
			next[w] = math.Inf(-1)
			for step := leastStep; step <= mostStep && step <= w; step++ {
				off := math.Abs(float64(step - pitch))
				if v := total[w-step] - stepCost*off; v > next[w] {
					next[w], from[i][w] = v, w-step
				}
			}
			next[w] += score[w]
		}
		total = next
	}
	best := 0
	for w, v := range total {
		if v > total[best] {
			best = w
		}
	}
	if n == 0 || math.IsInf(total[best], -1) {
		return nil
	}
	out := make([]int, cells)
	for i := cells - 1; i >= 0; i-- {
		out[i] = best
		if i > 0 {
			best = from[i][best]
		}
	}
	return out
}

// characterLog is the logarithm of the probability that a window shows a
// character.
func characterLog(out []float32) float64 {
	top := float64(out[none])
	for _, v := range out[:none] {
		top = max(top, float64(v))
	}
	sum := 0.0
	for _, v := range out[:none] {
		sum += math.Exp(float64(v) - top)
	}
	return max(math.Log(sum/(sum+math.Exp(float64(out[none])-top))), worst)
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
			if k < 3 {
				t[k] += q * y
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
