package ocrb

import (
	"math"

	"github.com/vouchline/vouchline/ocr/ocrb/internal/conv"
)

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
