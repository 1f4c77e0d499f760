package specimen

import (
	"image"
	"math"
	"math/rand/v2"
)

// background prints the paper's tint and families of fine wavy lines
// (guilloche), fainter under the MRZ as issuers do.
func background(img *image.RGBA, r *rand.Rand, o Options) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	tint := rgb{228 + r.Float64()*22, 228 + r.Float64()*22, 228 + r.Float64()*22}
	for y := range h {
		for x := range w {
			g := 7 * math.Sin(3*float64(x)/float64(w)+2*float64(y)/float64(h))
			set(img, x, y, rgb{tint[0] + g, tint[1] - g, tint[2] + g/2})
		}
	}
	quiet := h - int(23.2*o.PerMM)
	if o.Format == TD1 && o.Side == Front {
		quiet = h
	}
	for range 24 {
		guilloche(img, r, o, quiet)
	}
}

func guilloche(img *image.RGBA, r *rand.Rand, o Options, quiet int) {
	w, h := float64(img.Rect.Dx()), float64(img.Rect.Dy())
	height, waves := (1+r.Float64()*5)*o.PerMM, 2+r.Float64()*7
	phase, base := r.Float64()*7, r.Float64()*h
	c := rgb{70 + r.Float64()*120, 70 + r.Float64()*120, 70 + r.Float64()*120}
	for line := range 6 {
		shift := float64(line)
		for x := 0.0; x < w; x += 0.5 {
			y := base + height*math.Sin(waves*x/w*2*math.Pi+phase+shift*0.35) + shift*o.PerMM*0.35
			opacity := 0.12 * o.Pattern
			if y > float64(quiet) {
				opacity *= 0.45
			}
			ink(img, int(x), int(y), c, math.Min(opacity, 0.7))
		}
	}
}
