package press

import "math"

// resize interpolates as OpenCV's cubic does, which straightens real lines.
func (g grid) resize(w, h int) grid {
	wide := newGrid(w, g.h)
	taps := cubicTaps(g.w, w)
	for y := range g.h {
		in, out := g.row(y), wide.row(y)
		for x, t := range taps {
			out[x] = float32(in[t.at[0]]*t.k[0]) + float32(in[t.at[1]]*t.k[1]) + float32(in[t.at[2]]*t.k[2]) + float32(in[t.at[3]]*t.k[3])
		}
	}
	out := newGrid(w, h)
	for y, t := range cubicTaps(g.h, h) {
		a, b, c, d := wide.row(t.at[0]), wide.row(t.at[1]), wide.row(t.at[2]), wide.row(t.at[3])
		for x := range w {
			out.pix[y*w+x] = float32(a[x]*t.k[0]) + float32(b[x]*t.k[1]) + float32(c[x]*t.k[2]) + float32(d[x]*t.k[3])
		}
	}
	return out
}

type taps struct {
	at [4]int
	k  [4]float32
}

func cubicTaps(from, to int) []taps {
	const a = -0.75 // OpenCV's
	out := make([]taps, to)
	for i := range out {
		s := (float64(i)+0.5)*float64(from)/float64(to) - 0.5
		base := math.Floor(s)
		f := s - base
		for j := range 4 {
			out[i].at[j] = min(max(int(base)+j-1, 0), from-1)
			d := math.Abs(f + 1 - float64(j))
			k := ((a+2)*d-(a+3))*d*d + 1
			if d > 1 {
				k = ((a*d-5*a)*d+8*a)*d - 4*a
			}
			out[i].k[j] = float32(k)
		}
	}
	return out
}
