package engine

import (
	"image"
	"math"

	"github.com/vouchline/vouchline/faces"
	"github.com/vouchline/vouchline/ocr"
)

// Heights of a face in a document, in heights of an MRZ character. ICAO 9303-3
// prints the MRZ in OCR-B size 1 and bounds the portrait, so the face on the
// same document is some four to fourteen characters high.
const (
	smallestPortrait = 2
	largestPortrait  = 25
)

// choosePortrait takes the largest face that fits the size of the MRZ. The
// face of someone who holds the document up is larger: taking it for the
// portrait would let the bearer of a stolen document match himself, so there
// is no falling back on it. With no size to judge by the largest is taken.
func choosePortrait(found []faces.Face, mrzHeight float64) (faces.Face, bool) {
	for _, f := range found { // largest first
		if mrzHeight <= 0 || (f.Box.H >= smallestPortrait*mrzHeight && f.Box.H <= largestPortrait*mrzHeight) {
			return f, true
		}
	}
	return faces.Face{}, false
}

// widen turns a face's box into a portrait: hair, chin and shoulders, as much
// as a detector needs around a face to find it again.
func widen(b faces.Box, bounds image.Rectangle) image.Rectangle {
	b.X += float64(bounds.Min.X)
	b.Y += float64(bounds.Min.Y)
	return image.Rect(
		int(math.Floor(b.X-0.35*b.W)), int(math.Floor(b.Y-0.35*b.H)),
		int(math.Ceil(b.X+1.35*b.W)), int(math.Ceil(b.Y+1.3*b.H)),
	).Intersect(bounds)
}

// pixels rounds a box outwards, inside bounds.
func pixels(b faces.Box, bounds image.Rectangle) image.Rectangle {
	return image.Rect(
		int(math.Floor(b.X)), int(math.Floor(b.Y)),
		int(math.Ceil(b.X+b.W)), int(math.Ceil(b.Y+b.H)),
	).Intersect(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
}

// placeInOriginal maps a place on the upright photograph back to the one that
// was taken: rotation is how far, in degrees clockwise, the original was
// turned. A reduced upright photograph is scaled back.
func placeInOriginal(r, upright, original image.Rectangle, rotation int) ocr.Rect {
	w, h := float64(upright.Dx()), float64(upright.Dy())
	x, y := float64(r.Min.X), float64(r.Min.Y)
	rw, rh := float64(r.Dx()), float64(r.Dy())
	switch rotation {
	case 90:
		x, y, rw, rh = y, w-x-rw, rh, rw
		w, h = h, w
	case 180:
		x, y = w-x-rw, h-y-rh
	case 270:
		x, y, rw, rh = h-y-rh, x, rh, rw
		w, h = h, w
	}
	sx, sy := float64(original.Dx())/w, float64(original.Dy())/h
	return ocr.Rect{
		X: int(math.Round(x * sx)), Y: int(math.Round(y * sy)),
		W: int(math.Round(rw * sx)), H: int(math.Round(rh * sy)),
	}
}

func toRect(r image.Rectangle) ocr.Rect {
	return ocr.Rect{X: r.Min.X, Y: r.Min.Y, W: r.Dx(), H: r.Dy()}
}
