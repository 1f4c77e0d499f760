package press

import (
	"math"
	"math/rand/v2"
)

// wear breaks strokes and fills them, as bad ribbons, lasers and films do.
func wear(r *rand.Rand, plate grid) {
	switch r.IntN(8) {
	case 0: // ink that did not take everywhere
		holes := clouds(r, plate.w, plate.h, uniform(r, 1, 3))
		depth, rare := uniform(r, 0.3, 1), uniform(r, 0.4, 1.4)
		for i := range plate.pix {
			plate.pix[i] *= float32(1 - depth*min(max((float64(holes.pix[i])-rare)*3, 0), 1))
		}
	case 1: // the dots of a screen
		size, angle, depth := uniform(r, 2.5, 6), uniform(r, 0, math.Pi), uniform(r, 0.2, 0.8)
		sin, cos := math.Sincos(angle)
		for y := range plate.h {
			row := plate.row(y)
			for x := range row {
				u, v := (float64(x)*cos+float64(y)*sin)/size, (float64(y)*cos-float64(x)*sin)/size
				row[x] *= float32(1 - depth*(0.5+0.5*math.Sin(2*math.Pi*u)*math.Sin(2*math.Pi*v)))
			}
		}
	case 2: // ink that ran
		plate.blur(uniform(r, 0.5, 1.6), uniform(r, 0.5, 1.6))
		gain := float32(uniform(r, 1.1, 2.2))
		for i, v := range plate.pix {
			plate.pix[i] = min(v*gain, 1)
		}
	}
}

// clouds is smooth noise of deviation 1.
func clouds(r *rand.Rand, w, h int, size float64) grid {
	g := newGrid(w, h)
	for i := range g.pix {
		g.pix[i] = float32(r.NormFloat64())
	}
	g.blur(size, size)
	var q float64
	for _, v := range g.pix {
		q += float64(v * v)
	}
	scale := float32(1 / (math.Sqrt(q/float64(len(g.pix))) + 1e-6))
	for i := range g.pix {
		g.pix[i] *= scale
	}
	return g
}

// paper returns the background in levels of 255; pitch is that of the
// characters on it.
func paper(r *rand.Rand, w, h int, pitch float64) grid {
	g := newGrid(w, h)
	level := uniform(r, 90, 250)
	slope, tilt := uniform(r, -0.25, 0.25)*level/float64(w), uniform(r, -0.15, 0.15)*level/float64(h)
	for y := range h {
		row := g.row(y)
		for x := range row {
			row[x] = float32(level + slope*float64(x-w/2) + tilt*float64(y-h/2))
		}
	}
	if r.IntN(2) == 0 {
		guilloche(r, g, pitch)
	}
	if r.IntN(3) == 0 {
		c, depth := clouds(r, w, h, pitch*uniform(r, 0.05, 0.8)), float32(uniform(r, 2, 22))
		for i := range g.pix {
			g.pix[i] += c.pix[i] * depth
		}
	}
	if r.IntN(5) == 0 {
		edge(r, g, pitch)
	}
	return g
}

// guilloche draws bundles of waves in lighter ink.
func guilloche(r *rand.Rand, g grid, pitch float64) {
	depth := uniform(r, 4, 40)
	if r.IntN(5) == 0 {
		depth = uniform(r, 40, 90)
	}
	for range 1 + r.IntN(3) {
		size := pitch * uniform(r, 0.15, 0.9) // from line to line
		sin, cos := math.Sincos(uniform(r, 0, math.Pi))
		wave, length, phase := uniform(r, 0, 3), pitch*uniform(r, 0.5, 6), uniform(r, 0, 6)
		sharp := uniform(r, 1, 6)
		for y := range g.h {
			row := g.row(y)
			for x := range row {
				u, v := float64(x)*cos+float64(y)*sin, float64(y)*cos-float64(x)*sin
				s := 0.5 + 0.5*math.Sin(2*math.Pi*v/size+wave*math.Sin(u/length+phase))
				row[x] -= float32(depth * math.Pow(s, sharp))
			}
		}
	}
}

// edge is a rule, a change of colour or the end of the page near the line.
func edge(r *rand.Rand, g grid, pitch float64) {
	depth := float32(uniform(r, 15, 110))
	switch r.IntN(3) {
	case 0: // upright
		from := r.IntN(g.w)
		for y := range g.h {
			for x := from; x < g.w; x++ {
				g.row(y)[x] -= depth
			}
		}
	case 1: // a rule above or below
		y, thick := g.h/2+sign(r)*int(pitch*uniform(r, 0.6, 1)), 1+int(pitch*uniform(r, 0, 0.12))
		for ; thick > 0; thick, y = thick-1, y+1 {
			if y >= 0 && y < g.h {
				for x := range g.w {
					g.row(y)[x] -= depth
				}
			}
		}
	default: // slanting, through the characters
		at, lean := float64(r.IntN(g.w)), uniform(r, -3, 3)
		for y := range g.h {
			for x := max(int(at+lean*float64(y)), 0); x < g.w; x++ {
				g.row(y)[x] -= depth * 0.5
			}
		}
	}
}

func sign(r *rand.Rand) int { return 2*r.IntN(2) - 1 }
