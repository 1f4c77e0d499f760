package press

import "math"

// grid is a picture of float32.
type grid struct {
	w, h int
	pix  []float32
}

func newGrid(w, h int) grid { return grid{w, h, make([]float32, w*h)} }

func (g grid) row(y int) []float32 { return g.pix[y*g.w : (y+1)*g.w] }

// at interpolates; the picture goes on beyond its edges.
func (g grid) at(x, y float64) float32 {
	fx, fy := math.Floor(x), math.Floor(y)
	x0, y0 := int(fx), int(fy)
	dx, dy := float32(x-fx), float32(y-fy)
	l, r := min(max(x0, 0), g.w-1), min(max(x0+1, 0), g.w-1)
	t, b := g.row(min(max(y0, 0), g.h-1)), g.row(min(max(y0+1, 0), g.h-1))
	p := t[l] + float32(dx*(t[r]-t[l]))
	q := b[l] + float32(dx*(b[r]-b[l]))
	return p + float32(dy*(q-p))
}

// blur convolves with a Gaussian of these deviations, along and across.
func (g grid) blur(along, across float64) {
	if k := gaussian(along); k != nil {
		line := make([]float32, g.w)
		for y := range g.h {
			copy(line, g.row(y))
			convolve(line, k, g.pix[y*g.w:], 1)
		}
	}
	if k := gaussian(across); k != nil {
		line := make([]float32, g.h)
		for x := range g.w {
			for y := range line {
				line[y] = g.pix[y*g.w+x]
			}
			convolve(line, k, g.pix[x:], g.w)
		}
	}
}

// gaussian returns nil where there is nothing to blur.
func gaussian(sigma float64) []float32 {
	if sigma < 0.25 {
		return nil
	}
	reach := int(2.5*sigma) + 1
	k, sum := make([]float32, 2*reach+1), 0.0
	for i := range k {
		d := float64(i - reach)
		v := math.Exp(-d * d / (2 * sigma * sigma))
		k[i] = float32(v)
		sum += v
	}
	for i := range k {
		k[i] /= float32(sum)
	}
	return k
}

func convolve(line, k, out []float32, stride int) {
	reach, last := len(k)/2, len(line)-1
	for i := range line {
		var s float32
		if i >= reach && i+reach <= last {
			for j, v := range line[i-reach : i+reach+1] {
				s += float32(v * k[j])
			}
		} else {
			for j, v := range k {
				s += float32(line[min(max(i+j-reach, 0), last)] * v)
			}
		}
		out[i*stride] = s
	}
}
