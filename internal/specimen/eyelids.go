package specimen

import (
	"image"
	"math"
)

// Measures of an eye's opening in distances between the eyes.
const (
	lidWide  = 0.27 // half of it
	lidUpper = 0.13 // how far above the eye's middle the upper lid begins
	lidLower = 0.08 // how far below it the lower lid lies
)

// closeEyes draws the upper lids down over the eyes of a face by a part: the
// skin below the eye, mirrored, is laid over it with a line of lashes at its
// edge, so that what is seen of the eye becomes lower, as by a living lid. The
// skin above will not do, brows are too near.
func closeEyes(texture, open *image.RGBA, f facial, part float64) {
	for _, side := range []float64{-0.5, 0.5} {
		box := bounds(quad{f.to(side-0.4, -0.4), f.to(side+0.4, -0.4), f.to(side+0.4, 0.3), f.to(side-0.4, 0.3)})
		box = box.Intersect(texture.Rect)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				fx, fy := f.from(point{float64(x) + 0.5, float64(y) + 0.5})
				lid(texture, open, f, x, y, fx-side, fy, side, part)
			}
		}
	}
}

// lid draws one pixel, at (ex, ey) from the middle of the eye.
func lid(texture, open *image.RGBA, f facial, x, y int, ex, ey, side, part float64) {
	arch := 1 - ex*ex/(lidWide*lidWide)
	if arch <= 0 {
		return
	}
	top, bottom := -lidUpper*arch, lidLower*arch
	edge := top + (bottom-top)*part
	if ey < top || ey > edge+0.03 {
		return
	}
	soft := math.Min(1, 3*arch)
	if ey <= edge {
		p := f.to(side+ex, lidLower+0.06+0.7*(edge-ey))
		crease := 1 - 0.12*math.Exp(-(ey-top)/0.03)
		ink(texture, x, y, sample(open, p.x, p.y).scale(crease), soft)
	}
	const lash = 0.025
	if d := math.Abs(ey-edge) / lash; d < 1 && part > 0 {
		ink(texture, x, y, rgb{38, 30, 28}, 0.8*(1-d)*soft*math.Min(1, 4*part))
	}
}
