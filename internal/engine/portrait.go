package engine

import (
	"image"
	"math"
	"slices"

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

// nearlyEqual is the part of the largest face's height from which another may
// be the portrait as well.
const nearlyEqual = 0.8

// choosePortrait takes the largest face that fits the size of the MRZ and lies
// on the document, where its outline is known. The face of someone who holds
// the document up is larger, or beside it: taking it for the portrait would let
// the bearer of a stolen document match himself, so there is no falling back on
// it. With no size to judge by the largest is taken. Of nearly equal ones it is
// the left one: 9303-4, 9303-6 and 9303-7 have the portrait there, and only
// cards have it on either side.
func choosePortrait(found []faces.Face, mrzHeight float64, outline []ocr.Point, format ocr.Format) (faces.Face, bool) {
	fits := slices.DeleteFunc(slices.Clone(found), func(f faces.Face) bool {
		size := mrzHeight > 0 && (f.Box.H < smallestPortrait*mrzHeight || f.Box.H > largestPortrait*mrzHeight)
		return size || len(outline) > 0 && !inside(middle(f.Box), outline)
	})
	if len(fits) == 0 {
		return faces.Face{}, false
	}
	best := fits[0] // largest first
	if format == ocr.TD1 || len(outline) != 4 {
		return best, true
	}
	for _, f := range fits[1:] {
		if f.Box.H >= nearlyEqual*fits[0].Box.H && leftOf(f, best, outline) {
			best = f
		}
	}
	return best, true
}

// leftOf compares places along the document's upper edge.
func leftOf(a, b faces.Face, outline []ocr.Point) bool {
	ux, uy := outline[1].X-outline[0].X, outline[1].Y-outline[0].Y
	p, q := middle(a.Box), middle(b.Box)
	return (p.X-q.X)*ux+(p.Y-q.Y)*uy < 0
}

func middle(b faces.Box) ocr.Point { return ocr.Point{X: b.X + b.W/2, Y: b.Y + b.H/2} }

// alikeGhost is the least likeness of a ghost image to the portrait. It is the
// manifest's point of referral for MobileFaceNet, since a ghost is faint and
// small; strangers reach it once in a hundred.
const alikeGhost = 0.25

// smallerGhost is the most of the portrait's height that a ghost has.
const smallerGhost = 0.85

// mayBeGhost says whether a face may repeat the portrait: another place on the
// document, and smaller.
func mayBeGhost(f, portrait faces.Face, outline []ocr.Point) bool {
	return f.Box.H <= smallerGhost*portrait.Box.H && f.Box.Overlap(portrait.Box) == 0 && inside(middle(f.Box), outline)
}

// pixels rounds a box outwards, inside bounds.
func pixels(b faces.Box, bounds image.Rectangle) image.Rectangle {
	return image.Rect(
		int(math.Floor(b.X)), int(math.Floor(b.Y)),
		int(math.Ceil(b.X+b.W)), int(math.Ceil(b.Y+b.H)),
	).Intersect(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
}

func toRect(r image.Rectangle) ocr.Rect {
	return ocr.Rect{X: r.Min.X, Y: r.Min.Y, W: r.Dx(), H: r.Dy()}
}

// alike reports whether every model that saw both faces takes them for one.
func alike(a, b faces.Template) bool {
	compared := false
	for model, embedding := range a {
		other, ok := b[model]
		if !ok {
			continue
		}
		if embedding.Score(other) < alikeGhost {
			return false
		}
		compared = true
	}
	return compared
}
