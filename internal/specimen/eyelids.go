package specimen

import (
	"image"
	"math"
)

// Measures of an eye's opening in distances between the eyes.
const (
	lidWide  = 0.29 // half of it, with the corners
	lidUpper = 0.13 // how far above the eye's middle the upper lid's edge is
	lidLower = 0.09 // how far below it the lower lid's is
	lidFold  = 0.10 // how far above its edge the upper lid begins to unfold
)

// closeEyes draws the upper lids of a face down over its eyes by a part: the
// lid's edge with its lashes comes down, the skin between edge and fold is
// stretched behind it, and the eye below the edge stays where it was.
func closeEyes(texture, open *image.RGBA, f facial, part float64) {
	for _, side := range []float64{-0.5, 0.5} {
		box := bounds(quad{f.to(side-0.4, -0.4), f.to(side+0.4, -0.4), f.to(side+0.4, 0.3), f.to(side-0.4, 0.3)})
		box = box.Intersect(texture.Rect)
		for y := box.Min.Y; y < box.Max.Y; y++ {
			for x := box.Min.X; x < box.Max.X; x++ {
				ex, ey := f.from(point{float64(x) + 0.5, float64(y) + 0.5})
				if arch := 1 - (ex-side)*(ex-side)/(lidWide*lidWide); arch > 0 {
					lid(texture, open, f, image.Pt(x, y), point{ex, ey}, arch, part)
				}
			}
		}
	}
}

// lid draws the pixel at a place of the face; arch is 1 over the middle of the
// eye and falls to 0 at its corners.
func lid(texture, open *image.RGBA, f facial, pixel image.Point, place point, arch, part float64) {
	root := math.Sqrt(arch)
	fold, top, bottom := -(lidUpper+lidFold)*root, -lidUpper*arch, lidLower*arch
	edge := top + (bottom-top)*part
	if place.y < fold || place.y > edge+0.02 {
		return
	}
	if place.y <= edge {
		from := f.to(place.x, fold+(place.y-fold)*(top-fold)/(edge-fold))
		set(texture, pixel.X, pixel.Y, sample(open, from.x, from.y))
	}
	const lash = 0.02
	if d := math.Abs(place.y-edge) / lash; d < 1 {
		ink(texture, pixel.X, pixel.Y, rgb{40, 30, 28}, 0.7*(1-d)*math.Min(1, 4*part)*math.Min(1, 4*arch))
	}
}
