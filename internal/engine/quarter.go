package engine

import (
	"image"
	"math"

	"github.com/vouchline/vouchline/ocr"
)

// quarterTurn turns a picture clockwise by 90, 180 or 270 degrees.
func quarterTurn(img image.Image, degrees int) *image.RGBA {
	b := img.Bounds()
	w, h := float64(b.Dx()), float64(b.Dy())
	size := image.Rect(0, 0, b.Dy(), b.Dx())
	var q []ocr.Point // where the corners of the turned picture come from
	switch degrees {
	case 90:
		q = []ocr.Point{{Y: h}, {}, {X: w}, {X: w, Y: h}}
	case 180:
		q, size = []ocr.Point{{X: w, Y: h}, {Y: h}, {}, {X: w}}, image.Rect(0, 0, b.Dx(), b.Dy())
	default:
		q = []ocr.Point{{X: w}, {X: w, Y: h}, {Y: h}, {}}
	}
	m, _ := onto(float64(size.Dx()), float64(size.Dy()), q) // convex by construction
	return m.sample(img, size)
}

// reduced makes a copy of at most side pixels, for finding things; a picture
// that is smaller stays as it is.
func reduced(img image.Image, side int) image.Image {
	b := img.Bounds()
	f := float64(max(b.Dx(), b.Dy())) / float64(side)
	if f <= 1 {
		return img
	}
	size := image.Rect(0, 0, max(1, int(math.Round(float64(b.Dx())/f))), max(1, int(math.Round(float64(b.Dy())/f))))
	return plane{f, 0, 0, 0, f, 0, 0, 0, 1}.sample(img, size)
}
